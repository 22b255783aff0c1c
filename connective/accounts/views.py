"""Signing in and out, how long the session lasts, and what happens to a form with a stale token."""

import logging
from collections.abc import Callable
from functools import wraps

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from connective.accounts import code_mail, kept_text, rate_limits
from connective.accounts.code_mail import Fate
from connective.accounts.forms import AddressForm, CodeForm
from connective.accounts.sessions import store_of
from connective.accounts.sign_in import RESEND_PAUSE, SignIn, arrival, local_path
from connective.demo.people import present_people

logger = logging.getLogger(__name__)

type_of_view = Callable[[HttpRequest], HttpResponse]


def needs_redis(view: type_of_view) -> type_of_view:
    """Give the view a page for the case that codes can be neither limited nor sent; the drafts are safe meanwhile."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (RedisError, OperationalError):
            logger.exception("Nobody can sign in: Redis does not answer")
            return render(request, "account/unavailable.html", status=503)

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs_redis
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the e-mail address and send a code to it."""
    next_path = local_path(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return _address_page(request, AddressForm(), next_path)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _address_page(request, form, next_path, status=422)
    email = form.cleaned_data["email"]
    if not rate_limits.may_request_code(request, email):
        form.add_error(None, _("Es wurden gerade viele Codes angefordert. Bitte warten Sie einige Minuten."))
        return rate_limits.wait(_address_page(request, form, next_path, status=429))
    SignIn.begin(request, email, next_path)
    return redirect("account_confirm_login_code")


def _address_page(request: HttpRequest, form: AddressForm, next_path: str, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "next": next_path,
        "people": present_people(),
        "pending": SignIn.pending(request),
        "house": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
    }
    return render(request, "account/sign_in.html", context, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@needs_redis
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the code; sign in, or say what is wrong with it."""
    pending = SignIn.pending(request)
    if pending is None:
        return _nothing_pending(request)
    if request.method != "POST":
        return _code_page(request, CodeForm(pending), pending)
    if request.POST.get("action") == "resend":
        return _resend(request, pending)
    return _try(request, pending)


def _nothing_pending(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" or request.user.is_anonymous:
        sentence = _(
            "Hier wartet keine Anmeldung mehr: Der Code ist abgelaufen oder wurde in einem anderen Browser angefordert. "
            "Bitte fordern Sie einen neuen an."
        )
        messages.error(request, sentence)
    return redirect("account_login")


def _try(request: HttpRequest, pending: SignIn) -> HttpResponse:
    """Compare the code; the try is counted before, so that many at once count as many."""
    if not rate_limits.may_try_code(request, pending.email, pending.ticket):
        return _give_up(request, pending, _("Es wurden zu viele Codes ausprobiert. Bitte warten Sie einige Minuten."))
    form = CodeForm(pending, request.POST)
    if form.is_valid():
        return pending.finish(arrival(pending.next_path))
    was_wrong = bool(request.POST.get("code", "").strip())
    if was_wrong and not pending.record_invalid_attempt():
        sentence = _("Der Code war zu oft falsch und gilt nicht mehr. Bitte fordern Sie einen neuen an.")
        return _give_up(request, pending, sentence)
    return _code_page(request, form, pending, status=422)


def _code_page(request: HttpRequest, form: CodeForm, pending: SignIn, status: int = 200) -> HttpResponse:
    fate = code_mail.fate_of(pending.ticket)
    late = fate is Fate.WAITING and pending.seconds_since_mail > code_mail.OVERDUE_SECONDS
    if late:
        logger.error("A sign-in code has waited %.0f s: is a Celery worker running?", pending.seconds_since_mail)
    context = {"form": form, "pending": pending, "late": late, "failed": fate is Fate.FAILED}
    return render(request, "account/code.html", context, status=status)


def _resend(request: HttpRequest, pending: SignIn) -> HttpResponse:
    if pending.seconds_since_mail < RESEND_PAUSE:
        messages.warning(
            request,
            _("Eben wurde ein Code gesendet. Bitte warten Sie eine halbe Minute, bevor Sie einen neuen anfordern."),
        )
    elif not pending.can_resend or not rate_limits.may_request_code(request, pending.email):
        messages.error(request, _("Es wurden gerade viele Codes angefordert. Bitte warten Sie einige Minuten."))
    else:
        pending.resend()
        messages.success(request, _("Ein neuer Code ist unterwegs. Der vorige gilt nicht mehr."))
    return redirect("account_confirm_login_code")


def _give_up(request: HttpRequest, pending: SignIn, sentence: str) -> HttpResponse:
    """End the sign-in and lead back to its beginning."""
    clear_login(request)
    messages.error(request, sentence)
    return to_sign_in(pending.next_path)


def to_sign_in(next_path: str) -> HttpResponse:
    """Lead to the sign-in, and from there on to the local path `next_path` (or nowhere in particular)."""
    query = f"?{urlencode({'next': next_path})}" if next_path else ""
    return redirect(f"{redirect('account_login').url}{query}")


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, with everything in it."""
    was_signed_in = request.user.is_authenticated
    logout(request)
    if was_signed_in:
        messages.success(request, _("Sie sind abgemeldet."))
    return redirect("submissions:home")


@never_cache
@require_safe
def inactive(request: HttpRequest) -> HttpResponse:
    """Tell a person that was shut out."""
    return render(request, "account/inactive.html", status=403)


@never_cache
@require_safe
def session_state(request: HttpRequest) -> JsonResponse:
    """Return for how many seconds the session still lasts without a request; asking does not prolong it."""
    return JsonResponse({"seconds_left": _seconds_left(request)})


@never_cache
@require_POST
def session_prolong(request: HttpRequest) -> HttpResponse:
    """Prolong the session (the middleware has done so already) and lead back, or answer a script."""
    if request.headers.get("Accept") == "application/json":
        seconds = _seconds_left(request)
        return JsonResponse({"seconds_left": seconds}, status=200 if seconds else 401)
    next_path = local_path(request.POST.get("next"))
    if request.user.is_anonymous:
        return to_sign_in(next_path)
    messages.success(request, _("Ihre Sitzung ist verlängert."))
    return redirect(next_path or "submissions:home")


def _seconds_left(request: HttpRequest) -> int:
    session = store_of(request)
    ends_at = session.ends_at()
    if ends_at is None or request.user.is_anonymous:
        return 0
    return max(0, int((ends_at - timezone.now()).total_seconds()))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Keep the text of a form whose token is missing or stale, and say how to go on."""
    logger.info("A form was refused: %s", reason)
    return kept_text.refuse(request, status=403, stale=True)
