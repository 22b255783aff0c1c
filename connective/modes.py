"""Demo, test and production are never mixed: a portal with settings of both does not start.

A server under gunicorn runs no system checks, so the settings call `refuse_mixtures` at their end.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "testserver", ".localhost"})
MAILBOX = "connective.demo.mailbox.MailboxBackend"
SENDS_NOTHING = frozenset(
    {
        MAILBOX,
        *(f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "dummy", "filebased", "locmem")),
    }
)
EXAMPLE_PASSWORD = "change-me"  # noqa: S105 (the one that is refused)
SECRET_LENGTH, SECRET_VARIETY = 50, 5
"""Fewer characters, or fewer different ones, are a weak secret (as `manage.py check --deploy` counts)."""


@dataclass(frozen=True)
class Contradiction:
    """A setting that does not fit the mode, with a sentence for the person who starts the portal."""

    code: str
    sentence: str


def refuse_mixtures(settings: Mapping[str, Any]) -> None:
    """Raise `ImproperlyConfigured` with all contradictions in these settings, if there are any."""
    found = [contradiction.sentence for contradiction in contradictions(settings)]
    if found:
        raise ImproperlyConfigured(" ".join(found))


def contradictions(settings: Mapping[str, Any]) -> list[Contradiction]:
    """Return what does not fit the mode (`PORTAL_MODE`)."""
    mode = settings["PORTAL_MODE"]
    if mode == "production":
        return list(_in_production(settings))
    if mode in {"demo", "test"}:
        return list(_outside_production(mode, settings))
    return [Contradiction("E001", f"PORTAL_MODE is {mode!r}; it must be demo, test or production.")]


def _outside_production(mode: str, settings: Mapping[str, Any]) -> Iterator[Contradiction]:
    site = urlsplit(settings["SITE_URL"])
    if site.scheme == "https" and site.hostname not in LOCAL_HOSTS:
        yield Contradiction("E002", f"SITE_URL is a public address, but PORTAL_MODE is {mode}.")
    if strangers := sorted(set(settings["ALLOWED_HOSTS"]) - LOCAL_HOSTS):
        yield Contradiction("E003", f"ALLOWED_HOSTS has {', '.join(strangers)}, but PORTAL_MODE is {mode}.")
    if mode == "demo" and settings["EMAIL_BACKEND"] != MAILBOX:
        yield Contradiction("E004", "EMAIL_BACKEND would send mail, but PORTAL_MODE is demo.")


def _in_production(settings: Mapping[str, Any]) -> Iterator[Contradiction]:
    yield from _secrets(settings)
    yield from _addresses(settings)
    yield from _services(settings)
    if settings["DEBUG"]:
        yield Contradiction("E013", "DEBUG must be off.")
    if not settings["SECOND_FACTOR_REQUIRED"]:
        yield Contradiction("E022", "SECOND_FACTOR_REQUIRED must be on.")
    provider = settings["OIDC_SERVER_URL"]
    if provider and not (provider.startswith("https://") and settings["OIDC_EMAIL_DOMAINS"]):
        yield Contradiction(
            "E024", "OIDC_SERVER_URL must begin with https://, and OIDC_EMAIL_DOMAINS must not be empty."
        )


def _secrets(settings: Mapping[str, Any]) -> Iterator[Contradiction]:
    secret = settings["SECRET_KEY"]
    is_weak = len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_VARIETY
    if is_weak or secret.startswith(("demo-and-test-only", "django-insecure-")):
        yield Contradiction("E011", f"SECRET_KEY must be a secret of at least {SECRET_LENGTH} characters.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", settings["RECEIPT_KEY"]):
        yield Contradiction("E016", "RECEIPT_KEY must be 64 hexadecimal digits.")
    if settings["DATABASES"]["default"].get("PASSWORD") == EXAMPLE_PASSWORD:
        yield Contradiction("E021", "DATABASE_URL has the password of .env.example.")


def _addresses(settings: Mapping[str, Any]) -> Iterator[Contradiction]:
    hosts, site = settings["ALLOWED_HOSTS"], urlsplit(settings["SITE_URL"])
    if not hosts or "*" in hosts or LOCAL_HOSTS.issuperset(hosts):
        yield Contradiction("E012", "ALLOWED_HOSTS must name the hosts of the portal.")
    elif not validate_host(site.hostname or "", hosts):
        yield Contradiction("E020", "ALLOWED_HOSTS must contain the host of SITE_URL.")
    if site.scheme != "https":
        yield Contradiction("E017", "SITE_URL must begin with https://.")


def _services(settings: Mapping[str, Any]) -> Iterator[Contradiction]:
    if settings.get("EMAIL_PROVIDER"):
        if not settings.get("ANYMAIL", {}).get("WEBHOOK_SECRET"):
            yield Contradiction(
                "E023", "ANYMAIL must have a WEBHOOK_SECRET, which proves the reports of EMAIL_PROVIDER."
            )
    elif settings["EMAIL_BACKEND"] in SENDS_NOTHING:
        yield Contradiction("E014", "EMAIL_URL must name a mail server; this backend sends nothing.")
    elif settings.get("EMAIL_HOST") not in LOCAL_HOSTS and not (
        settings.get("EMAIL_USE_TLS") or settings.get("EMAIL_USE_SSL")
    ):
        # Sign-in codes are in these mails.
        yield Contradiction("E019", "EMAIL_URL must begin with smtp+tls:// or smtp+ssl:// for a server elsewhere.")
    if settings["DATABASES"]["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield Contradiction("E015", "DATABASE_URL must name a PostgreSQL database; SQLite is for demo mode.")
    if urlsplit(settings["REDIS_URL"]).scheme not in {"redis", "rediss", "unix"}:
        yield Contradiction("E018", "REDIS_URL must name a Redis or Valkey server: redis://, rediss:// or unix://.")
