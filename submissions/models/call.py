"""A call for topics and all that belongs to it alone."""

from datetime import datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Call(models.Model):
    """A call for topics (Themenaufruf): dates, rules and texts are data, edited by the office.

    `closes_at` is the first refused instant; shown to people as 24:00 of the day before where it is
    midnight in Berlin. `next_number` is the next reference, drawn under the row's lock.
    """

    title = models.CharField(_("Titel"), max_length=200)
    title_en = models.CharField(_("Titel (englisch)"), max_length=200, blank=True)
    slug = models.SlugField(_("Adresse im Portal"), unique=True)
    reference_prefix = models.CharField(
        _("Vorsilbe der Vorgangsnummer"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{1,4}[0-9]{4}[A-Z]?$", _("Zum Beispiel TA2021."))],
        help_text=_("Zum Beispiel TA2021; die Vorgangsnummern lauten dann TA2021-0001 und so weiter."),
    )
    opens_at = models.DateTimeField(_("öffnet am"), help_text=_("Zeit in Deutschland (Europe/Berlin)."))
    closes_at = models.DateTimeField(
        _("schließt am"),
        help_text=_(
            "Der erste Zeitpunkt, zu dem nichts mehr angenommen wird (Zeit in Deutschland). Zählt ein Tag ganz, "
            "dann 00:00 Uhr des folgenden Tages."
        ),
    )
    answer_by = models.DateField(_("Rückmeldung bis"))
    page_limit = models.PositiveSmallIntegerField(
        _("höchstens Seiten"), default=2, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    places = models.PositiveSmallIntegerField(_("Zahl der Themen, die ausgewählt werden"), default=3)
    max_per_organisation = models.PositiveSmallIntegerField(
        _("höchstens Vorschläge je Organisation"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Leer: keine Begrenzung."),
    )
    country_list = models.ForeignKey(
        "submissions.CountryList", models.PROTECT, verbose_name=_("Länderliste"), related_name="calls"
    )
    contact = models.TextField(_("Kontakt"), help_text=_("Wer Fragen beantwortet, mit Telefon."))
    contact_email = models.EmailField(_("E-Mail-Adresse für Fragen"))
    introduction = models.TextField(_("Worum es geht"))
    introduction_en = models.TextField(_("Worum es geht (englisch)"), blank=True)
    after_closing = models.TextField(_("Wie es nach der Frist weitergeht"), blank=True)
    after_closing_en = models.TextField(_("Wie es nach der Frist weitergeht (englisch)"), blank=True)
    privacy_text = models.TextField(_("Datenschutzhinweis zur Einwilligung"))
    privacy_version = models.CharField(_("Fassung des Datenschutzhinweises"), max_length=20, default="1")
    is_published = models.BooleanField(_("veröffentlicht"), default=False)
    voting_since = models.DateTimeField(
        _("in Entscheidung seit"),
        null=True,
        editable=False,
        help_text=_("Von da an kann nichts mehr zurückgezogen werden: Die Vorschläge liegen dem Steuerungskreis vor."),
    )
    next_number = models.PositiveIntegerField(_("nächste Nummer"), default=1, editable=False)

    class Meta:
        """A call closes after it opens, and answers after it closes."""

        verbose_name = _("Themenaufruf")
        verbose_name_plural = _("Themenaufrufe")
        ordering: ClassVar[list[str]] = ["-closes_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="call_opens_before_close"
            ),
            models.CheckConstraint(condition=models.Q(page_limit__range=(1, 10)), name="call_page_limit_sane"),
        ]

    def __str__(self) -> str:
        """Return the title in the reader's language."""
        return self.localised("title")

    def clean(self) -> None:
        """Ask for a new version of a privacy notice that people consented to and that was changed since."""
        used = self.privacy_texts.filter(version=self.privacy_version).first() if self.pk else None
        if used and used.text != self.privacy_text:
            raise ValidationError(
                {
                    "privacy_version": _(
                        "Dieser Fassung des Datenschutzhinweises haben schon Personen zugestimmt. Bitte geben Sie dem "
                        "geänderten Text eine neue Fassung, zum Beispiel „2“."
                    )
                }
            )

    def localised(self, field: str) -> str:
        """Return the text of `field` in the reader's language, German where there is no English."""
        english: str = getattr(self, f"{field}_en") if (get_language() or "de").startswith("en") else ""
        german: str = getattr(self, field)
        return english or german

    def is_open(self, instant: datetime) -> bool:
        """Say whether `instant` (aware) lies in the time of submission, extensions of the call included."""
        return self.is_published and self.opens_at <= instant < self.closes_at


class Theme(models.Model):
    """A thematic cluster of one call; a call may name none."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="themes", verbose_name=_("Themenaufruf"))
    name = models.CharField(_("Name"), max_length=120)
    name_en = models.CharField(_("Name (englisch)"), max_length=120, blank=True)

    class Meta:
        """Names are unique within a call."""

        verbose_name = _("Themenfeld")
        verbose_name_plural = _("Themenfelder")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "name"], name="theme_once_per_call"),
        ]

    def __str__(self) -> str:
        """Return the name in the reader's language."""
        return self.name_en if (get_language() or "de").startswith("en") and self.name_en else self.name
