"""Walking through the portal as a person does, link by link, and taking up every form on the way."""

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve

from tests.hostile.pages import Form, Page


@dataclass
class Walk:
    """What one person came by."""

    client: Client
    answers: dict[str, HttpResponseBase] = field(default_factory=dict)
    forms: dict[tuple[str, frozenset[str]], Form] = field(default_factory=dict)
    searches: dict[tuple[str, frozenset[str]], Form] = field(default_factory=dict)
    _seen: set[tuple[str, bool]] = field(default_factory=set)

    def go(self, *starts: str) -> "Walk":
        """Look at these pages, and at one page of each further route that they lead to."""
        waiting = deque(starts)
        while waiting:
            address = waiting.popleft()
            if address in self.answers or not (self._is_new(address) or address in starts):
                continue
            answer = self.answers[address] = self.client.get(address)
            page = page_of(address, answer)
            if page is not None:
                waiting.extend(page.links)
                _add(self.forms, page.forms)
                _add(self.searches, page.searches)
        return self

    def _is_new(self, address: str) -> bool:
        match = route_of(address)
        key = (match.view_name if match else "", bool(urlsplit(address).query))
        known = match is None or key in self._seen
        self._seen.add(key)
        return not known


def route_of(address: str) -> ResolverMatch | None:
    """Return the route of an address, if it is one of ours."""
    try:
        return resolve(urlsplit(address).path)
    except Resolver404:
        return None


def page_of(address: str, answer: HttpResponseBase) -> Page | None:
    """Return what stands on a page; None for files."""
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return None
    return Page(address, answer.content.decode())  # type: ignore[attr-defined]


def _add(known: dict[tuple[str, frozenset[str]], Form], forms: list[Form]) -> None:
    """Keep one of the forms that ask for the same."""
    for form in forms:
        match = route_of(form.action)
        if match is not None:
            known.setdefault((match.view_name, frozenset(form.names)), form)
