"""Where the proposals of a call stand in the review, and what is still to be done by whom.

Everything starts from `visible.proposals_for`, so a figure counts only what the person may know of.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from connective import clock
from connective.accounts.models import User
from review.domain.visible import proposals_for
from review.models import Assignment, Declaration, FormalCheck, ReviewSettings, ScoreSheet
from submissions.models import Call

DAYS_SHOWN = 30
"""So many days back the reviews per day are shown."""


class Stage(models.TextChoices):
    """Where a proposal stands between its submission and the ranking."""

    UNCHECKED = "unchecked", _("formale Prüfung offen")
    QUERY = "query", _("Rückfrage offen")
    NOT_ELIGIBLE = "not_eligible", _("nicht zugelassen")
    UNASSIGNED = "unassigned", _("zu wenige Zuweisungen")
    IN_REVIEW = "in_review", _("wird bewertet")
    REVIEWED = "reviewed", _("genügend bewertet")


@dataclass(frozen=True)
class Workload:
    """What one person still has to review."""

    person_id: int
    name: str
    assigned: int
    submitted: int

    @property
    def left(self) -> int:
        """How many sheets are still to be submitted."""
        return self.assigned - self.submitted


@dataclass(frozen=True)
class Due:
    """Something that happens at an instant (aware)."""

    label: str
    at: datetime
    is_past: bool


def with_progress(user: User, call: Call | None = None) -> QuerySet[Any]:
    """Return the proposals that exist for a person with what the review has done about them.

    `formal_result` (or None), `assigned_count`, `reviewed_count` (sheets that count), `wanted_count`, `stage`, and of
    the person's own sheet `own_sheet_state` (or None).
    """
    checks = FormalCheck.objects.filter(proposal=OuterRef("pk"), is_current=True)
    own = ScoreSheet.objects.filter(version=OuterRef("version_in_force"), reviewer=user)
    wanted = ReviewSettings._meta.get_field("reviews_per_proposal").default
    return (
        proposals_for(user, call)
        .annotate(
            formal_result=Subquery(checks.values("result")[:1]),
            assigned_count=_count(Assignment.objects.filter(proposal=OuterRef("pk")), "proposal"),
            reviewed_count=_count(_submitted_sheets("version_in_force"), "version"),
            wanted_count=Coalesce(F("call__review_settings__reviews_per_proposal"), Value(wanted)),
            own_sheet_state=Subquery(own.values("state")[:1]),
        )
        .annotate(stage=_stage())
    )


def stages(user: User, call: Call) -> list[tuple[Stage, int]]:
    """Return how many of the person's visible proposals stand where (one query), in the order of the way."""
    rows = with_progress(user, call).order_by().values("stage").annotate(number=Count("pk"))
    counted = {row["stage"]: row["number"] for row in rows}
    return [(stage, counted.get(stage.value, 0)) for stage in Stage]


def workloads(user: User, call: Call) -> list[Workload]:
    """Return who still has to review how much of what the person sees, the most first (one query)."""
    submitted = _submitted_sheets("proposal__version_in_force").filter(reviewer=OuterRef("reviewer"))
    rows = (
        Assignment.objects.filter(proposal__in=proposals_for(user, call).values("pk"))
        .annotate(is_done=Exists(submitted))
        .order_by()
        .values("reviewer", "reviewer__name", "reviewer__email")
        .annotate(assigned=Count("pk"), submitted=Count("pk", filter=Q(is_done=True)))
    )
    found = [
        Workload(row["reviewer"], row["reviewer__name"] or row["reviewer__email"], row["assigned"], row["submitted"])
        for row in rows
    ]
    return sorted(found, key=lambda load: (-load.left, load.name))


def reviews_per_day(user: User, call: Call, until: date) -> list[tuple[date, int]]:
    """Return how many sheets were submitted on each of the last days in Germany, up to and with `until` (one query)."""
    first = until - timedelta(days=DAYS_SHOWN - 1)
    rows = (
        ScoreSheet.objects.filter(
            state=ScoreSheet.State.SUBMITTED,
            version__proposal__in=proposals_for(user, call).values("pk"),
            version=F("version__proposal__version_in_force"),
        )
        .annotate(day=TruncDate("submitted_at", tzinfo=clock.BERLIN))
        .filter(day__gte=first, day__lte=until)
        .order_by()
        .values("day")
        .annotate(number=Count("pk"))
    )
    counted = {row["day"]: row["number"] for row in rows}
    days = [first + timedelta(days=number) for number in range(DAYS_SHOWN)]
    return [(day, counted.get(day, 0)) for day in days]


def _count(rows: QuerySet[models.Model], by: str) -> Coalesce:
    """Return the number of rows about the outer object, counted in a subquery."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _submitted_sheets(version: str) -> QuerySet[ScoreSheet]:
    """Return the sheets that count for the version that the outer row names in the field `version`."""
    conflict = Declaration.objects.filter(
        proposal=OuterRef("version__proposal"), person=OuterRef("reviewer"), is_current=True
    ).exclude(kind=Declaration.Kind.NONE)
    return ScoreSheet.objects.filter(~Exists(conflict), version=OuterRef(version), state=ScoreSheet.State.SUBMITTED)


def _stage() -> Case:
    results = FormalCheck.Result
    return Case(
        When(formal_result=None, then=Value(Stage.UNCHECKED.value)),
        When(formal_result=results.QUERY, then=Value(Stage.QUERY.value)),
        When(formal_result=results.NOT_ELIGIBLE, then=Value(Stage.NOT_ELIGIBLE.value)),
        When(reviewed_count__gte=F("wanted_count"), then=Value(Stage.REVIEWED.value)),
        When(assigned_count__lt=F("wanted_count"), then=Value(Stage.UNASSIGNED.value)),
        default=Value(Stage.IN_REVIEW.value),
        output_field=models.CharField(),
    )
