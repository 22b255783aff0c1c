"""The parts of a form sheet, one per task, each with its own version."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SectionKey(models.TextChoices):
    """The tasks of the form sheet (Formblatt), in their order."""

    ORGANISATION = "organisation", _("Organisation")
    CONTACT = "contact", _("Ansprechperson")
    TOPIC = "topic", _("Thema")
    DESCRIPTION = "description", _("Beschreibung")
    CITIES = "cities", _("Städte")
    COMMITMENTS = "commitments", _("Zusagen")
    HOSTING = "hosting", _("Als Gastgeber")


class Section(models.Model):
    """What is typed in one task, as it stands now.

    Each save carries the `version` it was based on and raises it by one (invariant 4); people on
    different tasks therefore never disturb each other. `content` holds plain answers by field name.
    """

    proposal = models.ForeignKey("submissions.Proposal", models.CASCADE, related_name="sections")
    key = models.CharField(max_length=12, choices=SectionKey)
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        """One row per task."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "key"], name="section_once_per_proposal"),
            models.CheckConstraint(condition=models.Q(key__in=SectionKey.values), name="section_key_known"),
        ]

    def __str__(self) -> str:
        """Return the task's name."""
        return str(self.get_key_display())


class SectionRevision(models.Model):
    """What stood in a task before, to go back to."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        """Newest first; a version is kept once."""

        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["section", "version"], name="revision_once_per_version"),
        ]

    def __str__(self) -> str:
        """Return the version number."""
        return str(self.version)
