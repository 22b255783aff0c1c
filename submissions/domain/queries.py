"""What every list and page of proposals starts from: who sees which proposals, and in which role."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When

from connective.accounts.models import User
from submissions.models import Call, Invitation, Membership, Proposal, Role

SHOWN = ("call", "organisation", "saved_by", "version_in_force")
"""What lists and pages show of what a proposal is related to."""


def visible_to(user: User | AnonymousUser, own_drafts: Iterable[UUID] = ()) -> QuerySet[Proposal]:
    """Return the proposals a person may see, each with `my_role`.

    These are the proposals of the person's organisations, and the unclaimed drafts of their browser session
    (`own_drafts`), in which they may edit.
    """
    of_browser = Q(organisation=None, public_id__in=list(own_drafts))
    seen, role = of_browser, None
    if isinstance(user, User):
        mine = Membership.objects.filter(user=user, organisation=OuterRef("organisation")).values("role")[:1]
        role = Subquery(mine, output_field=CharField())
        seen |= Q(organisation__memberships__user=user)
    return (
        Proposal.objects.filter(seen)
        .annotate(
            my_role=Case(When(organisation=None, then=Value(Role.EDIT.value)), default=role, output_field=CharField())
        )
        .select_related(*SHOWN)
        .order_by("-saved_at")
    )


def visible(
    user: User | AnonymousUser, public_id: UUID, own_drafts: Iterable[UUID] = (), related: Iterable[str] = SHOWN
) -> Proposal | None:
    """Return one proposal as `visible_to` would, with `my_role` and what is `related` to it; None if the person sees none.

    The same rule as there, asked in two small questions, which take half the time of the large one: what is typed is saved and
    measured every few seconds.
    """
    proposal = Proposal.objects.select_related(*related).filter(public_id=public_id).order_by().first()
    if proposal is None:
        return None
    role: str | None = None
    if proposal.organisation_id is None:
        role = Role.EDIT.value if public_id in own_drafts else None
    elif isinstance(user, User):
        roles = Membership.objects.filter(user=user, organisation=proposal.organisation_id)
        role = roles.values_list("role", flat=True).first()
    proposal.my_role = role  # type: ignore[attr-defined]
    return proposal if role else None


def published_calls() -> QuerySet[Call]:
    """Return the calls that the public may see, the latest deadline first."""
    return Call.objects.filter(is_published=True).order_by("-closes_at")


def open_invitations(user: User, at: datetime) -> QuerySet[Invitation]:
    """Return the invitations that `user` can answer at the instant `at`."""
    return Invitation.objects.filter(email=user.email, answered_at=None, expires_at__gt=at).select_related(
        "organisation", "invited_by"
    )
