"""The routes of the portal, as Django finds them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """A route by its name, or where it has none by its pattern; `parts` are its patterns from the root on."""

    name: str
    parts: tuple[Any, ...]
    view: Any

    @property
    def pattern(self) -> str:
        """Return its patterns as one."""
        return "/" + "".join(map(str, self.parts))

    def address(self, values: Mapping[str, object]) -> str:
        """Return the address with these values; what is missing is a KeyError."""
        return "/" + "".join(_filled(part, values) for part in self.parts)


def routes() -> list[Route]:
    """Return every route of the URL configuration, the administration's and those of libraries among them."""
    return list(_below(get_resolver(), (), ()))


def _below(resolver: URLResolver, parts: tuple[Any, ...], spaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        here = (*parts, entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(entry, here, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            named = ":".join((*spaces, entry.name)) if entry.name else "/" + "".join(map(str, here))
            yield Route(named, here, entry.callback)


def _filled(part: Any, values: Mapping[str, object]) -> str:
    """Fill one pattern: as a path (`<int:pk>/`), or as a regular expression."""
    if isinstance(part, RoutePattern):
        convert = part.converters
        return PARAMETER.sub(lambda found: str(convert[found[1]].to_url(values[found[1]])), str(part))
    [(text, names), *_others] = normalize(str(part))
    return str(text % {name: values[name] for name in names})
