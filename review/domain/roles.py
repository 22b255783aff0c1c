"""The roles of the review: Django groups, given and taken here."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.errors import NotPermitted, RolesClash
from review.models import ReviewRole

SEES_ALL = frozenset({ReviewRole.OFFICE, ReviewRole.LEAD, ReviewRole.AUDITOR})
"""The roles for which every submitted proposal exists; the others see what is assigned or shortlisted."""

REVIEWS = (ReviewRole.OFFICE, ReviewRole.LEAD, ReviewRole.COMMITTEE, ReviewRole.CHAIR)
"""The roles that may be asked to review. The auditor writes nothing, and a deputy only votes."""

DECLARES = frozenset({*REVIEWS, ReviewRole.DEPUTY})
"""The roles that say about a proposal whether there is a conflict of interest."""


def roles_of(user: object) -> frozenset[ReviewRole]:
    """Return the roles of a person (one query per loaded person, then none).

    Nobody has a role by being a superuser: administering the portal gives no look at scores.
    """
    if not isinstance(user, User) or not user.is_active or user.pk is None:
        return frozenset()
    prefetch_related_objects([user], "groups")
    names = {group.name for group in user.groups.all()}
    return frozenset(role for role in ReviewRole if role.value in names)


def people_with(*roles: ReviewRole) -> QuerySet[User]:
    """Return the active people who have one of the roles, by name."""
    names = [role.value for role in roles]
    holders = User.objects.filter(is_active=True, groups__name__in=names)
    return User.objects.filter(pk__in=holders.values("pk")).order_by("name", "email")


def possible_reviewers() -> QuerySet[User]:
    """Return the people who may be asked to review, by name."""
    auditors = User.objects.filter(groups__name=ReviewRole.AUDITOR.value)
    return people_with(*REVIEWS).exclude(pk__in=auditors.values("pk"))


@transaction.atomic
def set_roles(person: User, roles: Iterable[ReviewRole], *, actor: User | None) -> None:
    """Give a person exactly these roles of the review; a first one opens the administration to them.

    `actor` is None for the portal itself (the first installation, the demo). Raises NotPermitted and RolesClash.
    """
    wanted = frozenset(roles)
    if actor is not None and not (actor.is_superuser or ReviewRole.LEAD in roles_of(actor)):
        raise NotPermitted
    if ReviewRole.AUDITOR in wanted and len(wanted) > 1:
        raise RolesClash
    locked = User.objects.select_for_update().get(pk=person.pk)
    before = roles_of(locked)
    opens = bool(wanted) or locked.is_superuser
    if before == wanted and locked.is_staff == opens:
        return
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ReviewRole.values}
    locked.groups.remove(*(groups[role.value] for role in before - wanted))
    locked.groups.add(*(groups[role.value] for role in wanted - before))
    person.is_staff = locked.is_staff = opens
    locked.save(update_fields=["is_staff"])
    getattr(person, "_prefetched_objects_cache", {}).pop("groups", None)
    record("roles.set", actor=actor, subject=person, payload={"before": sorted(before), "after": sorted(wanted)})
