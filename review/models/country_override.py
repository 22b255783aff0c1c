"""Countries whose status the office decided for one call."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CountryOverride(models.Model):
    """For one call a country counts, or does not count, as a developing or emerging one, whatever the list says.

    The call does not define "Schwellenland", so staff decide, with a reason.
    """

    call = models.ForeignKey(
        "submissions.Call", models.CASCADE, related_name="country_overrides", verbose_name=_("Themenaufruf")
    )
    iso2 = models.CharField(_("Staat (ISO 3166-1)"), max_length=2)
    developing = models.BooleanField(_("zählt als Entwicklungs- oder Schwellenland"))
    reason = models.TextField(_("Grund"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entschieden von")
    )
    decided_at = models.DateTimeField(_("entschieden am"))

    class Meta:
        """One decision per country and call, with a reason."""

        verbose_name = _("Abweichender Status eines Staates")
        verbose_name_plural = _("Abweichende Status von Staaten")
        ordering: ClassVar[list[str]] = ["iso2"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "iso2"], name="country_override_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="country_override_has_reason"),
        ]

    def __str__(self) -> str:
        """Return the country's code."""
        return self.iso2
