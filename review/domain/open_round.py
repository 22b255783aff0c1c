"""Opening a vote: the roll is frozen, declared conflicts become recusals, and nothing can be withdrawn any more."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.prepare_round import current_shortlist
from review.domain.recuse import ground
from review.domain.roles import people_with
from review.domain.rounds import OFFICE, State, check_role, in_state, locked_round
from review.domain.vote_mails import invite
from review.models import (
    Ballot,
    BallotChange,
    Choice,
    Declaration,
    Elector,
    ReviewerProfile,
    ReviewRole,
    VotingRound,
    VotingTopic,
)
from submissions.models import Call, Proposal


class CannotOpen(DomainError):
    """Something is missing before the round can be opened; `missing` holds a sentence for each."""

    message = _("Die Abstimmung kann noch nicht eröffnet werden.")

    def __init__(self, missing: list[str]) -> None:
        """Keep the sentences."""
        super().__init__(" ".join(missing))
        self.missing = missing


@dataclass(frozen=True)
class Seat:
    """A seat of the committee as it would be on the roll now."""

    member: User
    is_chair: bool
    deputy: User | None


def future_roll(call: Call) -> list[Seat]:  # noqa: ARG001  (the committee may come to differ from call to call)
    """Return who would be on the roll if a round were opened now: the chair first, then the members by name.

    Active people who are a member or the chair; for each the active person with the role of a deputy who deputises.
    A member has a seat of their own and so deputises for nobody.
    """
    chairs = set(people_with(ReviewRole.CHAIR).values_list("pk", flat=True))
    members = list(people_with(ReviewRole.COMMITTEE, ReviewRole.CHAIR))
    seated = {member.pk for member in members}
    profiles = ReviewerProfile.objects.filter(
        deputises_for__in=seated, user__in=people_with(ReviewRole.DEPUTY).values("pk")
    ).select_related("user")
    deputies = {profile.deputises_for_id: profile.user for profile in profiles if profile.user_id not in seated}
    seats = [Seat(member, member.pk in chairs, deputies.get(member.pk)) for member in members]
    return sorted(seats, key=lambda seat: not seat.is_chair)


def missing_for_opening(round_: VotingRound, *, at: datetime) -> list[str]:
    """Return what is missing before the round can be opened, a sentence each; nothing when it can."""
    seats = future_roll(round_.call)
    chairs = sum(seat.is_chair for seat in seats)
    proposals = Proposal.objects.filter(voting_topics__round=round_).select_related("call")
    newest = round_.call.shortlists.order_by("-number").first()
    told = {
        _("Der Steuerungskreis hat noch keine Mitglieder. Bitte geben Sie zuerst die Rollen."): not seats,
        _("Mehr als eine Person hat die Rolle des Vorsitzes. Es kann nur eine sein."): chairs > 1,
        _("Bei dieser Regel entscheidet der Vorsitz, aber niemand hat diese Rolle."): (
            round_.rule == VotingRound.Rule.CHAIR and not chairs
        ),
        _("Es steht kein Thema zur Abstimmung."): not proposals,
        _("Die Auswahlliste wurde neu aufgestellt. Bitte speichern Sie die Abstimmung auf der neuen Liste."): (
            newest is None or newest.pk != round_.shortlist_id
        ),
        _("Ein Thema wurde zurückgezogen. Bitte speichern Sie die Abstimmung noch einmal, dann entfällt es."): any(
            proposal.version_in_force_id is None for proposal in proposals
        ),
        _("Für mindestens ein Thema läuft die Einreichungsfrist noch."): any(
            proposal.is_open(at) for proposal in proposals
        ),
        _("Die Zeit der Abstimmung hat noch nicht begonnen."): at < round_.opens_at,
        _("Die Zeit der Abstimmung ist schon vorbei. Bitte setzen Sie ein späteres Ende."): at >= round_.closes_at,
    }
    return [str(sentence) for sentence, applies in told.items() if applies]


def open_round(round_: VotingRound, *, actor: User, at: datetime) -> VotingRound:
    """Open a round: freeze the roll, turn declared conflicts into recusals, stop withdrawals of the call.

    The same request twice has one effect. The topics' proposals are locked so that a conflict is declared either
    before (and read here) or after (and finds the open round).
    Raises NotPermitted, RoundMovedOn, NoFixedShortlist and CannotOpen.
    """
    check_role(actor, OFFICE)
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=round_.call_id)
        topics = VotingTopic.objects.filter(round=round_)
        list(Proposal.objects.select_for_update(no_key=True).filter(pk__in=topics.values("proposal")).order_by("pk"))
        locked = locked_round(round_)
        if locked.state == State.OPEN and locked.opened_by_id == actor.pk:
            return locked
        in_state(locked, State.DRAFT)
        current_shortlist(call)
        if missing := missing_for_opening(locked, at=at):
            raise CannotOpen(missing)
        roll = _freeze_roll(locked)
        recused = _recuse_conflicted(locked, roll, at)
        VotingRound.objects.filter(pk=locked.pk, state=State.DRAFT).update(
            state=State.OPEN, opened_by=actor, opened_at=at
        )
        Call.objects.filter(pk=call.pk, voting_since=None).update(voting_since=at)
        locked.refresh_from_db()
        invite(locked)
        record(
            "vote.opened",
            actor=actor,
            subject=locked,
            payload={"electors": [elector.pk for elector in roll], "recusals": recused, "at": at.isoformat()},
        )
    round_.refresh_from_db()
    return round_


def _freeze_roll(round_: VotingRound) -> list[Elector]:
    """Write the roll: every seat, then the deputies."""
    seats = future_roll(round_.call)
    members = {
        seat.member.pk: Elector.objects.create(round=round_, person=seat.member, is_chair=seat.is_chair)
        for seat in seats
    }
    deputies = [
        Elector.objects.create(round=round_, person=seat.deputy, deputy_for=members[seat.member.pk])
        for seat in seats
        if seat.deputy is not None
    ]
    return [*members.values(), *deputies]


def _recuse_conflicted(round_: VotingRound, roll: list[Elector], at: datetime) -> int:
    """Write a recusal for each conflict that somebody on the roll declared before; return how many."""
    topics = {topic.proposal_id: topic for topic in round_.topics.all()}
    electors = {elector.person_id: elector for elector in roll}
    conflicts = Declaration.objects.filter(proposal__in=topics, person__in=electors, is_current=True).exclude(
        kind=Declaration.Kind.NONE
    )
    ballots = [
        Ballot(
            topic=topics[conflict.proposal_id],
            elector=electors[conflict.person_id],
            choice=Choice.RECUSED,
            reason=ground(conflict),
            cast_at=at,
        )
        for conflict in conflicts.order_by("pk")
    ]
    Ballot.objects.bulk_create(ballots)
    BallotChange.objects.bulk_create(
        BallotChange(
            topic=ballot.topic,
            elector=ballot.elector,
            number=1,
            choice=ballot.choice,
            reason=ballot.reason,
            received_at=at,
        )
        for ballot in ballots
    )
    return len(ballots)
