"""Past events, for the public overview."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PastEvent(models.Model):
    """A Dialogveranstaltung that took place, with a public source; the list is known to be incomplete."""

    class Precision(models.TextChoices):
        """How exactly the date is known."""

        DAY = "day", _("Tag")
        MONTH = "month", _("Monat")

    class Mode(models.TextChoices):
        """How people met."""

        PHYSICAL = "physical", _("vor Ort")
        VIRTUAL = "virtual", _("virtuell")
        BOTH = "both", _("vor Ort und virtuell")

    starts_on = models.DateField(_("beginnt am"))
    ends_on = models.DateField(_("endet am"))
    precision = models.CharField(_("Genauigkeit"), max_length=5, choices=Precision, default=Precision.DAY)
    host = models.CharField(_("Gastgeber"), max_length=200)
    topic = models.CharField(_("Thema"), max_length=300)
    mode = models.CharField(_("Form"), max_length=10, choices=Mode)
    source = models.TextField(_("Quelle"), blank=True)

    class Meta:
        """Newest first; an event ends when it began or later."""

        verbose_name = _("Veranstaltung")
        verbose_name_plural = _("Veranstaltungen")
        ordering: ClassVar[list[str]] = ["-starts_on"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="event_ends_after_start"
            ),
            models.UniqueConstraint(fields=["starts_on", "host"], name="event_once_per_host_and_day"),
        ]

    def __str__(self) -> str:
        """Return host and topic."""
        return f"{self.host}: {self.topic}"
