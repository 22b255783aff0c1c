"""What the office has to know about the mail: is anything stuck?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from connective.mail.models import Message

PATIENT = timedelta(minutes=5)
"""A message that waits longer for its first attempt has no worker that sends it."""


@dataclass(frozen=True)
class Board:
    """How many messages are in each state, and what asks for a person."""

    counts: dict[Message.State, int]
    without_worker: int
    """Messages that nobody has tried to send for five minutes though it was time."""
    unreachable: int
    """Messages that were tried and still wait after five minutes."""

    @property
    def uncertain(self) -> int:
        """Return how many messages only a person can decide about."""
        return self.counts[Message.State.UNCERTAIN]

    @property
    def by_state(self) -> list[tuple[Message.State, int]]:
        """Return the counts in the order of a message's life."""
        return list(self.counts.items())

    @property
    def needs_a_person(self) -> bool:
        """Say whether somebody should look."""
        undecided = self.uncertain + self.counts[Message.State.FAILED]
        return bool(undecided or self.without_worker or self.unreachable)


def board(at: datetime) -> Board:
    """Return the state of the queue at `at`, in one query."""
    state = Message.State
    old = Q(state=state.QUEUED, held=False, queued_at__lt=at - PATIENT)
    nobody_came = (Q(next_at=None) | Q(next_at__lt=at - PATIENT)) & (Q(claim=None) | Q(lease_until__lt=at))
    found = Message.objects.aggregate(
        without_worker=Count("pk", filter=old & nobody_came),
        unreachable=Count("pk", filter=old & ~nobody_came),
        **{name.value: Count("pk", filter=Q(state=name)) for name in state},
    )
    return Board(
        counts={name: found[name.value] for name in state},
        without_worker=found["without_worker"],
        unreachable=found["unreachable"],
    )
