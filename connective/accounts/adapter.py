"""What of allauth's behaviour is ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as RECORDS_OF,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from connective.accounts import sealing
from connective.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in without allauth's messages and mails: our pages say what is to be said."""

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse allauth's own sign-up: an account begins with a proved code (`connective.accounts.sign_in`)."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002
        """Leave it to `connective.accounts.fresh`, which our own views ask."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return allauth's steps, the question for a second factor being ours."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "connective.accounts.oidc.AskUnlessTrusted"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; how the person proved to be it is kept where somebody else was signed in before."""
        records = get_authentication_records(request, user)
        super().login(request, user)
        request.session[RECORDS], request.session[RECORDS_OF] = records, user_id_to_str(user)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors whose secrets stand sealed in the database."""

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret. Raises `cryptography.fernet.InvalidToken` where no key fits."""
        return sealing.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """Return what the app on the telephone calls the portal."""
        return "Themenaufruf Connective Cities"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return under which name and host a passkey is kept."""
        return {**super().get_public_key_credential_rp_entity(), "name": self.get_totp_issuer()}
