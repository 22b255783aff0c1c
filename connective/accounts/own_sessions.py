"""One's own sessions: where one is signed in, and signing out there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from connective.accounts.models import SignedInSession, User


@dataclass(frozen=True)
class OwnSession:
    """A session of a person. `number` names it in forms: the key itself never leaves the server.

    `used_at` is exact to a minute (`connective.accounts.sessions.PROLONG_AFTER`); all times are aware.
    """

    number: int
    device: str
    begun_at: datetime
    used_at: datetime
    is_here: bool


def sessions_of(user: User, here: str | None) -> list[OwnSession]:
    """Return the sessions that still last, this one (whose key is `here`) first, then the one used last."""
    found = [
        OwnSession(
            number=_number(row),
            device=row.device,
            begun_at=row.begun_at,
            used_at=row.session.expire_date - timedelta(seconds=settings.SIGNED_IN_IDLE_SECONDS),
            is_here=row.session_id == here,
        )
        for row in _lasting(user)
    ]
    return sorted(found, key=lambda one: (one.is_here, one.used_at), reverse=True)


def end(user: User, number: int) -> bool:
    """End the session of this number, if it is one of the person's own; say whether there was one."""
    keys = [row.session_id for row in _lasting(user) if _number(row) == number]
    return bool(Session.objects.filter(session_key__in=keys).delete()[0])


def end_all(user: User, *, but: str | None = None) -> int:
    """End all sessions of a person but that with the key `but`; return how many those were."""
    keys = [row.session_id for row in SignedInSession.objects.filter(user=user) if row.session_id != but]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _lasting(user: User) -> list[SignedInSession]:
    rows = SignedInSession.objects.filter(user=user, session__expire_date__gt=timezone.now())
    return list(rows.select_related("session"))


def _number(row: SignedInSession) -> int:
    """Return the microsecond at which the session began: unique among a person's sessions, and no secret."""
    return int(row.begun_at.timestamp() * 1_000_000)
