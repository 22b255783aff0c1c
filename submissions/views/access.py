"""Which proposals a request may touch: those of the person's organisations, and the drafts of the browser session."""

from uuid import UUID

import rules
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from submissions.domain.queries import visible_to
from submissions.models import Proposal

SESSION_KEY = "drafts"


def own_drafts(request: HttpRequest) -> list[UUID]:
    """Return the ids of the drafts that were begun in this browser session without an account."""
    return [UUID(public_id) for public_id in request.session.get(SESSION_KEY, [])]


def bind_to_browser(request: HttpRequest, proposal: Proposal) -> None:
    """Remember a draft in the browser session."""
    request.session[SESSION_KEY] = [*request.session.get(SESSION_KEY, []), str(proposal.public_id)]


def forget_drafts(request: HttpRequest) -> None:
    """Forget the drafts of the browser session, once they belong to a person."""
    request.session.pop(SESSION_KEY, None)


def visible_proposals(request: HttpRequest) -> QuerySet[Proposal]:
    """Return all proposals that this request may see."""
    return visible_to(request.user, own_drafts(request))  # type: ignore[arg-type]


def proposal_or_404(request: HttpRequest, public_id: UUID, permission: str = "submissions.read_proposal") -> Proposal:
    """Return a proposal that the person may see and use with `permission`; anything else does not exist."""
    proposal = visible_proposals(request).filter(public_id=public_id).first()
    if proposal is None or not rules.has_perm(permission, request.user, proposal):
        raise Http404
    return proposal


def may(request: HttpRequest, permission: str, proposal: Proposal) -> bool:
    """Say whether the person has `permission` for a proposal they can see."""
    return bool(rules.has_perm(permission, request.user, proposal))
