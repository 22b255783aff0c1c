"""Texts around the process that the office edits."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class SitePage(models.Model):
    """One of the pages that every public service has; each exists once, from the first migration on.

    `text` is plain text with the structure of `connective.site.prose`.
    """

    class Key(models.TextChoices):
        """Which page it is."""

        ACCESSIBILITY = "accessibility", _("Barrierefreiheit")
        PRIVACY = "privacy", _("Datenschutz")
        LEGAL = "legal", _("Impressum")
        CONTACT = "contact", _("Kontakt")

    key = models.CharField(_("Seite"), max_length=15, choices=Key, primary_key=True)
    title = models.CharField(_("Überschrift"), max_length=150)
    title_en = models.CharField(_("Überschrift (englisch)"), max_length=150)
    text = models.TextField(
        _("Text"),
        help_text=_(
            "Eine Leerzeile trennt Absätze; „## “ am Anfang einer Zeile macht sie zur Überschrift, „- “ zum Punkt einer Liste."
        ),
    )
    text_en = models.TextField(_("Text (englisch)"))
    updated_at = models.DateTimeField(_("zuletzt geändert"), auto_now=True)

    class Meta:
        """By key."""

        verbose_name = _("Seite")
        verbose_name_plural = _("Seiten")
        ordering: ClassVar[list[str]] = ["key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(key__in=["accessibility", "privacy", "legal", "contact"]), name="site_page_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the heading in the reader's language."""
        return self.localised("title")

    def localised(self, field: str) -> str:
        """Return the text of `field` in the reader's language."""
        english = (get_language() or "de").startswith("en")
        return str(getattr(self, f"{field}_en" if english else field))
