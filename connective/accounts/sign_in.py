"""Signing in by a code that was sent to an e-mail address, on allauth's process for it.

allauth sends codes to known addresses only and has a separate sign-up. Here both are one: every address gets a code, no
account is looked up before the code is proved, and an unknown person's account is made at that moment. So neither page
nor time nor mail tells who is known, and no address that nobody proved leaves a row.
"""

import secrets
import time
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from connective.accounts import code_mail
from connective.accounts.models import User

RESEND_PAUSE = 30
"""Seconds between two mails of one sign-in."""


class SignIn(LoginCodeVerificationProcess):  # type: ignore[misc]
    """A sign-in that waits for its code; it lives in the session of the browser that asked for it."""

    @classmethod
    def begin(cls, request: HttpRequest, email: str, next_path: str) -> "SignIn":
        """Send a code to `email` (lower case) and wait for it. Raises RedisError, kombu's OperationalError."""
        login = Login(user=None, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=email), initiated_by_user=True, next=next_path)
        process = cls(stage)
        process.send()
        process.persist()
        return process

    @classmethod
    def pending(cls, request: HttpRequest) -> "SignIn | None":
        """Return the sign-in that waits in this browser; None if there is none or its code has expired."""
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        return cast("SignIn | None", cls(stage).abort_if_invalid()) if stage else None

    @property
    def email(self) -> str:
        """The address that the code was sent to."""
        return str(self.state["email"])

    @property
    def next_path(self) -> str:
        """The local path that the person came from, or an empty string."""
        return str(self.state.get("next", ""))

    @property
    def ticket(self) -> str:
        """The name of the code that holds: of its mail, and of the tries that were made with it."""
        return str(self.state["ticket"])

    @property
    def holds_until(self) -> datetime:
        """The instant from which the code is refused (aware, UTC)."""
        return datetime.fromtimestamp(self.state["at"] + self.timeout, UTC)

    @property
    def tries_left(self) -> int:
        """How many wrong codes this sign-in still bears."""
        return int(self.max_attempts - self.state["failed_attempts"])

    @property
    def seconds_since_mail(self) -> float:
        """How long ago the last code was handed to the mail queue."""
        return time.time() - float(self.state["at"])

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:  # noqa: ARG002
        """Make a code and have it sent, whoever the address belongs to; an earlier one holds no longer."""
        self.state.update(at=time.time(), ticket=secrets.token_urlsafe(16))
        self.stage.login.initiated_at = self.state["at"]
        code_mail.tell(self.ticket, email, self.generate_code(), get_language() or settings.LANGUAGE_CODE)

    def resend(self) -> None:
        """Send a new code, with its full time. Raises RedisError, kombu's OperationalError."""
        self.send()
        self.record_resend()
        self.persist()

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Sign the person in, with a new account where the address is new; somebody who was shut out stays out."""
        self._user = person_of(self.email)
        return cast("HttpResponse", super().finish(redirect_url))


def person_of(email: str) -> User:
    """Return the person with this address, which was proved just now; a new one where nobody has it."""
    from connective.audit.log import record  # the audit log knows people

    with transaction.atomic():
        defaults: dict[str, Any] = {"password": make_password(None)}
        user, created = User.objects.get_or_create(email=email.lower(), defaults=defaults)
        if created:
            record("person.signed_up", actor=user, subject=user)
    return user


def arrival(next_path: str) -> str:
    """Return the address of the page that welcomes a person and leads on to `next_path`."""
    address = reverse("submissions:arrive")
    return f"{address}?{urlencode({'next': next_path})}" if next_path else address


def local_path(path: str | None) -> str:
    """Return `path` if it leads to a page of this portal, else an empty string."""
    is_local = bool(path) and path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)  # type: ignore[union-attr]
    return path if is_local and path else ""
