"""The submitted score sheets of a call, read from the database into the arrays of `review.domain.statistics`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Max, Q, QuerySet

from review.domain.statistics import Floats, Reviews
from review.models import Criterion, ScoreSheet
from submissions.models import Call


@dataclass(frozen=True)
class Sheets:
    """Arrays, and what their positions stand for."""

    reviews: Reviews
    reviewer_ids: tuple[int, ...]
    columns: tuple[Criterion, ...]
    """The criterion of each column: the current set in its order, then those that only earlier sets have."""
    current_set: int | None
    """The primary key of the current set."""


def read(call: Call, versions: Sequence[int], counted: QuerySet[ScoreSheet]) -> Sheets:
    """Read those of the `counted` sheets that are about these versions: one per proposal, in the proposals' order.

    Two queries, whatever the number of sheets: the database turns the scores of a sheet into one row.
    """
    criteria = list(
        Criterion.objects.filter(criteria_set__call=call).order_by("-criteria_set__number", "position", "pk")
    )
    columns: dict[str, Criterion] = {}
    for criterion in criteria:
        columns.setdefault(criterion.key, criterion)
    positions = {version: position for position, version in enumerate(versions)}
    rows = [row for row in _rows(criteria, counted) if row[0] in positions]
    reviewer_ids = tuple(sorted({row[1] for row in rows}))
    reviewers = {reviewer: position for position, reviewer in enumerate(reviewer_ids)}
    values, weights = _values(rows, criteria, list(columns))
    reviews = Reviews(
        proposals=np.array([positions[row[0]] for row in rows], dtype=np.intp),
        reviewers=np.array([reviewers[row[1]] for row in rows], dtype=np.intp),
        values=values,
        weights=weights,
        proposal_count=len(versions),
        reviewer_count=len(reviewer_ids),
    )
    return Sheets(reviews, reviewer_ids, tuple(columns.values()), criteria[0].criteria_set_id if criteria else None)


def _rows(criteria: Sequence[Criterion], counted: QuerySet[ScoreSheet]) -> list[tuple[int, ...]]:
    """Return (version, reviewer, set, value by each of `criteria`) of each sheet."""
    pivot = {
        f"c{criterion.pk}": Max("scores__value", filter=Q(scores__criterion=criterion.pk)) for criterion in criteria
    }
    return list(counted.order_by("pk").annotate(**pivot).values_list("version", "reviewer", "criteria_set", *pivot))


def _values(rows: Sequence[tuple[int, ...]], criteria: Sequence[Criterion], keys: list[str]) -> tuple[Floats, Floats]:
    """Return values and weights (sheets x keys): each sheet by the criteria of its own set alone (invariant 5)."""
    found = np.array(rows, dtype=float).reshape(len(rows), 3 + len(criteria))
    values, weights = np.full((len(rows), len(keys)), np.nan), np.zeros((len(rows), len(keys)))
    for column, criterion in enumerate(criteria, 3):
        own = found[:, 2] == criterion.criteria_set_id
        values[own, keys.index(criterion.key)] = found[own, column]
        weights[own, keys.index(criterion.key)] = float(criterion.weight)
    return values, weights
