"""Who takes part in the review."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewRole(models.TextChoices):
    """A role of the review; the value is the name of the Django group that carries it."""

    OFFICE = "office", _("Geschäftsstelle")
    LEAD = "lead", _("Leitung der Geschäftsstelle")
    COMMITTEE = "committee", _("Mitglied des Steuerungskreises")
    CHAIR = "chair", _("Vorsitz des Steuerungskreises")
    DEPUTY = "deputy", _("Stellvertretung im Steuerungskreis")
    AUDITOR = "auditor", _("Revision")
