"""E-mails about a vote: the invitation at its opening, reminders, and a receipt of one's own ballots.

Each is queued once, by its key. None of them tells anybody what another person did.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from connective.accounts.models import User
from connective.audit.log import record
from connective.clock import BERLIN
from connective.mail.models import Message
from connective.mail.queue import queue
from review.domain.close_round import seats_to_vote
from review.domain.rounds import OFFICE, RoundMovedOn, State, check_role, in_state, locked_round
from review.domain.sentences import rule_in_words
from review.models import Ballot, BallotChange, Elector, VotingRound
from submissions.domain.reminders import due_days

SETTLED = timedelta(minutes=2)
"""A receipt waits so long after the last change, so that ten votes make one e-mail and not ten."""

RECEIPT = "vote_receipt"
"""The kind of message that names a vote: nobody but its recipient reads its text."""

RECEIPTS_FOR = timedelta(days=2)
"""So long after the close a receipt is made up for."""


def invite(round_: VotingRound) -> int:
    """Queue the invitation for everybody on the roll, in the transaction of the opening; return how many."""
    electors = list(Elector.objects.filter(round=round_).select_related("person", "deputy_for__person"))
    for elector in electors:
        _queue(round_, elector, "vote_invitation", f"vote:{round_.pk}:open", {"rule": rule_in_words(round_)})
    return len(electors)


def remind(at: datetime) -> int:
    """Remind seats that have not voted on everything, in the morning two days and one day before the close."""
    due = [
        (round_, days)
        for round_ in VotingRound.objects.filter(state=State.OPEN, closes_at__gt=at).select_related("call")
        if (days := due_days(round_.closes_at, at)) in {1, 2}
    ]
    return sum(remind_round(round_, f"{days}d") for round_, days in due)


@transaction.atomic
def remind_by_hand(round_: VotingRound, *, actor: User, at: datetime) -> int:
    """Remind now, because the office says so; once a day. Return how many people of such seats there are.

    Raises NotPermitted, and RoundMovedOn where no ballot is taken (any more).
    """
    check_role(actor, OFFICE)
    locked = locked_round(round_)
    in_state(locked, State.OPEN)
    if at >= locked.closes_at:
        raise RoundMovedOn
    reminded = remind_round(locked, f"by hand:{at.astimezone(BERLIN):%Y-%m-%d}")
    record("vote.reminded", actor=actor, subject=locked, payload={"people": reminded})
    return reminded


@transaction.atomic
def remind_round(round_: VotingRound, mark: str) -> int:
    """Queue a reminder for each person of a seat that has still to vote, once per `mark`; return how many are due."""
    seats = seats_to_vote(round_)
    people = {pk for seat in seats for pk in (seat.member, seat.deputy) if pk is not None}
    electors = list(Elector.objects.filter(pk__in=people).select_related("person", "deputy_for__person").order_by("pk"))
    for elector in electors:
        _queue(round_, elector, "vote_reminder", f"vote:{round_.pk}:reminder:{mark}", {})
    return len(electors)


def send_receipts(at: datetime) -> int:
    """Queue receipts for electors whose last change has settled; the change is part of the key. Return how many are new."""
    rows = (
        BallotChange.objects.filter(topic__round__closes_at__gt=at - RECEIPTS_FOR)
        .values("elector", "topic__round")
        .annotate(last=Max("pk"), latest=Max("received_at"))
        .filter(latest__lte=at - SETTLED)
    )
    made = 0
    for row in rows:
        occasion = f"ballots:{row['elector']}:{row['last']}"
        if not Message.objects.filter(occasion=occasion).exists():
            made += _receipt(row["elector"], occasion)
    return made


@transaction.atomic
def _receipt(elector_pk: int, occasion: str) -> int:
    elector = Elector.objects.select_related("person", "round__call", "deputy_for__person").get(pk=elector_pk)
    ballots = Ballot.objects.filter(elector=elector).select_related("topic__proposal").order_by("topic__position")
    _queue(elector.round, elector, RECEIPT, occasion, {"ballots": list(ballots)})
    return 1


def _queue(round_: VotingRound, elector: Elector, kind: str, occasion: str, context: dict[str, object]) -> None:
    url = settings.SITE_URL + reverse("committee:round", args=[round_.pk])
    facts = {"round": round_, "call": round_.call, "elector": elector, "url": url, **context}
    queue(occasion=occasion, kind=kind, recipient=elector.person.email, context=facts)
