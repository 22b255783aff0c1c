"""Calls whose decisions are recorded, made by the verbs themselves on a certified vote."""

from dataclasses import dataclass
from datetime import timedelta

from connective.accounts.models import User
from review.domain.decide import decide, proposed
from review.domain.draft_decision import DraftText, save_draft
from review.models import Decision, Outcome, VotingRound
from submissions.models import Call, Proposal
from tests.review.voted import AFTER, Committee, call_with, certified_round, committee

DECIDED = AFTER + timedelta(days=1)


@dataclass(frozen=True)
class Decided:
    """A call, its vote, who took part, and its decisions in the order of the references."""

    call: Call
    round: VotingRound
    who: Committee
    decisions: list[Decision]

    def of(self, outcome: Outcome) -> list[Decision]:
        """Return the first decisions with this outcome."""
        return [decision for decision in self.decisions if decision.outcome == outcome]


def voted_call(accepted: int = 1, rejected: int = 2) -> Decided:
    """Return a call with a certified vote (one topic on the reserve list) and nothing recorded yet."""
    who = committee()
    call = call_with(accepted + 1 + rejected, places=accepted)
    round_ = certified_round(call, who=who, places=accepted)
    return Decided(call, round_, who, [])


def titled(world: Decided) -> None:
    """Give each acceptance of the vote its title and form."""
    for one in proposed(world.call):
        if one.outcome == Outcome.ACCEPTANCE:
            draft_title(one.proposal, world.who.office)


def draft_title(proposal: Proposal, actor: User) -> None:
    """Name the event of a proposal."""
    typed = DraftText(final_title=f"Dialog: {proposal.title}", final_mode="both")
    save_draft(proposal, typed, based_on=0, actor=actor, at=AFTER)


def decided_call(accepted: int = 1, rejected: int = 2) -> Decided:
    """Return a call whose decisions are recorded: acceptances, one reserve, rejections."""
    world = voted_call(accepted, rejected)
    titled(world)
    made = decide(world.call, actor=world.who.lead, at=DECIDED)
    return Decided(world.call, world.round, world.who, made)
