"""What an elector may know of a vote: that they are on the roll, the topics, and their own ballots. Nothing of others'."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from connective.accounts.models import User
from review.domain.rounds import State
from review.domain.visible import SeenProposal, proposals_for
from review.models import Ballot, Choice, Declaration, Elector, VotingRound, VotingTopic


@dataclass(frozen=True)
class OwnTopic:
    """A topic of a round as one elector sees it; a recused one is closed, and only its reference is left."""

    topic: VotingTopic
    proposal: SeenProposal | None
    ballot: Ballot | None

    @property
    def is_recused(self) -> bool:
        """Whether the person takes no part in the topic."""
        return self.proposal is None or (self.ballot is not None and self.ballot.choice == Choice.RECUSED)

    @property
    def is_declared(self) -> bool:
        """Whether the person has said that there is no conflict, so that text and ballot are open."""
        return self.proposal is not None and self.proposal.may_read

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do for the person."""
        return self.is_recused or self.ballot is not None


def rounds_of(person: User) -> QuerySet[VotingRound]:
    """Return the rounds on whose roll a person stands, the newest first; those in preparation have no roll."""
    found = VotingRound.objects.filter(roll__person=person).exclude(state=State.DRAFT)
    return found.select_related("call", "shortlist").order_by("-opened_at", "-pk")


def elector_of(person: User, round_: VotingRound) -> Elector | None:
    """Return the person's row on the roll of a round."""
    return Elector.objects.filter(round=round_, person=person).select_related("deputy_for__person").first()


def topics_of(person: User, round_: VotingRound) -> list[OwnTopic]:
    """Return the topics of a round as the person sees them, in their order."""
    return topics_in(person, [round_])[round_.pk]


def topics_in(person: User, rounds: Sequence[VotingRound]) -> dict[int, list[OwnTopic]]:
    """Return the topics of rounds as the person sees them, by the key of their round; the same queries however many."""
    topics = list(VotingTopic.objects.filter(round__in=rounds).select_related("proposal").order_by("position"))
    proposals = proposals_for(person).filter(pk__in=[topic.proposal_id for topic in topics])
    seen = {proposal.pk: proposal for proposal in proposals}
    ballots = {one.topic_id: one for one in Ballot.objects.filter(topic__round__in=rounds, elector__person=person)}
    found: dict[int, list[OwnTopic]] = {round_.pk: [] for round_ in rounds}
    for topic in topics:
        found[topic.round_id].append(OwnTopic(topic, seen.get(topic.proposal_id), ballots.get(topic.pk)))
    return found


def own_declaration(person: User, topic: VotingTopic) -> Declaration | None:
    """Return what the person declared about a topic."""
    return Declaration.objects.filter(person=person, proposal=topic.proposal_id, is_current=True).first()
