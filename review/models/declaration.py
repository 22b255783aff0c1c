"""What a person declared about a conflict of interest."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Declaration(models.Model):
    """A person's declaration about one proposal: no conflict of interest, or which.

    A correction adds a row and takes `is_current` from the one before; no row is changed otherwise or erased.
    """

    class Kind(models.TextChoices):
        """No conflict, or its ground."""

        NONE = "none", _("keine Befangenheit")
        MUNICIPALITY = "municipality", _("eigene Kommune")
        LAND = "land", _("eigenes Land")
        EMPLOYER = "employer", _("eigener Arbeitgeber")
        PERSONAL = "personal", _("persönliche Beziehung")

    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="declarations", verbose_name=_("Themenvorschlag")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="declarations", verbose_name=_("Person")
    )
    kind = models.CharField(_("Erklärung"), max_length=12, choices=Kind)
    note = models.TextField(_("Bemerkung"), blank=True)
    declared_at = models.DateTimeField(_("erklärt am"))
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("eingetragen von")
    )
    is_current = models.BooleanField(_("gilt"), default=True)

    class Meta:
        """One current declaration per person and proposal."""

        verbose_name = _("Erklärung zur Befangenheit")
        verbose_name_plural = _("Erklärungen zur Befangenheit")
        ordering: ClassVar[list[str]] = ["-declared_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal", "person"], condition=models.Q(is_current=True), name="one_current_declaration"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["none", "municipality", "land", "employer", "personal"]),
                name="declaration_kind_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the kind in words."""
        return str(self.get_kind_display())

    @property
    def is_conflict(self) -> bool:
        """Whether this declaration closes the proposal to the person."""
        return self.kind != self.Kind.NONE
