"""What a vote of 200 topics by 50 electors costs: the count alone, the whole close, counting again, and the page."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from tests.bench.table import Row

TOPICS, ELECTORS = 200, 50
LIMIT = 1000
"""Milliseconds for the tally (the brief of the vote)."""
RUNS = 5


def rows() -> list[Row]:
    """Measure, and return the rows of the table."""
    from django.test import Client
    from django.urls import reverse

    from review.domain.close_round import close, seats_of, votes_of
    from review.domain.counting import RuleOfRound, count
    from review.domain.recount import recount
    from review.models import Ballot, Choice
    from tests.review import voted

    who, call = voted.committee(ELECTORS - 1), voted.call_with(TOPICS)
    round_ = voted.opened(call, who, places=20)
    topics = voted.topics(round_)
    said = [choice.value for choice in (Choice.YES, Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.YES)]
    roll = [voted.elector(round_, person) for person in who.voters]
    voted.write(
        [
            Ballot(topic=topic, elector=elector, choice=said[(place * turn) % len(said)], cast_at=voted.DURING)
            for place, topic in enumerate(topics)
            for turn, elector in enumerate(roll)
        ]
    )
    keys, seats, votes, rule = (
        [topic.pk for topic in topics],
        seats_of(round_),
        votes_of(round_),
        RuleOfRound.of(round_),
    )
    counting = median(_timed(lambda: count(keys, seats, votes, rule)) for _ in range(RUNS))
    closing = _timed(lambda: close(round_, actor=who.office, at=voted.AFTER))
    client = Client()
    client.force_login(who.office)
    address = reverse("review:vote", args=[call.pk])
    client.get(address)
    name = f"{TOPICS} topics by {ELECTORS} electors"
    return [
        Row(f"count {name}", counting, LIMIT, "ms"),
        Row(f"close: tally of {name}", closing, LIMIT, "ms"),
        Row(f"count again {name}", _timed(lambda: recount(round_)), LIMIT, "ms"),
        Row(f"page of the vote, {name}", median(_timed(lambda: client.get(address)) for _ in range(RUNS)), None, "ms"),
    ]


def _timed(work: Callable[[], Any]) -> float:
    """Return the milliseconds that the work takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
