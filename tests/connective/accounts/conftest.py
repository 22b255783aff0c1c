"""What the tests of signing in stand on."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connective.accounts.models import User
from tests.smtp import SmtpServer, listening

SIGN_IN, CODE = "/konto/anmelden/", "/konto/anmelden/code/"
EMAIL = "antrag@example.org"


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[SmtpServer]:
    """A mail server where the settings (and the Celery worker) look for one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with listening(settings.EMAIL_PORT) as server:
        yield server


@pytest.fixture
def person(db: None) -> User:
    """Somebody who has an account."""
    return User.objects.create_user(EMAIL, name="Alex Antrag")


def code_in(client: Client) -> str:
    """Return the code that waits in the browser of `client` (the mail has the same)."""
    code: str = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
    return code


def wrong_code_in(client: Client) -> str:
    """Return six digits that are not the code."""
    return f"{(int(code_in(client)) + 1) % 1_000_000:06}"


@pytest.fixture
def sign_in() -> Callable[..., str]:
    """A function that signs in with a code and returns where that leads to."""

    def enter(client: Client, email: str = EMAIL, next_path: str = "") -> str:
        client.post(SIGN_IN, {"email": email, "next": next_path})
        response = client.post(CODE, {"code": code_in(client)})
        assert response.status_code == 302, response.content
        return str(response["Location"])

    return enter


ARRIVE = reverse("submissions:arrive")
