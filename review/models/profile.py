"""What is known about a reviewer, to suggest conflicts of interest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.municipality import Land


class ReviewerProfile(models.Model):
    """Where a reviewer comes from; only used to suggest a conflict and to avoid it in assignments."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviewer_profile", verbose_name=_("Person")
    )
    organisation = models.ForeignKey(
        "submissions.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("eigene Kommune oder eigenes kommunales Unternehmen"),
    )
    land = models.CharField(_("Land"), max_length=2, choices=Land, blank=True)
    employer = models.CharField(_("arbeitet bei"), max_length=200, blank=True)

    deputises_for = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputised_by",
        verbose_name=_("vertritt im Steuerungskreis"),
    )

    class Meta:
        """One per person."""

        verbose_name = _("Angaben zur bewertenden Person")
        verbose_name_plural = _("Angaben zu bewertenden Personen")

    def __str__(self) -> str:
        """Return the person."""
        return str(self.user)
