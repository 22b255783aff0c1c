"""How long a session lasts; the session engine of the portal (`SESSION_ENGINE`).

A browser without an account keeps its drafts for `SESSION_COOKIE_AGE`. A signed-in session ends after
`SIGNED_IN_IDLE_SECONDS` without a request, and with the browser. The row in the database decides, never the cookie.
"""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

type_of_view = Callable[[HttpRequest], HttpResponse]

SIGNED_IN, DEVICE = "signed_in", "device"
"""What a session keeps of its own beginning: under which key and when somebody signed in, and on what kind of device."""

BROWSERS = (("Firefox", "Firefox/"), ("Edge", "Edg/"), ("Opera", "OPR/"), ("Chrome", "Chrom"), ("Safari", "Safari/"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("macOS", "Macintosh"),
    ("Linux", "Linux"),
)
"""Names and the words by which a browser tells itself, the first that fits; nothing more exact is kept."""

PROLONG_AFTER = timedelta(seconds=60)
"""A session is prolonged in the database when it has lost this much, so that most requests write nothing."""


class SessionStore(DatabaseStore):
    """Sessions in the database whose life depends on whether somebody is signed in."""

    _ends_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        """Say whether somebody is signed in."""
        return SESSION_KEY in self

    def get_session_cookie_age(self) -> int:
        """Return for how many seconds from now the session is kept."""
        return int(settings.SIGNED_IN_IDLE_SECONDS if self.signed_in else settings.SESSION_COOKIE_AGE)

    def get_expire_at_browser_close(self) -> bool:
        """Let the cookie of somebody who is signed in end with the browser: town halls share computers."""
        return self.signed_in

    def _get_session_from_db(self) -> Session | None:
        row = cast("Session | None", super()._get_session_from_db())  # type: ignore[misc]
        self._ends_at = row.expire_date if row else None
        return row

    def save(self, must_create: bool = False) -> None:
        """Save the session; from this instant it lasts its full time again. One that somebody signed in to is listed."""
        begins = self.session_key is not None and self.signed_in and self._listed_as() != self.session_key
        if begins:
            self[SIGNED_IN] = {"as": self.session_key, "at": time.time()}
        super().save(must_create)
        self._ends_at = self.get_expiry_date()
        if begins:
            self._list()

    def signed_in_at(self) -> float:
        """Return when somebody signed in to this session, as a Unix time; 0 where nobody did."""
        return float(self.get(SIGNED_IN, {}).get("at", 0))

    def _listed_as(self) -> str:
        return str(self.get(SIGNED_IN, {}).get("as", ""))

    def _list(self) -> None:
        from connective.accounts.models import SignedInSession  # the engine is loaded before the models

        values = {"user_id": int(self[SESSION_KEY]), "device": str(self.get(DEVICE, ""))}
        SignedInSession.objects.update_or_create(session_id=self.session_key, defaults=values)

    def ends_at(self) -> datetime | None:
        """Return the instant at which the session ends without a further request, None for one that is not stored."""
        self.signed_in  # noqa: B018  (loads the row)
        return self._ends_at

    def prolong(self) -> None:
        """Let the session last its full time again, without rewriting its data, which another request may be changing."""
        ends_at, due = self.ends_at(), timezone.now() + timedelta(seconds=self.get_session_cookie_age())
        if ends_at is None or due - ends_at < PROLONG_AFTER:
            return
        Session.objects.filter(session_key=self.session_key).update(expire_date=due)
        self._ends_at = due


def store_of(request: HttpRequest) -> SessionStore:
    """Return the session of a request as what it is."""
    assert isinstance(request.session, SessionStore)
    return request.session


def prolong_signed_in(get_response: type_of_view) -> type_of_view:
    """Prolong the session of somebody who is signed in at each request but the question how long it lasts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        session: Any = request.session
        if session.signed_in and request.path_info != reverse("accounts:session_state"):
            session.prolong()
        response = get_response(request)
        session = request.session  # the view may have put another in its place
        if session.modified and session.signed_in and DEVICE not in session:
            session[DEVICE] = device_of(request.headers.get("User-Agent", ""))
        return response

    return middleware


def device_of(user_agent: str) -> str:
    """Return browser and system as far as a person would name them ("Firefox, Windows"); empty where unknown."""
    browser = next((name for name, sign in BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for name, sign in SYSTEMS if re.search(sign, user_agent)), "")
    return ", ".join(filter(None, (browser, system)))


def keep_out_of_caches(get_response: type_of_view) -> type_of_view:
    """Let no browser or proxy store a page that was made for a session, so that "back" after signing out shows nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.session.is_empty() and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response

    return middleware
