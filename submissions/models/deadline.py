"""Extensions of a deadline: never changed, only added."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeadlineExtension(models.Model):
    """A later closing instant, for a whole call or for one proposal, with the reason it was given.

    Append-only: triggers refuse UPDATE and DELETE.
    """

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="extensions", verbose_name=_("Themenaufruf")
    )
    proposal = models.ForeignKey(
        "submissions.Proposal",
        models.PROTECT,
        related_name="extensions",
        null=True,
        blank=True,
        verbose_name=_("nur für diesen Vorschlag"),
    )
    previous_closes_at = models.DateTimeField(_("bisherige Frist"))
    closes_at = models.DateTimeField(_("neue Frist"))
    reason = models.TextField(_("Grund"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("gewährt von")
    )
    granted_at = models.DateTimeField(_("gewährt am"))

    class Meta:
        """An extension is later than what it extends, and has a reason."""

        verbose_name = _("Fristverlängerung")
        verbose_name_plural = _("Fristverlängerungen")
        ordering: ClassVar[list[str]] = ["-granted_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("previous_closes_at")), name="extension_is_later"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="extension_has_reason"),
        ]

    def __str__(self) -> str:
        """Return the new closing instant."""
        return f"{self.closes_at:%Y-%m-%d %H:%M}"
