"""What a page of the form sheet and a submission cost: queries, and the time of the server.

The queries count; the milliseconds only say what machine it was.
"""

import gc
import time
from collections.abc import Callable
from itertools import count
from statistics import median
from typing import Any
from unittest.mock import patch

from tests.bench.table import Row

RUNS = 30
MOST_QUERIES = 15


def rows() -> list[Row]:
    """Measure opening, saving and submitting, and return the rows of the table."""
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from connective.pdf import engine
    from submissions.models import SectionKey
    from submissions.tasks import measure_description
    from tests.submissions.build import current_seal, draft, open_call, person

    call, author = open_call(), person("bench@example.org")
    client = Client()
    client.force_login(author)
    numbers = count()

    def queries(work: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            work()
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured.captured_queries)

    def timed(work: Callable[[], Any]) -> float:
        gc.collect()
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) * 1000

    proposal = draft(call, author)
    pages = {key: reverse("submissions:section", args=[proposal.public_id, key]) for key in SectionKey.values}
    versions = {section.key: section.version for section in proposal.sections.all()}

    def save(key: str) -> None:
        data = {"version": versions[key], "title": f"T{next(numbers)}", "background": f"B{next(numbers)}"}
        rows_of_cities = {
            "cities-TOTAL_FORMS": 1,
            "cities-INITIAL_FORMS": 0,
            "cities-0-country": "KE",
            "cities-0-city": f"C{next(numbers)}",
        }
        answer = client.post(pages[key], {**data, **rows_of_cities}, headers={"Accept": "application/json"})
        versions[key] = answer.json()["version"]

    opened = {key: queries(lambda key=key: client.get(pages[key])) for key in pages}  # type: ignore[misc]
    saved = {key: queries(lambda key=key: save(key)) for key in pages}  # type: ignore[misc]
    layouts: list[object] = []

    def submit_measured() -> float:
        another = draft(call, author)
        measure_description(another.pk)  # what the worker does after each save
        address = reverse("submissions:submit", args=[another.public_id])
        sent = {"seal": current_seal(another), "consent": call.privacy_version}
        with patch.object(engine, "layout", side_effect=lambda *args: layouts.append(args)):
            return timed(lambda: client.post(address, sent))

    with transaction.atomic():
        submitted = median(submit_measured() for _ in range(RUNS))
    worst_open, worst_save = max(opened, key=opened.__getitem__), max(saved, key=saved.__getitem__)
    return [
        Row(f"open a task: queries at most ({worst_open})", opened[worst_open], MOST_QUERIES, ""),
        Row(f"save a task: queries at most ({worst_save})", saved[worst_save], MOST_QUERIES, ""),
        Row(
            "open a task: description",
            median(timed(lambda: client.get(pages["description"])) for _ in range(RUNS)),
            None,
            "ms",
        ),
        Row("save a task: description", median(timed(lambda: save("description")) for _ in range(RUNS)), None, "ms"),
        Row("submit a measured text: layouts in the request", len(layouts), 0, ""),
        Row("submit a measured text", submitted, None, "ms"),
    ]
