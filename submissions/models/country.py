"""Which countries count as developing or emerging, by a published list."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class CountryList(models.Model):
    """A dated list of developing countries, for example that of the OECD-DAC for 2018 to 2020."""

    name = models.CharField(_("Name"), max_length=120, unique=True)
    source = models.CharField(_("Quelle"), max_length=300, blank=True)
    valid_from = models.DateField(_("gilt ab"))
    valid_to = models.DateField(_("gilt bis"), null=True, blank=True)

    class Meta:
        """Newest first."""

        verbose_name = _("Länderliste")
        verbose_name_plural = _("Länderlisten")
        ordering: ClassVar[list[str]] = ["-valid_from"]

    def __str__(self) -> str:
        """Return the list's name."""
        return self.name


class CountryListEntry(models.Model):
    """One country of a list; being on it is what counts, the group is context."""

    country_list = models.ForeignKey(CountryList, models.CASCADE, related_name="entries", verbose_name=_("Länderliste"))
    iso2 = models.CharField(_("Land (ISO 3166-1)"), max_length=2)
    group = models.CharField(_("Gruppe"), max_length=10, blank=True)

    class Meta:
        """A country stands on a list once."""

        verbose_name = _("Eintrag der Länderliste")
        verbose_name_plural = _("Einträge der Länderliste")
        ordering: ClassVar[list[str]] = ["iso2"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["country_list", "iso2"], name="country_once_per_list"),
        ]

    def __str__(self) -> str:
        """Return the ISO code."""
        return self.iso2
