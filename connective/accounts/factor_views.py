"""The pages of the second factor: asked for at sign-in and again before acts of weight, set up and taken away."""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connective.accounts import fresh, parking, second_factor
from connective.accounts.factor_forms import AnswerForm, AppForm, FactorForm, NewPasskeyForm
from connective.accounts.models import User
from connective.accounts.sign_in import local_path
from connective.accounts.views import needs_redis, to_sign_in
from connective.errors import DomainError

type_of_view = Callable[..., HttpResponse]

SHOWS_AND_TAKES = ["GET", "HEAD", "POST"]


# --- Asking for it --------------------------------------------------------------------------


@sensitive_post_parameters("code", "credential")
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
@require_http_methods(SHOWS_AND_TAKES)
@needs_redis
def authenticate(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of somebody whose address has just been proved, and sign in."""
    stage = request._login_stage  # type: ignore[attr-defined]
    user: User = stage.login.user
    form, proved = _prove(request, user, again=False)
    if proved:
        response: HttpResponse = stage.exit()
        return response
    return _question(request, user, form, {"heading": _("Zweiter Faktor"), "at_sign_in": True})


@never_cache
@sensitive_post_parameters("code", "credential")
@require_http_methods(SHOWS_AND_TAKES)
@needs_redis
def confirm_again(request: HttpRequest) -> HttpResponse:
    """Ask somebody who is signed in once more for the second factor; who has none signs in again by code."""
    next_path = local_path(request.POST.get("next") or request.GET.get("next"))
    on = f"{reverse('accounts:go_on')}?{urlencode({'next': next_path})}"
    if not isinstance(request.user, User):
        return to_sign_in(next_path)
    if not second_factor.factors_of(request.user):
        return to_sign_in(on)
    form, proved = _prove(request, request.user, again=True)
    if proved:
        return redirect(on)
    waits = request.session.get(fresh.SESSION_KEY, {})
    context = {"heading": _("Bitte bestätigen Sie, dass Sie es sind"), "next": next_path, "kept": waits.get("path")}
    return _question(request, request.user, form, context)


@never_cache
@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """Offer to send the form that waited for the confirmation; without one, lead on."""
    waits = request.session.get(fresh.SESSION_KEY, {})
    path = waits.get("path", "")
    if not fresh.is_fresh(request) or not path or not parking.has(request, path):
        request.session.pop(fresh.SESSION_KEY, None)
        return redirect(local_path(request.GET.get("next")) or "submissions:home")
    kept = [(name, value) for name, values in parking.look(request, path).items() for value in values]
    return render(request, "mfa/go_on.html", {"path": path, "kept": kept, "back": waits["back"]})


def _prove(request: HttpRequest, user: User, *, again: bool) -> tuple[forms.Form, bool]:
    """Return the form to show, with what is wrong, and whether the factor was proved. Raises RedisError."""
    if request.method != "POST":
        return FactorForm(), False
    answers = "credential" in request.POST
    form = AnswerForm(request.POST) if answers else FactorForm(request.POST)
    if form.is_valid():
        try:
            if answers:
                second_factor.prove_by_passkey(request, user, form.cleaned_data["credential"], again=again)
            else:
                second_factor.prove_by_code(request, user, form.cleaned_data["code"], again=again)
        except DomainError as refusal:
            form.add_error(None if answers else "code", refusal.text)
        else:
            return form, True
    return form, False


def _question(request: HttpRequest, user: User, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    kinds = {factor.type for factor in second_factor.factors_of(user)}
    context |= {
        "form": form,
        "code_form": form if isinstance(form, FactorForm) else FactorForm(),
        "has_app": Authenticator.Type.TOTP in kinds,
        "question": second_factor.question_for_passkey(user),
    }
    return render(request, "mfa/question.html", context, status=422 if form.is_bound else 200)


# --- One's own factors ----------------------------------------------------------------------


def _owner(request: HttpRequest) -> User:
    """Return who asks; raises Http404 for people who need no second factor and have none."""
    assert isinstance(request.user, User)
    if not second_factor.is_needed_by(request.user) and not second_factor.factors_of(request.user):
        raise Http404
    return request.user


def _of_owner(*, changes: bool) -> Callable[[type_of_view], type_of_view]:
    """Let somebody to their own factors; to `changes` only right after confirming who they are.

    Who has a factor confirms by that: otherwise whoever reads somebody's mail could add one of their own.
    """

    def decorate(view: type_of_view) -> type_of_view:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            here = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("accounts:security")
            if request.user.is_anonymous:
                return to_sign_in(here)
            owner = _owner(request)
            if changes and not fresh.may_change_factors(request, has_factors=bool(second_factor.factors_of(owner))):
                return redirect(f"{reverse('accounts:confirm_again')}?{urlencode({'next': here})}")
            return view(request, owner, **kwargs)

        return guarded

    return decorate


@require_safe
@_of_owner(changes=False)
def security(request: HttpRequest, owner: User) -> HttpResponse:
    """Show one's own second factors, and how to set up the first."""
    factors = second_factor.factors_of(owner)
    context = {
        "app": next((factor for factor in factors if factor.type == Authenticator.Type.TOTP), None),
        "passkeys": [factor for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(second_factor.recovery_codes(owner)),
        "needed": second_factor.is_needed_by(owner),
        "next": local_path(request.GET.get("next")),
    }
    return render(request, "mfa/security.html", context)


@sensitive_post_parameters("code")
@require_http_methods(SHOWS_AND_TAKES)
@needs_redis
@_of_owner(changes=True)
def app(request: HttpRequest, owner: User) -> HttpResponse:
    """Set up an app on the telephone, in place of an earlier one."""
    form = AppForm(request.POST if request.method == "POST" else None)
    next_path = local_path(request.POST.get("next") or request.GET.get("next"))
    if form.is_valid():
        try:
            second_factor.set_up_app(request, owner, form.cleaned_data["code"])
        except DomainError as refusal:
            form.add_error("code", refusal.text)
        else:
            messages.success(request, _("Die App ist eingerichtet."))
            return _to_codes(next_path)
    secret, adapter = second_factor.secret_for_app(request), get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(owner, secret))
    context = {
        "form": form,
        "picture": base64.b64encode(picture.encode()).decode(),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "next": next_path,
    }
    return render(request, "mfa/app.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters("credential")
@require_http_methods(SHOWS_AND_TAKES)
@_of_owner(changes=True)
def passkey(request: HttpRequest, owner: User) -> HttpResponse:
    """Set up a passkey; this needs a script."""
    form = NewPasskeyForm(request.POST if request.method == "POST" else None)
    next_path = local_path(request.POST.get("next") or request.GET.get("next"))
    if form.is_valid():
        try:
            second_factor.set_up_passkey(request, owner, form.cleaned_data["name"], form.cleaned_data["credential"])
        except DomainError as refusal:
            form.add_error(None, refusal.text)
        else:
            messages.success(request, _("Der Passkey ist eingerichtet."))
            return _to_codes(next_path)
    context = {"form": form, "question": second_factor.question_for_new_passkey(owner), "next": next_path}
    return render(request, "mfa/passkey.html", context, status=422 if form.is_bound else 200)


def _to_codes(next_path: str) -> HttpResponse:
    return redirect(f"{reverse('accounts:recovery_codes')}?{urlencode({'next': next_path})}")


@require_http_methods(SHOWS_AND_TAKES)
@_of_owner(changes=True)
def codes(request: HttpRequest, owner: User) -> HttpResponse:
    """Show the recovery codes, and make new ones."""
    if not second_factor.factors_of(owner):
        raise Http404
    if request.method == "POST":
        second_factor.renew_recovery_codes(owner)
        messages.success(request, _("Die neuen Codes gelten, die alten nicht mehr."))
        return redirect("accounts:recovery_codes")
    context = {"codes": second_factor.recovery_codes(owner), "next": local_path(request.GET.get("next"))}
    return render(request, "mfa/recovery_codes.html", context)


@require_POST
@_of_owner(changes=True)
def remove_app(request: HttpRequest, owner: User) -> HttpResponse:
    """Take the app away."""
    return _remove(request, owner, get_object_or_404(Authenticator, user=owner, type=Authenticator.Type.TOTP))


@require_POST
@_of_owner(changes=True)
def remove_passkey(request: HttpRequest, owner: User, pk: int) -> HttpResponse:
    """Take a passkey away."""
    return _remove(
        request, owner, get_object_or_404(Authenticator, pk=pk, user=owner, type=Authenticator.Type.WEBAUTHN)
    )


def _remove(request: HttpRequest, owner: User, factor: Authenticator) -> HttpResponse:
    try:
        second_factor.remove(owner, factor)
    except DomainError as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("Der zweite Faktor ist entfernt."))
    return redirect("accounts:security")
