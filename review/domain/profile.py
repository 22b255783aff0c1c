"""What is known about a reviewer, from which conflicts of interest are suggested."""

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.errors import NotPermitted
from review.domain.roles import roles_of
from review.models import ReviewerProfile, ReviewRole
from submissions.models import Organisation


@transaction.atomic
def describe(
    person: User, *, organisation: Organisation | None, land: str, employer: str, actor: User
) -> ReviewerProfile:
    """Say where a person comes from; the same twice has one effect. Only the lead or an administrator may.

    Raises NotPermitted.
    """
    if not (actor.is_superuser or ReviewRole.LEAD in roles_of(actor)):
        raise NotPermitted
    profile, _new = ReviewerProfile.objects.select_for_update().get_or_create(user=person)
    wanted = (organisation.pk if organisation else None, land, employer.strip())
    if (profile.organisation_id, profile.land, profile.employer) == wanted:
        return profile
    profile.organisation_id, profile.land, profile.employer = wanted
    profile.save()
    record("person.described", actor=actor, subject=person, payload={"organisation": wanted[0], "land": land})
    return profile
