"""Demo, test and production are never mixed."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from connective.modes import contradictions, refuse_mixtures

ROOT = Path(__file__).resolve().parent.parent.parent
SMTP = "django.core.mail.backends.smtp.EmailBackend"
MAILBOX = "connective.demo.mailbox.MailboxBackend"
SECRET = "n3Wq-" * 12
DEMO: dict[str, Any] = {
    "PORTAL_MODE": "demo",
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
    "EMAIL_BACKEND": MAILBOX,
}
PRODUCTION: dict[str, Any] = {
    "PORTAL_MODE": "production",
    "SITE_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": ["portal.example.org"],
    "EMAIL_BACKEND": SMTP,
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_USE_TLS": True,
    "REDIS_URL": "redis://redis:6379/0",
    "SECRET_KEY": SECRET,
    "DEBUG": False,
    "SECOND_FACTOR_REQUIRED": True,
    "OIDC_SERVER_URL": "",
    "OIDC_EMAIL_DOMAINS": [],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "RECEIPT_KEY": "0123456789abcdef" * 4,
}


def codes(settings: Mapping[str, Any]) -> list[str]:
    return [found.code for found in contradictions(settings)]


def test_a_mail_provider_needs_the_secret_of_its_reports() -> None:
    provider = PRODUCTION | {
        "EMAIL_PROVIDER": "postmark",
        "EMAIL_HOST": "",
        "EMAIL_BACKEND": "anymail.backends.postmark",
    }
    assert codes(provider) == ["E023"]
    assert codes(provider | {"ANYMAIL": {"WEBHOOK_SECRET": "user:password"}}) == []


@pytest.mark.parametrize("settings", [DEMO, PRODUCTION, DEMO | {"PORTAL_MODE": "test", "EMAIL_BACKEND": SMTP}])
def test_what_fits_is_accepted(settings: dict[str, Any]) -> None:
    refuse_mixtures(settings)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"SITE_URL": "https://portal.example.org"}, "E002"),
        ({"ALLOWED_HOSTS": ["localhost", "portal.example.org"]}, "E003"),
        ({"ALLOWED_HOSTS": ["*"]}, "E003"),
        ({"EMAIL_BACKEND": SMTP}, "E004"),
        ({"PORTAL_MODE": "prod"}, "E001"),
    ],
)
def test_demo_refuses_what_belongs_to_production(changed: dict[str, Any], code: str) -> None:
    assert codes(DEMO | changed) == [code]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"SECRET_KEY": ""}, "E011"),
        ({"SECRET_KEY": "kurz"}, "E011"),
        ({"SECRET_KEY": "a" * 60}, "E011"),
        ({"SECRET_KEY": "demo-and-test-only-" + "0123456789" * 4}, "E011"),
        ({"ALLOWED_HOSTS": []}, "E012"),
        ({"ALLOWED_HOSTS": ["*"]}, "E012"),
        ({"ALLOWED_HOSTS": ["localhost"]}, "E012"),
        ({"DEBUG": True}, "E013"),
        ({"SECOND_FACTOR_REQUIRED": False}, "E022"),
        ({"OIDC_SERVER_URL": "http://id.example.org", "OIDC_EMAIL_DOMAINS": ["example.org"]}, "E024"),
        ({"OIDC_SERVER_URL": "https://id.example.org"}, "E024"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "E014"),
        ({"EMAIL_BACKEND": MAILBOX}, "E014"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "E015"),
        ({"RECEIPT_KEY": ""}, "E016"),
        ({"RECEIPT_KEY": "xy" * 32}, "E016"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.mysql"}}}, "E015"),
        ({"SITE_URL": "http://portal.example.org"}, "E017"),
        ({"REDIS_URL": ""}, "E018"),
        ({"REDIS_URL": "memory://"}, "E018"),
        ({"EMAIL_USE_TLS": False}, "E019"),
        ({"SITE_URL": "https://elsewhere.example.org"}, "E020"),
        ({"DATABASES": {"default": PRODUCTION["DATABASES"]["default"] | {"PASSWORD": "change-me"}}}, "E021"),
    ],
)
def test_production_refuses_what_is_missing_or_weak(changed: dict[str, Any], code: str) -> None:
    assert codes(PRODUCTION | changed) == [code]


@pytest.mark.parametrize(
    "changed",
    [
        {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True},
        {"EMAIL_USE_TLS": False, "EMAIL_HOST": "localhost"},
        {"ALLOWED_HOSTS": [".example.org"]},
        {"REDIS_URL": "rediss://:word@redis.example.org/0"},
    ],
)
def test_production_accepts_other_sound_ways(changed: dict[str, Any]) -> None:
    assert codes(PRODUCTION | changed) == []


def test_all_contradictions_are_named_at_once() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY.*RECEIPT_KEY"):
        refuse_mixtures(PRODUCTION | {"SECRET_KEY": "", "RECEIPT_KEY": ""})


def test_the_system_check_reports_them(settings: Settings) -> None:
    settings.PORTAL_MODE = "demo"
    settings.EMAIL_BACKEND = SMTP
    found = {message.id for message in run_checks()}
    assert "portal.E004" in found


@pytest.mark.parametrize(
    "statement", ["import connective.wsgi", "import connective.celery as c; c.app.conf.broker_url"]
)
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PORTAL_MODE": "demo", "ALLOWED_HOSTS": "portal.example.org"}, "but PORTAL_MODE is demo"),
        ({"PORTAL_MODE": "production"}, "SECRET_KEY must be"),
    ],
)
def test_a_server_or_worker_with_mixed_settings_does_not_start(
    environment: dict[str, str], words: str, statement: str
) -> None:
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    result = subprocess.run(
        [sys.executable, "-c", statement],
        cwd=ROOT,
        env=plain | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert words in result.stderr
