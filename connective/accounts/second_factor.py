"""The second factor of staff and committee: who needs one, proving it, setting it up, and losing it.

Apps (TOTP), passkeys (WebAuthn) and recovery codes are allauth's; limits, door and audit are ours.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes, post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from connective.accounts import factor_news, own_sessions, rate_limits, sealing
from connective.accounts.models import User
from connective.errors import DomainError

type_of_view = Callable[[HttpRequest], HttpResponse]

BEHIND_THE_DOOR = ("/verwaltung/", "/steuerungskreis/")
REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What is a second factor; recovery codes are only the way back to one."""
RECOVERY_DIGITS = 8
USED_SECONDS = 120
"""So long a code of an app is refused after it was used: longer than the clocks may differ (RFC 6238, 5.2)."""
SET_UP_KEY = "totp_set_up"


class WrongCode(DomainError):
    """The code is none that holds now."""

    message = _("Dieser Code stimmt nicht. Es gilt der Code, den die App gerade zeigt.")


class TooManyTries(DomainError):
    """Codes were guessed too often."""

    message = _(
        "Es wurden zu viele Codes ausprobiert. Bitte warten Sie eine Viertelstunde, oder nehmen Sie einen Passkey oder "
        "einen Wiederherstellungscode."
    )


class PasskeyRefused(DomainError):
    """The passkey is unknown, or its answer belongs to another question."""

    message = _("Dieser Passkey wurde nicht anerkannt. Bitte versuchen Sie es noch einmal.")


class LastFactor(DomainError):
    """Nobody who needs a second factor takes away the last one."""

    message = _("Das ist Ihr letzter zweiter Faktor. Richten Sie zuerst einen anderen ein.")


# --- The door -------------------------------------------------------------------------------


def is_needed_by(user: Any) -> bool:
    """Say whether the person has a role for which a second factor is required."""
    return bool(user.is_authenticated and user.is_active and (user.is_staff or user.is_superuser))


def factors_of(user: User) -> list[Authenticator]:
    """Return the person's second factors, recovery codes apart, the oldest first."""
    return list(Authenticator.objects.filter(user=user, type__in=REAL).order_by("created_at", "pk"))


def is_proved(request: HttpRequest) -> bool:
    """Say whether a second factor was proved in this session."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def keep_the_door(get_response: type_of_view) -> type_of_view:
    """Let nobody behind the door without a proved second factor: lead to proving it, or to setting one up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return _led_away(request) or get_response(request)

    return middleware


def _led_away(request: HttpRequest) -> HttpResponse | None:
    path = request.path_info
    if not settings.SECOND_FACTOR_REQUIRED or not path.startswith(BEHIND_THE_DOOR) or not request.user.is_authenticated:
        return None
    concerned = is_needed_by(request.user) or path.startswith("/steuerungskreis/")
    if not concerned or path == reverse("admin:logout") or is_proved(request):
        return None
    name = "accounts:confirm_again" if factors_of(request.user) else "accounts:security"
    next_path = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("admin:index")
    return redirect(f"{reverse(name)}?{urlencode({'next': next_path})}")


# --- Proving it -----------------------------------------------------------------------------


def prove_by_code(request: HttpRequest, user: User, code: str, *, again: bool = False) -> None:
    """Take a code of the app or a recovery code. Raises WrongCode, TooManyTries, RedisError.

    `again`: somebody who is signed in confirms to be the same.
    """
    digits = normalize_user_code(code)
    is_recovery_code = len(digits) == RECOVERY_DIGITS
    if not rate_limits.may_try_factor(request, user, is_recovery_code=is_recovery_code):
        raise TooManyTries
    kind = Authenticator.Type.RECOVERY_CODES if is_recovery_code else Authenticator.Type.TOTP
    found = Authenticator.objects.filter(user=user, type=kind).first()
    with transaction.atomic():
        if found is None or not found.wrap().validate_code(digits):
            raise WrongCode
        if is_recovery_code:
            factor_news.note("code_used", user, actor=user, left=len(recovery_codes(user)))
        else:
            _use_up(user, digits)
    found.user = user
    post_authentication(request, found, reauthenticated=again)


def _use_up(user: User, digits: str) -> None:
    """Let no code count twice while it holds (allauth remembers it for one period, and we allow for three)."""
    if not cache.add(f"used-code:{user.pk}:{digits}", value=True, timeout=USED_SECONDS):
        raise WrongCode


def question_for_passkey(user: User) -> dict[str, Any]:
    """Return what the browser asks the passkey, as JSON values; empty where the person has none."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists():
        return {}
    return webauthn.begin_authentication(user)  # type: ignore[no-any-return]


def prove_by_passkey(request: HttpRequest, user: User, answer: object, *, again: bool = False) -> None:
    """Take the answer of a passkey to the question that this session was asked. Raises PasskeyRefused."""
    with _refusing_passkeys():
        webauthn.parse_authentication_response(answer)
        found = webauthn.complete_authentication(user, answer)
    found.user = user
    post_authentication(request, found, reauthenticated=again)


@contextmanager
def _refusing_passkeys() -> Iterator[None]:
    """Turn what the library raises about data of strangers into PasskeyRefused."""
    try:
        yield
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PasskeyRefused from error


# --- Setting it up --------------------------------------------------------------------------


def secret_for_app(request: HttpRequest) -> str:
    """Return the secret that the app is to learn; it waits sealed in the session until a code proves it."""
    if SET_UP_KEY not in request.session:
        request.session[SET_UP_KEY] = sealing.seal(generate_totp_secret())
    return sealing.unseal(request.session[SET_UP_KEY])


@transaction.atomic
def set_up_app(request: HttpRequest, user: User, code: str) -> None:
    """Keep the app whose code proves that it knows the secret. Raises WrongCode, TooManyTries, RedisError."""
    if not rate_limits.may_try_factor(request, user, is_recovery_code=False):
        raise TooManyTries
    secret, digits = secret_for_app(request), normalize_user_code(code)
    if not validate_totp_code(secret, digits):
        raise WrongCode
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    _use_up(user, digits)
    _added(request, user, TOTP.activate(user, secret).instance)
    del request.session[SET_UP_KEY]


def question_for_new_passkey(user: User) -> dict[str, Any]:
    """Return what the browser asks a new passkey, as JSON values."""
    return webauthn.begin_registration(user, passwordless=False)  # type: ignore[no-any-return]


@transaction.atomic
def set_up_passkey(request: HttpRequest, user: User, name: str, answer: Any) -> None:
    """Keep a passkey under a name. Raises PasskeyRefused."""
    with _refusing_passkeys():
        webauthn.parse_registration_response(answer)
        webauthn.complete_registration(answer)
    _added(request, user, webauthn.WebAuthn.add(user, name, answer).instance)


def _added(request: HttpRequest, user: User, factor: Authenticator) -> None:
    """Count the new factor as proved, make recovery codes with the first one, and note it."""
    RecoveryCodes.activate(user)
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
    factor_news.note("added", user, actor=user, type=factor.type)


def recovery_codes(user: User) -> list[str]:
    """Return the recovery codes that were not used yet."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(found.wrap().get_unused_codes()) if found else []


@transaction.atomic
def renew_recovery_codes(user: User) -> None:
    """Make new recovery codes; the old ones hold no longer."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    factor_news.note("codes_renewed", user, actor=user)


# --- Taking it away -------------------------------------------------------------------------


@transaction.atomic
def remove(user: User, factor: Authenticator) -> None:
    """Take away one of one's own factors. Raises LastFactor for somebody who needs one."""
    User.objects.select_for_update().get(pk=user.pk)
    if is_needed_by(user) and [other.pk for other in factors_of(user)] == [factor.pk]:
        raise LastFactor
    factor.delete()
    delete_dangling_recovery_codes(user)
    factor_news.note("removed", user, actor=user, type=factor.type)


@transaction.atomic
def reset(person: User, *, actor: User | None) -> None:
    """Take away all factors of somebody who lost them, and end the person's sessions; `actor` None: by command.

    At the next sign-in the person sets up a new one.
    """
    User.objects.select_for_update().get(pk=person.pk)
    taken, _kinds = Authenticator.objects.filter(user=person).delete()
    own_sessions.end_all(person)
    factor_news.note("reset", person, actor=actor, taken=taken)
