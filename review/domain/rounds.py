"""What all steps of a vote stand on: who may take them, the lock, the refusals.

Order of all locks of the vote: call, proposals, round, audit log. Whoever holds a proposal's lock (a declaration of
conflict) takes the round alone, with `locked_open_round`.
"""

from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.errors import DomainError
from review.domain.errors import NotPermitted
from review.domain.roles import roles_of
from review.models import ReviewRole, VotingRound
from submissions.models import Call, Proposal

State = VotingRound.State

OFFICE = frozenset({ReviewRole.OFFICE, ReviewRole.LEAD})
"""Who prepares, opens and closes a vote, and records who was there."""
CERTIFIES = frozenset({ReviewRole.LEAD, ReviewRole.CHAIR})
"""Who certifies a result; never the person who closed the vote."""
FINISHED = (State.CLOSED, State.CERTIFIED)
"""The states in which a result exists."""


class RoundMovedOn(DomainError):
    """The round is not, or no longer, in the state that the act needs."""

    message = _(
        "Die Abstimmung ist inzwischen in einem anderen Stand. Bitte sehen Sie sie noch einmal an; es ist nichts verloren."
    )


class NotPresiding(DomainError):
    """Only the chair may do this, or the chair's deputy where the chair is recused."""

    message = _(
        "Das kann nur der Vorsitz des Steuerungskreises, oder die Stellvertretung, wo der Vorsitz selbst befangen ist."
    )


def check_role(actor: User, allowed: frozenset[ReviewRole]) -> None:
    """Raise NotPermitted unless the person has one of the roles and is no auditor."""
    roles = roles_of(actor)
    if not roles & allowed or ReviewRole.AUDITOR in roles:
        raise NotPermitted


def locked_round(round_: VotingRound) -> VotingRound:
    """Lock the call and then the round, and return the round as it stands; all that writes of a round begins here."""
    call = Call.objects.select_for_update().get(pk=round_.call_id)
    locked = VotingRound.objects.select_for_update().get(pk=round_.pk)
    locked.call = call
    return locked


def locked_open_round(proposal: Proposal) -> VotingRound | None:
    """Lock and return the open round that votes on a proposal; for whoever holds the proposal's lock already."""
    return (
        VotingRound.objects.select_for_update(of=("self",))
        .filter(call=proposal.call_id, state=State.OPEN, topics__proposal=proposal)
        .first()
    )


def in_state(locked: VotingRound, *states: VotingRound.State) -> None:
    """Raise RoundMovedOn unless the locked round is in one of the states."""
    if locked.state not in states:
        raise RoundMovedOn


def newest(call: Call) -> VotingRound | None:
    """Return the round that a call is at."""
    return VotingRound.objects.filter(call=call).order_by("-number").first()
