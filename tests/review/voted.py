"""Votes of the steering committee: a fixed shortlist, a committee, a round in each state, made by the verbs themselves.

Ballots are written in bulk (`vote`), with the history that `recount` reads; how a member casts one is tested elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from connective.accounts.models import User
from connective.errors import DomainError
from review.domain.certify_round import certify
from review.domain.close_round import close
from review.domain.open_round import open_round
from review.domain.prepare_round import RoundSettings, prepare
from review.domain.settle import draw_lot, needs_settlement
from review.models import (
    Ballot,
    BallotChange,
    Choice,
    Elector,
    ReviewerProfile,
    ReviewRole,
    Shortlist,
    ShortlistEntry,
    VotingRound,
    VotingTopic,
)
from submissions.models import Call, Proposal
from tests.review.scored import AT, person_with, proposals
from tests.submissions.build import make_call

OPENS = AT
DURING = AT + timedelta(hours=1)
CLOSES = AT + timedelta(days=7)
AFTER = CLOSES + timedelta(hours=1)

SETTINGS = RoundSettings(
    opens_at=OPENS,
    closes_at=CLOSES,
    places=2,
    setting=VotingRound.Setting.CIRCULAR,
    rule=VotingRound.Rule.SIMPLE,
)


@dataclass(frozen=True)
class Committee:
    """Who takes part in votes: the office and its lead, the chair, members, and perhaps deputies."""

    office: User
    lead: User
    chair: User
    members: tuple[User, ...]

    @property
    def voters(self) -> tuple[User, ...]:
        """Return the chair and the members."""
        return (self.chair, *self.members)


def committee(size: int = 4) -> Committee:
    """Create a chair, so many further members, an officer and a lead; those that exist already are taken."""
    return Committee(
        office=_person(ReviewRole.OFFICE, "geschaeftsstelle@example.org"),
        lead=_person(ReviewRole.LEAD, "leitung@example.org"),
        chair=_person(ReviewRole.CHAIR, "vorsitz@example.org"),
        members=tuple(_person(ReviewRole.COMMITTEE, f"mitglied{number}@example.org") for number in range(1, size + 1)),
    )


def deputy_of(member: User, email: str = "stellvertretung@example.org") -> User:
    """Create a deputy of a member."""
    person = person_with(ReviewRole.DEPUTY, email)
    ReviewerProfile.objects.create(user=person, deputises_for=member)
    return person


def call_with(count: int = 3, **fields: Any) -> Call:
    """Create a call with so many submitted proposals."""
    call = make_call(**fields)
    proposals(call, [f"Thema {number}" for number in range(1, count + 1)])
    return call


def shortlist_of(call: Call, actor: User) -> Shortlist:
    """Return the fixed shortlist of a call; one that has none gets all its proposals, without a ranking behind it."""
    found = call.shortlists.filter(state=Shortlist.State.FIXED).order_by("-number").first()
    if found is not None:
        return found
    made = Shortlist.objects.create(call=call, state=Shortlist.State.FIXED, created_by=actor, created_at=AT)
    submitted = Proposal.objects.filter(call=call).exclude(version_in_force=None).order_by("reference")
    ShortlistEntry.objects.bulk_create(
        ShortlistEntry(shortlist=made, proposal=proposal, position=position)
        for position, proposal in enumerate(submitted, 1)
    )
    return made


def prepared(call: Call, who: Committee, **changes: Any) -> VotingRound:
    """Prepare a round; `changes` are settings."""
    shortlist_of(call, who.lead)
    return prepare(call, replace(SETTINGS, **changes), actor=who.office, at=AT)


def opened(call: Call, who: Committee, **changes: Any) -> VotingRound:
    """Prepare and open a round."""
    return open_round(prepared(call, who, **changes), actor=who.office, at=OPENS)


def again(round_: VotingRound) -> VotingRound:
    """Return a round as another request loads it."""
    return VotingRound.objects.select_related("call").get(pk=round_.pk)


def elector(round_: VotingRound, person: User) -> Elector:
    """Return a person's row on the roll."""
    return Elector.objects.get(round=round_, person=person)


def topics(round_: VotingRound) -> list[VotingTopic]:
    """Return the topics in their order."""
    return list(VotingTopic.objects.filter(round=round_).select_related("proposal").order_by("position"))


def vote(round_: VotingRound, choices: Mapping[User, Sequence[str]]) -> None:
    """Write the ballots of people, for each the choices in the order of the topics; an empty one is no ballot."""
    asked = topics(round_)
    ballots = [
        Ballot(
            topic=topic,
            elector=elector(round_, person),
            choice=choice,
            reason="Siehe Niederschrift." if choice in (Choice.OBJECTION, Choice.RECUSED) else "",
            cast_at=DURING,
        )
        for person, said in choices.items()
        for topic, choice in zip(asked, said, strict=False)
        if choice
    ]
    write(ballots)


def write(ballots: Sequence[Ballot]) -> None:
    """Write ballots with their history."""
    Ballot.objects.bulk_create(ballots, batch_size=5000)
    BallotChange.objects.bulk_create(
        (
            BallotChange(
                topic=ballot.topic,
                elector=ballot.elector,
                number=ballot.number,
                choice=ballot.choice,
                reason=ballot.reason,
                statement=ballot.statement,
                received_at=ballot.cast_at,
            )
            for ballot in ballots
        ),
        batch_size=5000,
    )


def closed(
    call: Call, who: Committee, choices: Mapping[User, Sequence[str]] | None = None, **changes: Any
) -> VotingRound:
    """Hold a vote until its close; without `choices` the chair and all members say yes to everything."""
    round_ = opened(call, who, **changes)
    everything = [Choice.YES.value] * len(topics(round_))
    vote(round_, choices if choices is not None else dict.fromkeys(who.voters, everything))
    close(round_, actor=who.office, at=AFTER)
    round_.refresh_from_db()
    return round_


def certified_round(call: Call | None = None, *, who: Committee | None = None, **changes: Any) -> VotingRound:
    """Return a certified round of a call.

    All say yes to the first topics, as many as there are places (two, or `places`); one says yes and the others abstain
    on the next, which becomes the reserve list; all say no to the rest.
    """
    call, who = call or call_with(4), who or committee()
    round_ = opened(call, who, **changes)
    count, places = len(topics(round_)), round_.places
    others = [Choice.YES.value] * places + [Choice.ABSTAIN.value] + [Choice.NO.value] * max(count - places - 1, 0)
    first = [Choice.YES.value] * (places + 1) + [Choice.NO.value] * max(count - places - 1, 0)
    vote(round_, dict.fromkeys(who.members, others) | {who.chair: first})
    close(round_, actor=who.office, at=AFTER)
    round_.refresh_from_db()
    if needs_settlement(round_):
        draw_lot(round_, actor=who.office, at=AFTER)
    return certify(round_, actor=who.lead, at=AFTER)


def refused(act: Callable[[], object]) -> type[DomainError]:
    """Return the rule by which an act was refused."""
    with pytest.raises(DomainError) as refusal:
        act()
    return type(refusal.value)


def _person(role: ReviewRole, email: str) -> User:
    return User.objects.filter(email=email).first() or person_with(role, email)
