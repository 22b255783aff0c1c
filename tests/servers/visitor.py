"""A visitor of a portal that runs: keeps cookies, follows redirects, sends forms with their token."""

from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Visitor:
    """Somebody who visits the portal at an address that ends with a slash."""

    def __init__(self, address: str) -> None:
        """Begin without cookies."""
        self.address = address
        self.cookies = CookieJar()
        self.at = ""
        """The address of the last page, after all redirects."""
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> str:
        """Return a page."""
        return self._open(Request(self.address + path))

    def post(self, path: str, **fields: str) -> str:
        """Send a form with the token that an earlier page has set; return the page to which that leads."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        body = urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        return self._open(Request(self.address + path, body, {"Referer": self.address}))

    def _open(self, request: Request) -> str:
        with self._opener.open(request, timeout=60) as answer:
            self.at = answer.url
            return str(answer.read().decode())
