"""The paper for the steering committee, while it is made and afterwards."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def paper_name(paper: "CommitteePaper", filename: str) -> str:  # noqa: ARG001
    """Return a file name that tells a stranger nothing."""
    return f"papers/{uuid.uuid4()}.pdf"


class CommitteePaper(models.Model):
    """One PDF of a shortlist for the committee, made in the background; `done` of `total` steps show its progress."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued", _("wartet")
        MAKING = "making", _("wird erstellt")
        READY = "ready", _("fertig")
        FAILED = "failed", _("fehlgeschlagen")

    shortlist = models.ForeignKey(
        "review.Shortlist", models.PROTECT, related_name="papers", verbose_name=_("Auswahlliste")
    )
    state = models.CharField(_("Stand"), max_length=6, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(_("erledigte Schritte"), default=0)
    total = models.PositiveIntegerField(_("Schritte"), default=0)
    file = models.FileField(_("Datei"), upload_to=paper_name, blank=True)
    sha256 = models.CharField(_("SHA-256 der Datei"), max_length=64, blank=True)
    error = models.TextField(_("Fehler"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("angefordert von")
    )
    requested_at = models.DateTimeField(_("angefordert am"))
    made_at = models.DateTimeField(_("erstellt am"), null=True, blank=True)

    class Meta:
        """Newest first; a ready one has a file and a time."""

        verbose_name = _("Vorlage für den Steuerungskreis")
        verbose_name_plural = _("Vorlagen für den Steuerungskreis")
        ordering: ClassVar[list[str]] = ["-requested_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | (models.Q(made_at__isnull=False) & ~models.Q(file="")),
                name="paper_ready_has_file",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "making", "ready", "failed"]), name="paper_state_known"
            ),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="paper_progress_sane"),
        ]

    def __str__(self) -> str:
        """Return the shortlist and the time of the request."""
        return f"{self.shortlist} ({self.requested_at:%Y-%m-%d %H:%M})"
