"""Organisations that propose, and the people who work for them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from submissions.models.municipality import Land


class Organisation(models.Model):
    """A municipality or municipal company, as its people last named it in a form sheet."""

    class Kind(models.TextChoices):
        """Who may propose (Themenaufruf 2021)."""

        MUNICIPALITY = "municipality", _("Kommune")
        COMPANY = "company", _("Kommunales Unternehmen")

    name = models.CharField(_("Name"), max_length=200, blank=True)
    kind = models.CharField(_("Art"), max_length=12, choices=Kind, default=Kind.MUNICIPALITY)
    land = models.CharField(_("Land"), max_length=2, choices=Land, blank=True)
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)

    class Meta:
        """By name."""

        verbose_name = _("Organisation")
        verbose_name_plural = _("Organisationen")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Return the name, or a stand-in where none was typed yet."""
        return self.name or str(_("Organisation ohne Namen"))


class Role(models.TextChoices):
    """What a person may do for an organisation."""

    MANAGE = "manage", _("verwalten")
    EDIT = "edit", _("bearbeiten")
    READ = "read", _("lesen")


class Membership(models.Model):
    """A person works for an organisation."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("Organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("Person")
    )
    role = models.CharField(_("Rolle"), max_length=6, choices=Role)

    class Meta:
        """One role per person and organisation."""

        verbose_name = _("Mitgliedschaft")
        verbose_name_plural = _("Mitgliedschaften")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        """Return person and role."""
        return f"{self.user}: {self.get_role_display()}"


class Invitation(models.Model):
    """A colleague is asked to join; whoever proves the address by a code may accept."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("Organisation")
    )
    email = models.EmailField(_("E-Mail-Adresse"))
    role = models.CharField(_("Rolle"), max_length=6, choices=Role)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    invited_at = models.DateTimeField(_("eingeladen am"))
    expires_at = models.DateTimeField(_("gilt bis"))
    answered_at = models.DateTimeField(_("beantwortet am"), null=True, blank=True)

    class Meta:
        """One open invitation per address and organisation."""

        verbose_name = _("Einladung")
        verbose_name_plural = _("Einladungen")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(answered_at=None),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        """Return the invited address."""
        return self.email

    def is_open(self, instant: datetime) -> bool:
        """Say whether the invitation can still be answered at `instant` (aware)."""
        return self.answered_at is None and instant < self.expires_at
