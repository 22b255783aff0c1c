"""The links and forms of a page, as a browser finds them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TOKEN = "csrfmiddlewaretoken"


@dataclass
class Form:
    """A form that sends something: where to, what it holds, and the kind of each field."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The fields, one of each row of a table: what holds for the first row holds for the others."""
        seen: dict[str, str] = {}
        for name in self.kinds:
            seen.setdefault(re.sub(r"\d+", "0", name), name)
        return [name for name in seen.values() if name != TOKEN and not self.kinds[name].startswith("file")]

    def filled(self, changes: dict[str, str]) -> dict[str, list[str]]:
        """Return what the browser would send, with some fields changed."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            if name not in changes:
                sent.setdefault(name, []).append(value)
        return sent | {name: [value] for name, value in changes.items()}


class Page(HTMLParser):
    """A page of the portal at `address`."""

    def __init__(self, address: str, html: str) -> None:
        """Read it."""
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.searches: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""
        self._chosen = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up links, forms and fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self._link(given["href"])
        elif tag == "form":
            self._form = Form(self._local(given.get("action", "")))
            (self.forms if given.get("method", "").lower() == "post" else self.searches).append(self._form)
        elif self._form is not None and given.get("name") and "disabled" not in given:
            self._field(tag, given)
        elif tag == "option" and self._select and self._form is not None and ("selected" in given or not self._chosen):
            self._form.fields = [one for one in self._form.fields if one[0] != self._select or "selected" in given]
            self._form.fields.append((self._select, given.get("value", "")))
            self._chosen = True

    def handle_endtag(self, tag: str) -> None:
        """Close forms, lists and texts."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """Take up what stands in a text field."""
        if self._area and self._form is not None:
            self._form.fields.append((self._area, data.removeprefix("\n")))

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        kind, name = given.get("type", tag), given["name"]
        self._form.kinds.setdefault(name, kind)
        if tag == "select":
            self._select, self._chosen = name, "multiple" in given
        elif tag == "textarea":
            self._area = name
        elif (tag == "input" and kind not in {"checkbox", "radio", "file", "submit"}) or "checked" in given:
            self._form.fields.append((name, given.get("value", "on" if "checked" in given else "")))

    def _link(self, target: str) -> None:
        local = self._local(target)
        if local:
            self.links.append(local)

    def _local(self, target: str) -> str:
        """Return the address on this host without what only the browser sees; empty for another host."""
        parts = urlsplit(urljoin(f"http://testserver{self.address}", target))
        if parts.netloc != "testserver" or parts.scheme != "http":
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")
