"""Letters of support, kept privately."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def private_name(letter: "LetterOfSupport", filename: str) -> str:  # noqa: ARG001
    """Return a name of our own: what the sender's computer called the file is not kept."""
    return f"letters/{uuid.uuid4()}.pdf"


class LetterOfSupport(models.Model):
    """A checked PDF in which the municipality supports topic and commitment.

    Never changed: another upload makes another row, so that a submitted version keeps its own.
    """

    proposal = models.ForeignKey("submissions.Proposal", models.CASCADE, related_name="letters")
    file = models.FileField(upload_to=private_name)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("Größe in Byte"))
    pages = models.PositiveSmallIntegerField(_("Seiten"))
    uploaded_at = models.DateTimeField(_("hochgeladen am"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        """Newest first."""

        verbose_name = _("Unterstützungsschreiben")
        verbose_name_plural = _("Unterstützungsschreiben")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        """Return a short form of the hash."""
        return self.sha256[:12]
