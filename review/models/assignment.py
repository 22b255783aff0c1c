"""Who reviews what."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Assignment(models.Model):
    """A person is asked to review a proposal."""

    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="assignments", verbose_name=_("Themenvorschlag")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments", verbose_name=_("bewertende Person")
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("zugewiesen von")
    )
    assigned_at = models.DateTimeField(_("zugewiesen am"))
    is_calibration = models.BooleanField(_("zum Einüben"), default=False)

    class Meta:
        """A proposal is assigned to a person once."""

        verbose_name = _("Zuweisung")
        verbose_name_plural = _("Zuweisungen")
        ordering: ClassVar[list[str]] = ["proposal", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "reviewer"], name="assigned_once"),
        ]

    def __str__(self) -> str:
        """Return the person."""
        return str(self.reviewer)
