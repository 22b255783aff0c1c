"""The minutes of a vote (Beschlussprotokoll)."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def minutes_name(minutes: "Minutes", filename: str) -> str:  # noqa: ARG001
    """Return a file name that tells a stranger nothing."""
    return f"minutes/{uuid.uuid4()}.pdf"


class Minutes(models.Model):
    """The minutes of a certified round as one PDF, made in the background; a later one does not replace it.

    `chain_head` is the hash of the last decision of the call that they report.
    """

    class State(models.TextChoices):
        """How far they are."""

        QUEUED = "queued", _("wartet")
        READY = "ready", _("fertig")
        FAILED = "failed", _("fehlgeschlagen")

    round = models.ForeignKey(
        "review.VotingRound", models.PROTECT, related_name="minutes", verbose_name=_("Abstimmung")
    )
    number = models.PositiveSmallIntegerField(_("Fassung"), default=1)
    state = models.CharField(_("Stand"), max_length=6, choices=State, default=State.QUEUED)
    file = models.FileField(_("Datei"), upload_to=minutes_name, blank=True)
    sha256 = models.CharField(_("SHA-256 der Datei"), max_length=64, blank=True)
    chain_head = models.CharField(_("SHA-256 der letzten Entscheidung"), max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("angefordert von")
    )
    requested_at = models.DateTimeField(_("angefordert am"))
    made_at = models.DateTimeField(_("erstellt am"), null=True, blank=True)

    class Meta:
        """Numbered within a round; ready ones have a file."""

        verbose_name = _("Beschlussprotokoll")
        verbose_name_plural = _("Beschlussprotokolle")
        ordering: ClassVar[list[str]] = ["round", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "number"], name="minutes_number_once"),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | (models.Q(made_at__isnull=False) & ~models.Q(file="")),
                name="minutes_ready_have_file",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "ready", "failed"]), name="minutes_state_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the round and the number."""
        return str(_("Beschlussprotokoll %(number)s") % {"number": self.number})
