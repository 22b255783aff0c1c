"""Who was there: recorded by the office while the vote is open; what was recorded before stays."""

from datetime import datetime

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.rounds import OFFICE, State, check_role, in_state, locked_round
from review.models import Attendance, Elector, VotingRound


def record_attendance(elector: Elector, is_present: bool, *, actor: User, at: datetime) -> Attendance:
    """Record that somebody on the roll is there, or is not; the same twice has one effect.

    Raises NotPermitted, and RoundMovedOn unless the round is open.
    """
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = locked_round(elector.round)
        in_state(locked, State.OPEN)
        last = Attendance.objects.filter(elector=elector).order_by("-pk").first()
        if last is not None and last.is_present == is_present:
            return last
        made = Attendance.objects.create(elector=elector, is_present=is_present, recorded_by=actor, recorded_at=at)
        record(
            "vote.attendance",
            actor=actor,
            subject=locked,
            payload={"elector": elector.pk, "is_present": is_present, "at": at.isoformat()},
        )
    return made


def present_electors(round_: VotingRound) -> frozenset[int]:
    """Return the keys of the electors who are recorded as present."""
    rows = Attendance.objects.filter(elector__round=round_).order_by("pk").values_list("elector", "is_present")
    last = dict(rows)  # of several rows of an elector the last one counts
    return frozenset(elector for elector, is_present in last.items() if is_present)
