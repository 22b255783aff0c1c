"""How the proposals of one call are reviewed."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewSettings(models.Model):
    """The rules of the review of one call, edited by the lead of the office.

    `disagreement_threshold` is in points of 100, `weight_variation` in per cent of a weight. All reviewers score the
    `anchor_proposal` first (calibration).
    """

    call = models.OneToOneField(
        "submissions.Call", models.CASCADE, related_name="review_settings", verbose_name=_("Themenaufruf")
    )
    blind = models.BooleanField(
        _("ohne Namen bewerten"),
        default=False,
        help_text=_(
            "Wer einen Vorschlag bewertet, sieht Organisation, Ansprechperson und Orte erst nach Abgabe der eigenen Bewertung."
        ),
    )
    reviews_per_proposal = models.PositiveSmallIntegerField(
        _("Bewertungen je Vorschlag"), default=2, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    disagreement_threshold = models.PositiveSmallIntegerField(
        _("Schwelle für Uneinigkeit (Punkte von 100)"),
        default=25,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Liegen zwei Bewertungen weiter auseinander, bittet das Portal um eine weitere oder ein Gespräch."),
    )
    weight_variation = models.PositiveSmallIntegerField(
        _("Schwankung der Gewichte (Prozent)"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Um so viel wird jedes Gewicht verändert, um zu zeigen, wie fest ein Rang ist."),
    )
    review_until = models.DateTimeField(_("Bewertung bis"), null=True, blank=True)
    anchor_proposal = models.ForeignKey(
        "submissions.Proposal",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Vorschlag zum Einüben"),
        help_text=_("Diesen Vorschlag bewerten alle zuerst, damit alle die Punkte gleich verstehen."),
    )

    class Meta:
        """Numbers within their ranges."""

        verbose_name = _("Regeln der Bewertung")
        verbose_name_plural = _("Regeln der Bewertung")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(reviews_per_proposal__range=(1, 9)), name="settings_reviews_sane"
            ),
            models.CheckConstraint(
                condition=models.Q(disagreement_threshold__range=(1, 100)), name="settings_threshold_sane"
            ),
            models.CheckConstraint(
                condition=models.Q(weight_variation__range=(1, 100)), name="settings_variation_sane"
            ),
        ]

    def __str__(self) -> str:
        """Return the call."""
        return str(self.call)
