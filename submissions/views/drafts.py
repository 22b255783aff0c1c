"""From the call to a draft, from a browser's draft to a person's, and the list of one's proposals."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connective.accounts.models import User
from connective.accounts.rate_limits import limited
from connective.receiving import received_at
from submissions.domain import queries
from submissions.domain.claim import claim
from submissions.domain.errors import CallClosed, NotYetOpen
from submissions.domain.start import organisations_of, start
from submissions.models import Call, Organisation, Proposal
from submissions.views.access import bind_to_browser, for_proposal, forget_drafts, own_drafts, visible_proposals


@require_POST
@limited("begin_draft")
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a draft at once, with or without an account."""
    call = get_object_or_404(queries.published_calls(), slug=slug)
    own = organisations_of(request.user) if isinstance(request.user, User) else []
    chosen = request.POST.get("organisation", "")
    if len(own) > 1 and not chosen:
        return render(request, "submissions/choose_organisation.html", {"call": call, "organisations": own})
    if chosen:
        own = [organisation for organisation in own if str(organisation.pk) == chosen]
        if not own:
            raise Http404
    return _started(request, call, organisation=own[0] if own else None)


@require_POST
@for_proposal("submissions.submit_proposal")
@limited("begin_draft")
def copy(request: HttpRequest, earlier: Proposal) -> HttpResponse:
    """Start a draft for an open call with the answers of an earlier proposal."""
    call = get_object_or_404(queries.published_calls(), slug=request.POST.get("call", ""))
    return _started(request, call, organisation=earlier.organisation, copy_of=earlier)


def _started(
    request: HttpRequest, call: Call, *, organisation: Organisation | None, copy_of: Proposal | None = None
) -> HttpResponse:
    actor = request.user if isinstance(request.user, User) else None
    try:
        proposal = start(
            call,
            actor=actor,
            at=received_at(request),
            organisation=organisation,
            copy_of=copy_of,
            language=get_language() or "de",
        )
    except (CallClosed, NotYetOpen) as refusal:
        messages.error(request, refusal.text)
        return redirect("submissions:call", slug=call.slug)
    if actor is None:
        bind_to_browser(request, proposal)
    return redirect("submissions:tasks", public_id=proposal.public_id)


@login_required
@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """Welcome a person who has just signed in: the drafts of this browser become theirs.

    This changes something on GET, because a sign-in can only redirect; it is safe. It needs the session of the browser in
    which the drafts were typed, signed in by a code; so no mail scanner, stranger's link or prefetch without that session
    moves anything, and one with it does what the person's own sign-in has asked for. Doing it twice has one effect.
    """
    assert isinstance(request.user, User)
    claimed = claim(own_drafts(request), actor=request.user, at=received_at(request))
    forget_drafts(request)
    if claimed:
        messages.success(request, _("Ihr Entwurf ist jetzt unter Ihrer E-Mail-Adresse gespeichert."))
    target = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return redirect(target)
    return redirect("submissions:proposals")


@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """List what the person works on, what they are invited to, and what they can copy."""
    at = received_at(request)
    listed = list(visible_proposals(request))
    if not listed and not request.user.is_authenticated:
        return redirect("account_login")
    invitations = queries.open_invitations(request.user, at) if isinstance(request.user, User) else []
    memberships = request.user.memberships.select_related("organisation") if isinstance(request.user, User) else []
    return render(
        request,
        "submissions/proposals.html",
        {
            "proposals": [(proposal, proposal.is_open(at)) for proposal in listed],
            "invitations": invitations,
            "memberships": memberships,
            "open_calls": [call for call in queries.published_calls() if call.is_open(at)],
        },
    )
