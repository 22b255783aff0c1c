"""The official register of municipalities, for the type-ahead."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Land(models.TextChoices):
    """The sixteen Länder by their official two digits (the first two of an AGS)."""

    SH = "01", "Schleswig-Holstein"
    HH = "02", "Hamburg"
    NI = "03", "Niedersachsen"
    HB = "04", "Bremen"
    NW = "05", "Nordrhein-Westfalen"
    HE = "06", "Hessen"
    RP = "07", "Rheinland-Pfalz"
    BW = "08", "Baden-Württemberg"
    BY = "09", "Bayern"
    SL = "10", "Saarland"
    BE = "11", "Berlin"
    BB = "12", "Brandenburg"
    MV = "13", "Mecklenburg-Vorpommern"
    SN = "14", "Sachsen"
    ST = "15", "Sachsen-Anhalt"
    TH = "16", "Thüringen"


class Municipality(models.Model):
    """An entry of the GV100AD register of the Federal Statistical Office.

    `ags` keeps its leading zero. `search_name` is the name in lower case without umlauts.
    """

    ags = models.CharField(_("Amtlicher Gemeindeschlüssel"), max_length=8, primary_key=True)
    name = models.CharField(_("Name"), max_length=120)
    land = models.CharField(_("Land"), max_length=2, choices=Land)
    kind = models.CharField(_("Art"), max_length=60, blank=True)
    population = models.PositiveIntegerField(_("Bevölkerung"), null=True, blank=True)
    search_name = models.CharField(max_length=240, db_index=True, editable=False)

    class Meta:
        """By name."""

        verbose_name = _("Kommune im Register")
        verbose_name_plural = _("Kommunen im Register")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Return the official name."""
        return self.name
