"""Who gets onto a page of the review, and the frame around it: that of Django's admin."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from csp.constants import SELF
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rules.permissions import has_perm

from connective.accounts.models import User
from review.domain.visible import SeenProposal, proposals_for
from submissions.models import Call, Proposal

type_of_view = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class NavItem:
    """A page of a call in the order of the process."""

    name: str
    label: str | Promise
    permissions: tuple[str, ...]
    """One of them is enough."""


CALL_PAGES = (
    NavItem("cockpit", _("Cockpit"), ("review.see_cockpit",)),
    NavItem("proposals", _("Vorschläge"), ("review.enter",)),
    NavItem("assignments", _("Zuweisungen"), ("review.assign", "review.see_declarations")),
    NavItem("declarations", _("Befangenheit"), ("review.see_declarations",)),
    NavItem("calibration", _("Einüben"), ("review.enter",)),
    NavItem("conversations", _("Gespräche"), ("review.enter",)),
    NavItem("ranking", _("Rangfolge"), ("review.see_ranking",)),
    NavItem("shortlist", _("Auswahlliste"), ("review.enter",)),
    NavItem("vote", _("Abstimmung"), ("review.see_vote",)),
    NavItem("decisions", _("Entscheidungen"), ("review.see_decisions",)),
    NavItem("letters", _("Antworten"), ("review.see_letters",)),
    NavItem("events", _("Veranstaltungen"), ("review.see_events",)),
    NavItem("interests", _("Interessen"), ("review.see_interests",)),
    NavItem("criteria", _("Anforderungen"), ("review.enter",)),
    NavItem("countries", _("Länder"), ("review.enter",)),
    NavItem("settings", _("Regeln"), ("review.enter",)),
)


def may(request: HttpRequest, permission: str, subject: object = None) -> bool:
    """Say whether the person has a permission of `review.rules`; superusers are not exempt."""
    return bool(has_perm(permission, request.user, subject))


def may_change(request: HttpRequest, permission: str) -> bool:
    """Say whether somebody may change what others may only look at. Raises PermissionDenied for a form of theirs."""
    allowed = may(request, permission)
    if request.method == "POST" and not allowed:
        raise PermissionDenied
    return allowed


def reader(request: HttpRequest) -> User:
    """Return the signed-in person."""
    assert isinstance(request.user, User)
    return request.user


def staff_page(*permissions: str) -> Callable[[type_of_view], type_of_view]:
    """Let only staff who have one of the permissions onto a page; ask strangers to sign in."""

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not any(may(request, permission) for permission in permissions):
                raise PermissionDenied
            return view(request, **kwargs)

        return _in_admin(guarded)

    return decorate


def for_call(*permissions: str) -> Callable[[type_of_view], type_of_view]:
    """Give a view the call that its address names, if the person has one of the permissions."""

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def found(request: HttpRequest, call_id: int, **kwargs: Any) -> HttpResponseBase:
            if not any(may(request, permission) for permission in permissions):
                raise PermissionDenied
            return view(request, get_object_or_404(Call, pk=call_id), **kwargs)

        return _in_admin(found)

    return decorate


def for_proposal(permission: str) -> Callable[[type_of_view], type_of_view]:
    """Give a view the proposal that its address names, as the person may see it.

    One that is closed to the person does not exist (404), and so looks like one that never was.
    """

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def found(request: HttpRequest, proposal_id: int, **kwargs: Any) -> HttpResponseBase:
            proposal = visible_proposals(request).filter(pk=proposal_id).first()
            if proposal is None or not may(request, permission, proposal):
                raise Http404
            return view(request, proposal, **kwargs)

        return _in_admin(found)

    return decorate


def visible_proposals(request: HttpRequest) -> QuerySet[SeenProposal]:
    """Return the proposals that exist for whoever asks."""
    if isinstance(request.user, AnonymousUser):
        return SeenProposal.objects.none()
    return proposals_for(reader(request))


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    call: Call | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page in the admin's frame, with the pages of the call beside it."""
    frame = {
        **admin.site.each_context(request),
        "is_nav_sidebar_enabled": False,  # these pages have a navigation of their own, and need the room
        "title": title,
        "call": call,
        "call_pages": list(pages_of(request, call)) if call else [],
    }
    return render(request, f"admin/review/{template}", {**frame, **context}, status=status)


def address_of(name: str, call: Call) -> str:
    """Return the address of a page of a call; its proposals are a list of the admin."""
    if name == "proposals":
        return f"{reverse('admin:submissions_proposal_changelist')}?call__id__exact={call.pk}"
    return reverse(f"review:{name}", args=[call.pk])


def file_address(proposal: Proposal, part: str = "file") -> str:
    """Return the address of a page of the file of a proposal: `file`, `check`, `reviews` or `history`."""
    return reverse(f"review:{part}", args=[proposal.pk])


def pages_of(request: HttpRequest, call: Call) -> Iterable[dict[str, object]]:
    """Yield the pages of a call that the person may enter, each with its address and whether it is this one."""
    match = request.resolver_match
    here = match.url_name if match and match.namespace == "review" else ""
    if match and match.url_name == "submissions_proposal_changelist":
        here = "proposals"
    for item in CALL_PAGES:
        if any(may(request, permission) for permission in item.permissions):
            yield {"label": item.label, "address": address_of(item.name, call), "is_here": item.name == here}


def _in_admin(view: type_of_view) -> type_of_view:
    """Ask for a sign-in as the admin does, keep the page out of caches, and allow the admin's own scripts."""

    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        replaced = getattr(response, "_csp_replace", {})
        response._csp_replace = {"script-src": [SELF], **replaced}  # type: ignore[attr-defined]
        return response

    guarded: type_of_view = wraps(view)(admin.site.admin_view(framed))
    return guarded
