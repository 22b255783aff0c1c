"""What proposals are scored by: sets of criteria, each with texts for its values."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LOWEST, HIGHEST = 0, 4
"""The ends of the scale on which each criterion is scored."""


def _localised(german: str, english: str) -> str:
    return english if english and (get_language() or "de").startswith("en") else german


class CriteriaSet(models.Model):
    """The criteria of a call, in one version; the highest number is the current one.

    Frozen (`frozen_at`) with the first score that uses it; a later change makes a new set (`review.domain.criteria`).
    """

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="criteria_sets", verbose_name=_("Themenaufruf")
    )
    number = models.PositiveSmallIntegerField(_("Nummer"), default=1)
    reason = models.TextField(_("Grund der Änderung"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("angelegt von")
    )
    created_at = models.DateTimeField(_("angelegt am"))
    frozen_at = models.DateTimeField(_("fest seit"), null=True, blank=True)

    class Meta:
        """Numbered from one within a call; every set after the first says why it was made."""

        verbose_name = _("Satz von Anforderungen")
        verbose_name_plural = _("Sätze von Anforderungen")
        ordering: ClassVar[list[str]] = ["call", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "number"], name="criteria_set_number_once"),
            models.CheckConstraint(condition=models.Q(number=1) | ~models.Q(reason=""), name="criteria_set_has_reason"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="criteria_set_counts_from_one"),
        ]

    def __str__(self) -> str:
        """Return the number within the call."""
        return str(_("Anforderungen, Fassung %(number)s") % {"number": self.number})


class Criterion(models.Model):
    """One requirement that is scored from 0 to 4; a must asks for `must_at_least`."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="criteria", verbose_name=_("Satz"))
    key = models.SlugField(_("Kürzel"), max_length=30)
    position = models.PositiveSmallIntegerField(_("Stelle"))
    label = models.CharField(_("Bezeichnung"), max_length=200)
    label_en = models.CharField(_("Bezeichnung (englisch)"), max_length=200, blank=True)
    question = models.TextField(_("Frage"))
    question_en = models.TextField(_("Frage (englisch)"), blank=True)
    weight = models.DecimalField(
        _("Gewicht"), max_digits=6, decimal_places=2, default=1, help_text=_("Im Verhältnis zu den anderen Gewichten.")
    )
    is_must = models.BooleanField(_("muss erfüllt sein"), default=False)
    must_at_least = models.PositiveSmallIntegerField(
        _("erfüllt ab"), default=2, validators=[MinValueValidator(1), MaxValueValidator(HIGHEST)]
    )

    class Meta:
        """In their order; a key stands in a set once."""

        verbose_name = _("Anforderung")
        verbose_name_plural = _("Anforderungen")
        ordering: ClassVar[list[str]] = ["criteria_set", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["criteria_set", "key"], name="criterion_key_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="criterion_weight_positive"),
            models.CheckConstraint(
                condition=models.Q(must_at_least__range=(1, HIGHEST)), name="criterion_must_in_scale"
            ),
        ]

    def __str__(self) -> str:
        """Return the label in the reader's language."""
        return self.shown_label

    @property
    def shown_label(self) -> str:
        """The label in the reader's language."""
        return _localised(self.label, self.label_en)

    @property
    def shown_question(self) -> str:
        """The question in the reader's language."""
        return _localised(self.question, self.question_en)


class Anchor(models.Model):
    """What a value of the scale means for one criterion, so that all mean the same by it."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="anchors", verbose_name=_("Anforderung"))
    value = models.PositiveSmallIntegerField(
        _("Punkte"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    text = models.CharField(_("bedeutet"), max_length=300)
    text_en = models.CharField(_("bedeutet (englisch)"), max_length=300, blank=True)

    class Meta:
        """One text per value."""

        verbose_name = _("Bedeutung eines Werts")
        verbose_name_plural = _("Bedeutungen der Werte")
        ordering: ClassVar[list[str]] = ["criterion", "value"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["criterion", "value"], name="anchor_once_per_value"),
            models.CheckConstraint(condition=models.Q(value__range=(LOWEST, HIGHEST)), name="anchor_in_scale"),
        ]

    def __str__(self) -> str:
        """Return value and meaning in the reader's language."""
        return f"{self.value}: {self.shown_text}"

    @property
    def shown_text(self) -> str:
        """The meaning in the reader's language."""
        return _localised(self.text, self.text_en)
