"""What was submitted, frozen."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SubmittedVersion(models.Model):
    """An immutable version of a proposal: triggers refuse UPDATE and DELETE (invariant 2).

    `content` is the canonical JSON *text* of all answers and `content_sha256` its hash; `received_at` is
    the moment at which the server had received the whole request. The deadline and the page limit in
    force are kept beside them, so that the database itself can refuse what is late or too long. When their time has
    come the answers about persons are blanked, once, and `erased_at` says so.
    """

    proposal = models.ForeignKey("submissions.Proposal", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("Fassung"))
    reference = models.CharField(_("Vorgangsnummer"), max_length=20)
    content = models.TextField(_("Inhalt"))
    content_sha256 = models.CharField(_("SHA-256 des Inhalts"), max_length=64)
    pages = models.PositiveSmallIntegerField(_("Seiten"))
    page_limit = models.PositiveSmallIntegerField(_("höchstens Seiten"))
    fill = models.DecimalField(_("Umfang in Seiten"), max_digits=5, decimal_places=2)
    received_at = models.DateTimeField(_("eingegangen am"))
    closes_at = models.DateTimeField(_("Frist"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("eingereicht von")
    )
    privacy_version = models.CharField(_("Fassung des Datenschutzhinweises"), max_length=20)
    letter = models.ForeignKey(
        "submissions.LetterOfSupport",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Unterstützungsschreiben"),
    )

    erased_at = models.DateTimeField(
        _("Angaben zu Personen gelöscht am"),
        null=True,
        help_text=_("Von da an gehört die Prüfsumme zu einem Inhalt, der nicht mehr vollständig da ist."),
    )

    class Meta:
        """Never late, never too long, numbered from one."""

        verbose_name = _("Eingereichte Fassung")
        verbose_name_plural = _("Eingereichte Fassungen")
        ordering: ClassVar[list[str]] = ["-received_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "number"], name="version_number_once"),
            models.CheckConstraint(condition=models.Q(received_at__lt=models.F("closes_at")), name="version_in_time"),
            models.CheckConstraint(
                condition=models.Q(pages__lte=models.F("page_limit")), name="version_within_page_limit"
            ),
        ]

    def __str__(self) -> str:
        """Return reference and number."""
        return f"{self.reference} ({self.number})"


class OfficialPdf(models.Model):
    """The official PDF of a version and the signed receipt for it; written once, then immutable."""

    version = models.OneToOneField(SubmittedVersion, models.PROTECT, related_name="pdf")
    file = models.FileField(upload_to="official/")
    sha256 = models.CharField(_("SHA-256 der PDF-Datei"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("Größe in Byte"))
    receipt = models.TextField(_("Eingangsbestätigung"), help_text=_("Der unterschriebene Text."))
    signature = models.CharField(_("Unterschrift (Ed25519, hexadezimal)"), max_length=128)
    made_at = models.DateTimeField(_("erstellt am"))

    class Meta:
        """One per version."""

        verbose_name = _("Amtliches PDF")
        verbose_name_plural = _("Amtliche PDFs")

    def __str__(self) -> str:
        """Return the version it shows."""
        return str(self.version)
