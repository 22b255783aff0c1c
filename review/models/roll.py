"""Who may vote in a round, and who was there."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Elector(models.Model):
    """A person on the roll of a round, as it was when the round opened; triggers refuse UPDATE and DELETE (invariant 6).

    A deputy (`deputy_for`) votes for the seat of a member only where the member does not. Name and e-mail address are
    kept with the person, not here.
    """

    round = models.ForeignKey("review.VotingRound", models.PROTECT, related_name="roll", verbose_name=_("Abstimmung"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="electorates", verbose_name=_("Person")
    )
    is_chair = models.BooleanField(_("Vorsitz"), default=False)
    deputy_for = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="deputy", verbose_name=_("vertritt")
    )

    class Meta:
        """A person stands on a roll once; one chair; the chair deputises for nobody."""

        verbose_name = _("Stimmberechtigte Person")
        verbose_name_plural = _("Stimmberechtigte Personen")
        ordering: ClassVar[list[str]] = ["round", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "person"], name="elector_once_per_round"),
            models.UniqueConstraint(
                fields=["round"], condition=models.Q(is_chair=True), name="one_chair_per_voting_round"
            ),
            models.CheckConstraint(
                condition=models.Q(is_chair=False) | models.Q(deputy_for=None), name="chair_is_no_deputy"
            ),
        ]

    def __str__(self) -> str:
        """Return the person."""
        return str(self.person)


class Attendance(models.Model):
    """That somebody on the roll was there or was not; the last row counts, none is changed or erased."""

    elector = models.ForeignKey(
        Elector, models.PROTECT, related_name="attendances", verbose_name=_("stimmberechtigte Person")
    )
    is_present = models.BooleanField(_("anwesend"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("festgehalten von")
    )
    recorded_at = models.DateTimeField(_("festgehalten am"))

    class Meta:
        """The latest first."""

        verbose_name = _("Anwesenheit")
        verbose_name_plural = _("Anwesenheiten")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        """Return the person and whether they were there."""
        return f"{self.elector}: {_('anwesend') if self.is_present else _('abwesend')}"
