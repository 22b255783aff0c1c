"""What is known about a reviewer, from which conflicts of interest are suggested."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.errors import NotPermitted
from review.domain.roles import people_with, roles_of
from review.models import ReviewerProfile, ReviewRole
from submissions.models import Organisation

SEATED = frozenset({ReviewRole.COMMITTEE, ReviewRole.CHAIR})
"""The roles with a seat in the committee."""


class DeputyRefused(DomainError):
    """A person cannot deputise for another; the text says why."""


@transaction.atomic
def describe(
    person: User,
    *,
    organisation: Organisation | None,
    land: str,
    employer: str,
    actor: User,
    deputises_for: User | None = None,
) -> ReviewerProfile:
    """Say where a person comes from, and for which member of the committee they vote where that one does not.

    The same twice has one effect. Only the lead or an administrator may. Raises NotPermitted and DeputyRefused.
    """
    if not (actor.is_superuser or ReviewRole.LEAD in roles_of(actor)):
        raise NotPermitted
    profile, _new = ReviewerProfile.objects.select_for_update().get_or_create(user=person)
    member = deputises_for.pk if deputises_for else None
    wanted = (organisation.pk if organisation else None, land, employer.strip(), member)
    if (profile.organisation_id, profile.land, profile.employer, profile.deputises_for_id) == wanted:
        return profile
    if member is not None:
        _check_deputy(person, member)
    profile.organisation_id, profile.land, profile.employer, profile.deputises_for_id = wanted
    profile.save()
    payload = {"organisation": wanted[0], "land": land, "deputises_for": member}
    record("person.described", actor=actor, subject=person, payload=payload)
    return profile


def _check_deputy(person: User, member: int) -> None:
    """Refuse a deputy without the role, one who has a seat, and a second one for the same member."""
    roles = roles_of(person)
    if ReviewRole.DEPUTY not in roles or roles & SEATED:
        raise DeputyRefused(_("Vertreten kann nur, wer die Rolle der Stellvertretung und keinen eigenen Sitz hat."))
    if member == person.pk or not people_with(*SEATED).filter(pk=member).exists():
        raise DeputyRefused(_("Vertreten wird ein Mitglied oder der Vorsitz des Steuerungskreises."))
    if ReviewerProfile.objects.filter(deputises_for=member).exclude(user=person).exists():
        raise DeputyRefused(_("Dieses Mitglied hat schon eine Stellvertretung."))
