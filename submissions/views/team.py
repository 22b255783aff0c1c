"""The people of an organisation: who works with it, invitations, handing over."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from connective.accounts.models import User
from connective.errors import DomainError
from connective.receiving import received_at
from submissions.domain import team
from submissions.models import Invitation, Membership, Organisation, Role
from submissions.views.access import may


class InviteForm(forms.Form):
    """Whom to invite, and what they may do."""

    email = forms.EmailField(
        label=gettext_lazy("E-Mail-Adresse"), help_text=gettext_lazy("An diese Adresse geht die Einladung.")
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Was die Person tun darf"), choices=Role.choices, initial=Role.EDIT, widget=forms.RadioSelect
    )


def _organisation(request: HttpRequest, pk: int, permission: str) -> Organisation:
    organisation = get_object_or_404(Organisation, pk=pk)
    if not may(request, permission, organisation):
        raise Http404
    return organisation


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who works for the organisation."""
    return _page(request, _organisation(request, pk, "submissions.see_team"), InviteForm())


def _page(request: HttpRequest, organisation: Organisation, form: InviteForm, status: int = 200) -> HttpResponse:
    at = received_at(request)
    return render(
        request,
        "submissions/team.html",
        {
            "organisation": organisation,
            "memberships": organisation.memberships.select_related("user").order_by("pk"),
            "invitations": [item for item in organisation.invitations.order_by("pk") if item.is_open(at)],
            "may_manage": may(request, "submissions.manage_team", organisation),
            "roles": Role.choices,
            "form": form,
        },
        status=status,
    )


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite a colleague by e-mail."""
    organisation = _organisation(request, pk, "submissions.manage_team")
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            team.invite(organisation, actor=_user(request), at=received_at(request), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("email", refusal.text)
        else:
            messages.success(request, _("Die Einladung ist unterwegs."))
            return redirect("submissions:team", pk=pk)
    return _page(request, organisation, form, status=422)


@login_required
@require_POST
def change_membership(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Give a colleague another role, or take a person out."""
    organisation = _organisation(request, pk, "submissions.see_team")
    membership = get_object_or_404(Membership, pk=membership_pk, organisation=organisation)
    action = request.POST.get("action", "")
    manages = may(request, "submissions.manage_team", organisation)
    if not manages and not (action == "leave" and membership.user_id == request.user.pk):
        raise Http404
    if action not in {"leave", *Role.values}:
        raise BadRequest
    try:
        if action == "leave":
            team.leave(membership, actor=_user(request))
        else:
            team.change_role(membership, role=action, actor=_user(request))
    except DomainError as refusal:
        messages.error(request, refusal.text)
        return redirect("submissions:team", pk=pk)
    messages.success(request, _("Die Änderung ist gespeichert."))
    if action == "leave" and membership.user_id == request.user.pk:
        return redirect("submissions:proposals")
    return redirect("submissions:team", pk=pk)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int, invitation_pk: int) -> HttpResponse:
    """Take an invitation back."""
    organisation = _organisation(request, pk, "submissions.manage_team")
    team.revoke(
        get_object_or_404(Invitation, pk=invitation_pk, organisation=organisation),
        actor=_user(request),
        at=received_at(request),
    )
    messages.success(request, _("Die Einladung ist zurückgenommen."))
    return redirect("submissions:team", pk=pk)


@login_required
@require_POST
def answer(request: HttpRequest, invitation_pk: int) -> HttpResponse:
    """Accept or decline an invitation."""
    invitation = get_object_or_404(Invitation, pk=invitation_pk, email=_user(request).email)
    action = request.POST.get("action")
    if action not in {"accept", "decline"}:
        raise BadRequest
    accept = action == "accept"
    try:
        team.answer(invitation, actor=_user(request), accept=accept, at=received_at(request))
    except DomainError as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("Sie arbeiten jetzt mit.") if accept else _("Die Einladung ist abgelehnt."))
    return redirect("submissions:proposals")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
