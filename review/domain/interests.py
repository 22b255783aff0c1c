"""Which other activities interest those whose topic was not accepted."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.answers import visible_answer
from review.domain.errors import NotPermitted
from review.domain.exports import Cell
from review.domain.visible import SeenProposal, proposals_for
from review.models import OtherInterest, Outcome
from submissions.models import Call, Membership, Proposal, Role

Activity = OtherInterest.Activity
ASKED = (Outcome.REJECTION, Outcome.RESERVE, Outcome.LAPSED)
"""Who is asked: all who were told that their topic does not (yet) become an event."""


class InterestsConflict(DomainError):
    """A colleague, or another tab, has chosen in between; nothing was overwritten."""

    message = gettext_lazy(
        "Inzwischen wurde an anderer Stelle eine Auswahl gespeichert. Unten steht Ihre. Wenn Sie speichern, gilt diese."
    )


def is_asked(proposal: Proposal) -> bool:
    """Say whether the applicants were told of an outcome after which they are asked."""
    answer = visible_answer(proposal)
    return answer is not None and answer.outcome in ASKED


def stated(proposal: Proposal) -> list[str]:
    """Return the activities that were chosen."""
    return list(OtherInterest.objects.filter(proposal=proposal).values_list("activity", flat=True))


def state_interests(
    proposal: Proposal, chosen: Collection[str], *, based_on: Collection[str], actor: User, at: datetime
) -> None:
    """Set what interests the applicants; none is an answer too. The same again changes nothing.

    `based_on` is what the page showed as chosen. Raises NotPermitted for anybody who may not write for the organisation
    and before the answer is told, and InterestsConflict.
    """
    writes = Membership.objects.filter(
        user=actor, organisation=proposal.organisation_id, role__in=[Role.EDIT, Role.MANAGE]
    )
    if not is_asked(proposal) or not writes.exists():
        raise NotPermitted
    wanted = {activity for activity in Activity.values if activity in chosen}
    with transaction.atomic():
        Proposal.objects.select_for_update().get(pk=proposal.pk)
        before = set(stated(proposal))
        if before == wanted:
            return
        if before != set(based_on):
            raise InterestsConflict
        OtherInterest.objects.filter(proposal=proposal).exclude(activity__in=wanted).delete()
        OtherInterest.objects.bulk_create(
            OtherInterest(proposal=proposal, activity=activity, stated_by=actor, stated_at=at)
            for activity in sorted(wanted - before)
        )
        record(
            "interests.stated",
            actor=actor,
            subject=proposal,
            payload={"activities": sorted(wanted), "at": at.isoformat()},
        )


def interested(person: User, call: Call) -> list[tuple[SeenProposal, list[str]]]:
    """Return the proposals of a call with an interest, as far as the person may see who proposed (three queries)."""
    seen = proposals_for(person, call).filter(other_interests__isnull=False).distinct().order_by("reference")
    found = {proposal.pk: proposal for proposal in seen if not getattr(proposal, "identity_hidden", True)}
    chosen: dict[int, list[str]] = {key: [] for key in found}
    for row in OtherInterest.objects.filter(proposal__in=found).order_by("proposal", "activity"):
        chosen[row.proposal_id].append(row.activity)
    return [(proposal, chosen[key]) for key, proposal in found.items()]


def table(person: User, call: Call) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each proposal with an interest, for a spreadsheet."""
    yield [_("Vorgangsnummer"), _("Organisation"), _("Thema"), *(str(Activity(one).label) for one in Activity.values)]
    for proposal, chosen in interested(person, call):
        marks = [_("ja") if one in chosen else "" for one in Activity.values]
        yield [str(proposal.reference), proposal.organisation_name, proposal.title, *marks]
