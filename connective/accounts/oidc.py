"""Signing in through the identity provider of the house (OpenID Connect), on allauth's client for it.

Of the provider's people only those get in who have an account here: it is found by the e-mail address that the provider
has verified, in a domain of the house, and bound to the provider's name for the person (`sub`) once and for all. Beyond
allauth: the nonce, the signature of the ID token in any case, and nothing of the token is kept.
"""

import secrets
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from connective.accounts.models import User

PROVIDER = "house"
"""The provider's name in addresses and in the database; there is one."""


class HouseClient(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's client, which also checks the token's signature, and hands on its claims without keeping them."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:  # noqa: ARG002
        """Return whom the ID token is about. Raises OAuth2Error for a token that is not in order."""
        claims = jwtkit.verify_and_decode(
            credential=kwargs["response"].get("id_token", ""),
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.claims, login.account.extra_data = claims, {}
        return login


class HouseAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who of the provider's people gets in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Make no account for anybody: the office invites its people."""
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing."""

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Say that it did not work, and how else to get in; the provider's words stay out of the page."""
        raise ImmediateHttpResponse(refused(request))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account, or refuse; count the provider's second factor where it is trusted."""
        claims: dict[str, Any] = sociallogin.claims
        expected = (sociallogin.state.get("data") or {}).get("nonce", "")
        if not expected or not secrets.compare_digest(str(claims.get("nonce", "")), expected):
            raise ImmediateHttpResponse(refused(request))
        email = str(claims.get("email", "")).lower()
        if claims.get("email_verified") is not True or not _is_of_the_house(email):
            raise ImmediateHttpResponse(refused(request))
        if not sociallogin.is_existing:
            _connect(request, sociallogin, email)
        if _had_second_factor(claims):
            record_authentication(request, sociallogin.user, "mfa", type="oidc")


class AskUnlessTrusted(AuthenticateStage):  # type: ignore[misc]
    """The question for a second factor, left out where the provider has just asked for one and is trusted with it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        if any((record["method"], record.get("type")) == ("mfa", "oidc") for record in records):
            return False
        return bool(super()._should_handle(request))


def lead_to_provider(request: HttpRequest, next_path: str) -> HttpResponse:
    """Lead to the provider, with a state, a nonce and a PKCE challenge of this session. Raises RequestException."""
    provider = get_adapter().get_provider(request, PROVIDER)
    nonce = secrets.token_urlsafe(32)
    response: HttpResponse = provider.redirect(
        request, process=AuthProcess.LOGIN, next_url=next_path, data={"nonce": nonce}, auth_params={"nonce": nonce}
    )
    return response


def come_back(request: HttpRequest) -> HttpResponse:
    """Take what the provider sent back, and sign in or refuse."""
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(HouseClient(request, PROVIDER))(request)
    except (KeyError, ValueError):  # an answer without what the standard demands
        return refused(request)
    return response


def refused(request: HttpRequest, status: int = 403) -> HttpResponse:
    """Return the page that says that this way in is closed, and that the code by e-mail is open; one page for all."""
    return render(request, "account/oidc_refused.html", {"name": settings.OIDC_NAME}, status=status)


def _is_of_the_house(email: str) -> bool:
    return email.rpartition("@")[2] in {domain.lower() for domain in settings.OIDC_EMAIL_DOMAINS}


def _had_second_factor(claims: dict[str, Any]) -> bool:
    """Say whether the provider asked for a second factor: one of the `acr` values agreed on, else `amr` "mfa" (RFC 8176)."""
    if not settings.OIDC_TRUST_SECOND_FACTOR:
        return False
    if settings.OIDC_SECOND_FACTOR_ACR:
        return claims.get("acr") in settings.OIDC_SECOND_FACTOR_ACR
    amr = claims.get("amr")
    return isinstance(amr, list) and "mfa" in amr


@transaction.atomic
def _connect(request: HttpRequest, sociallogin: SocialLogin, email: str) -> None:
    """Bind the account with this address to the provider's person; refuse where another person is bound to it."""
    from connective.audit.log import record

    user = User.objects.select_for_update().filter(email=email, is_active=True).first()
    if user is None or SocialAccount.objects.filter(user=user, provider=PROVIDER).exists():
        raise ImmediateHttpResponse(refused(request))
    sociallogin.connect(request, user)
    record("person.connected_to_provider", actor=user, subject=user)
