"""What the pages of the review cost with 100, 1,000 and 5,000 proposals of three reviews each, and the paper.

Queries are those of a whole page for the lead of the office, who sees everything; milliseconds are server time, the
template included.
"""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from tests.bench.table import Row

COUNTS = (100, 1000, 5000)
MOST_QUERIES = 25
RANKING_LIMIT = 1000
"""Milliseconds for the ranking of 5,000 proposals (the brief of the review, for two cores)."""
LINEAR = 1.3
"""So much more may a topic cost in a paper of 30 than in one of 10."""
RUNS = 5


def rows() -> list[Row]:
    """Measure the pages and the paper, and return the rows of the table."""
    queries: dict[str, list[int]] = {}
    measured: list[Row] = []
    for count in COUNTS:
        for name, (number, milliseconds) in _pages(count).items():
            queries.setdefault(name, []).append(number)
            limit = RANKING_LIMIT if name == "ranking" and count == COUNTS[-1] else None
            measured.append(Row(f"{name}, {count} proposals", milliseconds, limit, "ms"))
    told = [Row(f"{name}: queries at most", max(numbers), MOST_QUERIES, "") for name, numbers in queries.items()]
    told += [
        Row(f"{name}: queries more for {COUNTS[-1]} than for {COUNTS[0]}", numbers[-1] - numbers[0], 0, "")
        for name, numbers in queries.items()
    ]
    return [*told, *measured, *_similar(), *_paper()]


def _pages(count: int) -> dict[str, tuple[int, float]]:
    """Return queries and median milliseconds of each page of a call with so many proposals."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from review.domain import similar_topics
    from tests.review.scored import scored_call

    call, lead, _people = scored_call(count, reviewers=60)
    similar_topics.compare(call)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what autovacuum does between the deadline and the review
    client = Client()
    client.force_login(lead)
    proposal = call.proposals.order_by("reference")[count // 2]
    addresses = {
        "cockpit": reverse("review:cockpit", args=[call.pk]),
        "list": reverse("admin:submissions_proposal_changelist") + f"?call__id__exact={call.pk}",
        "file": reverse("review:file", args=[proposal.pk]),
        "ranking": reverse("review:ranking", args=[call.pk]),
    }
    found = {}
    for name, address in addresses.items():

        def get(address: str = address) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)

        get()
        with CaptureQueriesContext(connection) as captured:
            get()
        found[name] = len(captured), median(_timed(get) for _ in range(RUNS))
    return found


def _similar() -> list[Row]:
    """Measure the comparison of all topics of the largest call, which a task makes."""
    from review.domain import similar_topics
    from submissions.models import Call

    call = Call.objects.get(title=f"Aufruf mit {COUNTS[-1]}")
    return [Row(f"compare {COUNTS[-1]} topics (in a task)", _timed(lambda: similar_topics.compare(call)), None, "ms")]


def _paper() -> list[Row]:
    """Measure the paper for 10 and for 30 topics with texts of full length."""
    from review.domain import paper
    from tests.review.demo_calls import shortlisted
    from tests.review.scored import AT

    def per_topic(count: int) -> float:
        shortlist, lead, _proposals = shortlisted(count)
        made, _new = paper.request_paper(shortlist, actor=lead, at=AT)
        took = _timed(lambda: paper.make(made.pk))
        made.refresh_from_db()
        assert (made.state, made.done) == ("ready", made.total), made.error
        return took / count

    per_topic(1)  # loads the libraries and fonts
    few, many = per_topic(10), per_topic(30)
    return [
        Row("paper: a topic among 30 / a topic among 10", many / few, LINEAR, "x"),
        Row("paper of 30 topics", many * 30, None, "ms"),
    ]


def _timed(work: Callable[[], Any]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
