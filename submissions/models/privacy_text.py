"""The privacy notices that people consented to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrivacyText(models.Model):
    """A version of a call's privacy notice, as it was when the first person consented to it.

    Triggers refuse UPDATE and DELETE, so that it stays known what every submission agreed to.
    """

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="privacy_texts", verbose_name=_("Themenaufruf")
    )
    version = models.CharField(_("Fassung"), max_length=20)
    text = models.TextField(_("Text"))
    first_used_at = models.DateTimeField(_("zuerst verwendet am"))

    class Meta:
        """One text per version of a call."""

        verbose_name = _("Fassung des Datenschutzhinweises")
        verbose_name_plural = _("Fassungen des Datenschutzhinweises")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "version"], name="privacy_text_once_per_version"),
        ]

    def __str__(self) -> str:
        """Return the version."""
        return self.version
