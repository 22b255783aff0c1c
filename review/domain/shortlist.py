"""The shortlist: chosen from the ranking, with a reason for each deviation, then fixed as a snapshot.

A fixed shortlist is never changed; reopening makes another one (invariant 6). Proposals that are closed to the person
who changes the list stay where they are: nobody with a conflict moves them, or learns that they are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain import ranking, snapshot
from review.domain.deviations import best, deviations
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.domain.roles import roles_of
from review.domain.visible import proposals_for
from review.models import ReviewRole, Shortlist, ShortlistEntry, ShortlistSnapshot, VotingRound
from submissions.domain.form_sheet import sha256
from submissions.models import Call

OFFICE = frozenset({ReviewRole.OFFICE, ReviewRole.LEAD})
LEAD = frozenset({ReviewRole.LEAD})
_UNDER_VOTE = (VotingRound.State.OPEN, VotingRound.State.CLOSED)
MAX_ENTRIES = 200
"""More cannot be compared by a committee, nor laid out in one paper."""


class ShortlistInWork(DomainError):
    """There is a shortlist in work already, or a fixed one that has to be reopened."""

    message = _(
        "Für diesen Aufruf gibt es schon eine Auswahlliste. Eine festgestellte Liste können Sie neu aufstellen."
    )


class ShortlistFixed(DomainError):
    """A fixed shortlist is changed by nobody."""

    message = _("Diese Auswahlliste ist festgestellt. Sie können sie mit Begründung neu aufstellen.")


class ShortlistConflict(DomainError):
    """Somebody else, or another tab, changed the list in between; nothing was overwritten."""

    message = _("Die Auswahlliste wurde inzwischen an anderer Stelle geändert. Bitte sehen Sie sie noch einmal an.")


class ShortlistTooLong(DomainError):
    """More entries than a committee can compare."""

    message = _("Eine Auswahlliste hat höchstens %(most)s Themen.") % {"most": MAX_ENTRIES}


class NothingRanked(DomainError):
    """No proposal has a rank yet."""

    message = _("Noch hat kein Vorschlag einen Rang, aus dem eine Auswahlliste entstehen kann.")


class ListUnderVote(DomainError):
    """The committee votes on the list; it stays until the result is certified."""

    message = _("Über diese Auswahlliste wird gerade abgestimmt. Neu aufstellen können Sie sie nach der Abstimmung.")


class ReasonsMissing(DomainError):
    """Deviations from the ranking have no reason yet."""

    message = _("Mindestens eine Abweichung von der Rangfolge ist noch nicht begründet.")

    def __init__(self, proposals: Sequence[int]) -> None:
        """Keep the primary keys of the proposals that need a reason."""
        super().__init__()
        self.proposals = tuple(proposals)


class DeclarationsMissing(DomainError):
    """Whoever fixes a list has first to say about each proposal whether there is a conflict."""

    message = _("Bitte erklären Sie sich zuerst zu allen Vorschlägen, und geben Sie Ihre eigenen Bewertungen ab.")


@dataclass(frozen=True)
class Chosen:
    """A place of the list as a person sets it."""

    proposal_id: int
    reason: str = ""


def draft_from_ranking(call: Call, size: int, *, actor: User, at: datetime) -> Shortlist:
    """Make the first shortlist of a call: the `size` best, and all that are equal to the last of them.

    Raises NotPermitted, ShortlistInWork, ShortlistTooLong and NothingRanked.
    """
    _check(actor, OFFICE)
    chosen = best(ranking.of_all(call).ranks, size)
    if not chosen:
        raise NothingRanked
    if len(chosen) > MAX_ENTRIES:
        raise ShortlistTooLong
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=call.pk)
        if call.shortlists.exists():
            raise ShortlistInWork
        made = Shortlist.objects.create(call=call, number=1, created_by=actor, created_at=at)
        _write(made, [Chosen(proposal) for proposal in chosen])
        record("shortlist.drafted", actor=actor, subject=made, payload={"call": call.pk, "proposals": chosen})
    return made


def mark_of(shortlist: Shortlist) -> str:
    """Return the mark of what a page shows: a change carries it, so that nobody overwrites what they have not seen."""
    entries = shortlist.entries.order_by("position").values_list("proposal", "position", "deviation_reason")
    return sha256(repr((str(shortlist.state), list(entries))))


def choose(shortlist: Shortlist, chosen: Sequence[Chosen], *, based_on: str, actor: User, at: datetime) -> None:
    """Set the list to `chosen`, in this order; entries that are closed to the person keep their places.

    `based_on` is `mark_of` the list when the person's page was made. Reasons may still be missing; fixing asks for them.
    Raises NotPermitted, ShortlistFixed, ShortlistConflict, ShortlistTooLong and Closed.
    """
    _check(actor, OFFICE)
    wanted = {place.proposal_id: place for place in chosen}
    with transaction.atomic():
        locked = _lock(shortlist)
        _check_unseen(locked, based_on)
        opened = set(proposals_for(actor, locked.call).filter(may_see_scores=True).values_list("pk", flat=True))
        if not opened.issuperset(wanted):
            raise Closed
        places = list(wanted.values())
        for entry in locked.entries.order_by("position"):
            if entry.proposal_id not in opened:
                places.insert(entry.position - 1, Chosen(entry.proposal_id, entry.deviation_reason))
        if len(places) > MAX_ENTRIES:
            raise ShortlistTooLong
        _write(locked, places)
        record(
            "shortlist.changed",
            actor=actor,
            subject=locked,
            payload={"proposals": [place.proposal_id for place in places], "at": at.isoformat()},
        )


def missing_reasons(shortlist: Shortlist, ranks: Mapping[int, int | None]) -> list[int]:
    """Return the proposals whose place deviates from the ranking without a reason."""
    entries = {entry.proposal_id: entry for entry in shortlist.entries.order_by("position")}
    return [proposal for proposal in deviations(ranks, list(entries)) if not entries[proposal].deviation_reason]


def fix(shortlist: Shortlist, *, based_on: str, actor: User, at: datetime) -> ShortlistSnapshot:
    """Fix the list as a snapshot: ranks, scores, criteria, reasons, ties. Only the lead may.

    The same request twice returns the snapshot that the first one made.
    Raises NotPermitted, ShortlistConflict, DeclarationsMissing, NothingRanked (for an empty list) and ReasonsMissing.
    """
    _check(actor, LEAD)
    if ranking.for_person(actor, shortlist.call).closed_count:
        raise DeclarationsMissing
    with transaction.atomic():
        locked = _lock(shortlist)
        existing = ShortlistSnapshot.objects.filter(shortlist=locked).first()
        if existing is not None:
            return existing
        _check_unseen(locked, based_on)
        with translation.override("de"):  # the snapshot is German, whatever language its maker reads
            found = ranking.of_all(locked.call)
        if not locked.entries.exists():
            raise NothingRanked
        if missing := missing_reasons(locked, found.ranks):
            raise ReasonsMissing(missing)
        content = snapshot.content_of(locked, found)
        made = ShortlistSnapshot.objects.create(
            shortlist=locked, content=content, sha256=sha256(content), fixed_by=actor, fixed_at=at
        )
        Shortlist.objects.filter(pk=locked.pk, state=Shortlist.State.DRAFT).update(state=Shortlist.State.FIXED)
        record("shortlist.fixed", actor=actor, subject=locked, payload={"sha256": made.sha256})
    shortlist.refresh_from_db()
    return made


def reopen(shortlist: Shortlist, *, reason: str, actor: User, at: datetime) -> Shortlist:
    """Make another list in work that begins as a copy of a fixed one, which stays. Only the lead may.

    While the committee votes it stays: another list would take topics from the voters.
    Raises NotPermitted, ReasonNeeded, ListUnderVote, and ShortlistInWork where the list is not fixed or another in work.
    """
    _check(actor, LEAD)
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=shortlist.call_id)
        fixed = Shortlist.objects.select_for_update().get(pk=shortlist.pk)
        if fixed.state != Shortlist.State.FIXED or call.shortlists.filter(state=Shortlist.State.DRAFT).exists():
            raise ShortlistInWork
        if call.voting_rounds.filter(state__in=_UNDER_VOTE).exists():
            raise ListUnderVote
        number = (call.shortlists.aggregate(last=Max("number"))["last"] or 0) + 1
        made = Shortlist.objects.create(
            call=call, number=number, created_by=actor, created_at=at, reason=reason.strip()
        )
        entries = fixed.entries.order_by("position")
        _write(made, [Chosen(entry.proposal_id, entry.deviation_reason) for entry in entries])
        record("shortlist.reopened", actor=actor, subject=made, payload={"from": fixed.pk, "reason": made.reason})
    return made


def _check(actor: User, allowed: frozenset[ReviewRole]) -> None:
    roles = roles_of(actor)
    if not roles & allowed or ReviewRole.AUDITOR in roles:
        raise NotPermitted


def _lock(shortlist: Shortlist) -> Shortlist:
    """Return the list locked, and the call before it, so that all take the same order."""
    Call.objects.select_for_update().get(pk=shortlist.call_id)
    return Shortlist.objects.select_for_update().get(pk=shortlist.pk)


def _check_unseen(locked: Shortlist, based_on: str) -> None:
    """Refuse a change of a fixed list, and one that does not know what stands there."""
    if locked.state != Shortlist.State.DRAFT:
        raise ShortlistFixed
    if mark_of(locked) != based_on:
        raise ShortlistConflict


def _write(shortlist: Shortlist, places: Sequence[Chosen]) -> None:
    """Replace the entries: SQLite cannot exchange two places otherwise."""
    shortlist.entries.all().delete()
    ShortlistEntry.objects.bulk_create(
        ShortlistEntry(
            shortlist=shortlist,
            proposal_id=place.proposal_id,
            position=position,
            deviation_reason=place.reason.strip(),
        )
        for position, place in enumerate(places, 1)
    )
