"""Whether a proposal may take part, as a person of the office found."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FormalCheck(models.Model):
    """The formal check of a proposal by the office; a later one supersedes it, none is erased."""

    class Result(models.TextChoices):
        """What was found."""

        ELIGIBLE = "eligible", _("zugelassen")
        NOT_ELIGIBLE = "not_eligible", _("nicht zugelassen")
        QUERY = "query", _("Rückfrage")

    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="formal_checks", verbose_name=_("Themenvorschlag")
    )
    result = models.CharField(_("Ergebnis"), max_length=12, choices=Result)
    reason = models.TextField(_("Begründung"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("geprüft von")
    )
    checked_at = models.DateTimeField(_("geprüft am"))
    is_current = models.BooleanField(_("gilt"), default=True)

    class Meta:
        """One current result per proposal; all but a plain yes have a reason."""

        verbose_name = _("Formale Prüfung")
        verbose_name_plural = _("Formale Prüfungen")
        ordering: ClassVar[list[str]] = ["-checked_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(is_current=True), name="one_current_formal_check"
            ),
            models.CheckConstraint(
                condition=models.Q(result="eligible") | ~models.Q(reason=""), name="formal_check_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(result__in=["eligible", "not_eligible", "query"]), name="formal_check_result_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the result in words."""
        return str(self.get_result_display())
