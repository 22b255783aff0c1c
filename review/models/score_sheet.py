"""What one reviewer thinks of one version of a proposal."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from review.models.criteria import HIGHEST, LOWEST


class ScoreSheet(models.Model):
    """The scores of one reviewer for one version, by one set of criteria (invariant 5).

    `row_version` goes up with each save; a save names the one it was based on (invariant 4). An open sheet always uses
    the current set of criteria, a submitted one keeps the set it was submitted with (`review.domain.criteria`).
    """

    class State(models.TextChoices):
        """Whether the reviewer still works on it."""

        OPEN = "open", _("in Arbeit")
        SUBMITTED = "submitted", _("abgegeben")

    class Recommendation(models.TextChoices):
        """The reviewer's overall view."""

        SELECT = "select", _("zur Auswahl empfohlen")
        RESERVE = "reserve", _("für die Nachrückliste empfohlen")
        REJECT = "reject", _("nicht empfohlen")

    version = models.ForeignKey(
        "submissions.SubmittedVersion", models.PROTECT, related_name="score_sheets", verbose_name=_("Fassung")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="score_sheets", verbose_name=_("bewertende Person")
    )
    criteria_set = models.ForeignKey(
        "review.CriteriaSet", models.PROTECT, related_name="sheets", verbose_name=_("Anforderungen")
    )
    state = models.CharField(_("Stand"), max_length=9, choices=State, default=State.OPEN)
    row_version = models.PositiveIntegerField(default=0, editable=False)
    recommendation = models.CharField(_("Empfehlung"), max_length=7, choices=Recommendation, blank=True)
    statement = models.TextField(_("Gesamteinschätzung"), blank=True)
    opened_at = models.DateTimeField(_("begonnen am"))
    saved_at = models.DateTimeField(_("zuletzt gespeichert am"))
    submitted_at = models.DateTimeField(_("abgegeben am"), null=True, blank=True)

    class Meta:
        """One per version and reviewer; a submitted one has a time, a recommendation and a statement."""

        verbose_name = _("Bewertungsbogen")
        verbose_name_plural = _("Bewertungsbögen")
        ordering: ClassVar[list[str]] = ["version", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "reviewer"], name="one_sheet_per_version_and_reviewer"),
            models.CheckConstraint(
                condition=models.Q(state="open", submitted_at=None)
                | (
                    models.Q(state="submitted", submitted_at__isnull=False)
                    & ~models.Q(recommendation="")
                    & ~models.Q(statement="")
                ),
                name="sheet_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(recommendation__in=["", "select", "reserve", "reject"]),
                name="sheet_recommendation_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["reviewer", "state"], name="sheet_reviewer_state")
        ]

    def __str__(self) -> str:
        """Return the version it is about."""
        return str(self.version)


class Score(models.Model):
    """One score: a value from 0 to 4, empty while undecided, or not applicable with a reason (never 0).

    It counts only while `criterion` belongs to the sheet's set: what was scored by a criterion that a later set has
    dropped is kept, and not counted.
    """

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="scores", verbose_name=_("Bewertungsbogen"))
    criterion = models.ForeignKey(
        "review.Criterion", models.PROTECT, related_name="scores", verbose_name=_("Anforderung")
    )
    value = models.PositiveSmallIntegerField(
        _("Punkte"), null=True, blank=True, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    not_applicable = models.BooleanField(_("nicht anwendbar"), default=False)
    reason = models.TextField(_("Grund, warum nicht anwendbar"), blank=True)
    note = models.TextField(_("Bemerkung"), blank=True)

    class Meta:
        """One per criterion; not applicable is empty and has a reason."""

        verbose_name = _("Punkte")
        verbose_name_plural = _("Punkte")
        ordering: ClassVar[list[str]] = ["sheet", "criterion__position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="one_score_per_criterion"),
            models.CheckConstraint(
                condition=models.Q(value=None) | models.Q(value__range=(LOWEST, HIGHEST)), name="score_in_scale"
            ),
            models.CheckConstraint(
                condition=models.Q(not_applicable=False) | (models.Q(value=None) & ~models.Q(reason="")),
                name="score_not_applicable_is_empty_with_reason",
            ),
        ]

    def __str__(self) -> str:
        """Return the value, or a dash."""
        return "–" if self.value is None else str(self.value)
