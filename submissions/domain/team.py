"""The people of an organisation: inviting, answering, changing roles, handing over."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.mail.queue import queue
from submissions.domain.errors import InvitationRefused
from submissions.models import Invitation, Membership, Organisation, Role

INVITATION_DAYS = 30
MOST_INVITATIONS_A_DAY = 20
"""By one person: nobody can use the portal to write to strangers."""


@transaction.atomic
def invite(organisation: Organisation, *, email: str, role: str, actor: User, at: datetime) -> Invitation:
    """Invite a colleague by e-mail; whoever proves the address by a code may accept. Raises InvitationRefused."""
    email = email.strip().lower()
    if Membership.objects.filter(organisation=organisation, user__email=email).exists():
        raise InvitationRefused(_("Diese Person arbeitet schon mit."))
    if _invited_lately(actor, at) >= MOST_INVITATIONS_A_DAY:
        raise InvitationRefused(
            _("Sie haben heute schon viele Personen eingeladen. Bitte versuchen Sie es morgen wieder.")
        )
    Invitation.objects.filter(organisation=organisation, email=email, answered_at=None, expires_at__lte=at).update(
        answered_at=at
    )
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email,
                role=role,
                invited_by=actor,
                invited_at=at,
                expires_at=at + timedelta(days=INVITATION_DAYS),
            )
    except IntegrityError as error:
        raise InvitationRefused(_("Diese Adresse ist schon eingeladen.")) from error
    queue(
        occasion=f"invitation:{invitation.pk}",
        kind="invitation",
        recipient=email,
        context={
            "organisation": str(organisation),
            "inviter": str(actor),
            "role": invitation.get_role_display(),
            "url": settings.SITE_URL + reverse("submissions:proposals"),
            "expires_at": invitation.expires_at,
        },
    )
    record(
        "organisation.invited", actor=actor, subject=organisation, payload={"role": role, "invitation": invitation.pk}
    )
    return invitation


@transaction.atomic
def answer(invitation: Invitation, *, actor: User, accept: bool, at: datetime) -> None:
    """Accept or decline an invitation sent to the address of `actor`. Raises InvitationRefused."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.email != actor.email or not locked.is_open(at):
        raise InvitationRefused(_("Diese Einladung gilt nicht mehr."))
    locked.answered_at = at
    locked.save(update_fields=["answered_at"])
    if accept:
        Membership.objects.get_or_create(
            organisation_id=locked.organisation_id, user=actor, defaults={"role": locked.role}
        )
    record(
        "organisation.joined" if accept else "organisation.declined",
        actor=actor,
        subject=locked.organisation,
        payload={"role": locked.role, "invitation": locked.pk},
    )


@transaction.atomic
def change_role(membership: Membership, *, role: str, actor: User) -> None:
    """Give a colleague another role; making someone else manager is the way to hand over.

    Raises InvitationRefused if nobody would be left to manage the organisation.
    """
    locked = _locked(membership)
    if role != Role.MANAGE:
        _keep_a_manager(locked)
    locked.role = role
    locked.save(update_fields=["role"])
    record(
        "organisation.role_changed",
        actor=actor,
        subject=locked.organisation,
        payload={"role": role, "person": locked.user_id},
    )


@transaction.atomic
def leave(membership: Membership, *, actor: User) -> None:
    """Take a person out of an organisation. Raises InvitationRefused if nobody would be left to manage it."""
    locked = _locked(membership)
    _keep_a_manager(locked)
    record("organisation.left", actor=actor, subject=locked.organisation, payload={"person": locked.user_id})
    locked.delete()


@transaction.atomic
def revoke(invitation: Invitation, *, actor: User, at: datetime) -> None:
    """Take an open invitation back; an answered one stays as it is."""
    if Invitation.objects.filter(pk=invitation.pk, answered_at=None).update(answered_at=at):
        record(
            "organisation.invitation_revoked",
            actor=actor,
            subject=invitation.organisation,
            payload={"invitation": invitation.pk},
        )


def _invited_lately(actor: User, at: datetime) -> int:
    return Invitation.objects.filter(invited_by=actor, invited_at__gt=at - timedelta(days=1)).count()


def _locked(membership: Membership) -> Membership:
    """Lock the organisation, so that two managers cannot demote each other at the same moment."""
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    return Membership.objects.select_related("organisation").get(pk=membership.pk)


def _keep_a_manager(membership: Membership) -> None:
    others = Membership.objects.filter(organisation_id=membership.organisation_id, role=Role.MANAGE).exclude(
        pk=membership.pk
    )
    if membership.role == Role.MANAGE and not others.exists():
        raise InvitationRefused(
            _("Eine Person muss die Organisation verwalten. Geben Sie zuerst einer anderen Person diese Rolle.")
        )
