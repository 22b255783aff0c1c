"""Which proposals a request may touch: those of the person's organisations, and the drafts of the browser session."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rules.permissions import has_perm

from submissions.domain.queries import SHOWN, visible, visible_to
from submissions.models import Organisation, Proposal

SESSION_KEY = "drafts"
WRITTEN = ("call",)
"""What a request that changes a proposal needs of what it is related to."""

type_of_view = Callable[..., HttpResponseBase]


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
    return visible_to(request.user, own_drafts(request))


def for_proposal(permission: str = "submissions.read_proposal") -> Callable[[type_of_view], type_of_view]:
    """Give a view the proposal that its address names, if the person may use it with `permission`.

    Somebody who is not signed in is asked to do so, whatever the address names; what they had sent is kept by
    `connective.accounts.kept_text`. To anybody else a proposal that is not theirs does not exist (404).
    """

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def found(request: HttpRequest, public_id: UUID, **kwargs: Any) -> HttpResponseBase:
            related = WRITTEN if request.method == "POST" else SHOWN
            proposal = visible(request.user, public_id, own_drafts(request), related)
            if proposal is not None and may(request, permission, proposal):
                return view(request, proposal, **kwargs)
            if request.user.is_anonymous and request.method in {"GET", "HEAD"}:
                return redirect_to_login(request.path)
            raise Http404

        return found

    return decorate


def may(request: HttpRequest, permission: str, subject: Proposal | Organisation) -> bool:
    """Say whether the person has `permission` for a proposal they can see, or for an organisation.

    Superusers are not exempt: the administrator of the portal does not write for municipalities.
    """
    return bool(has_perm(permission, request.user, subject))
