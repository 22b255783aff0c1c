"""What is written down when somebody's second factor changes: an entry in the audit log, and a mail to the person."""

from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from connective import clock
from connective.accounts.models import User


def note(act: str, person: User, *, actor: User | None, **payload: object) -> None:
    """Note that `actor` (None: the operator, by command) did `act` to the second factor of `person`, and tell the person.

    The mail is in the language of the page on which persons did it themselves, and stands or falls with the transaction
    as the entry does. Raises TransactionManagementError outside of one.
    """
    from connective.audit.log import record
    from connective.mail.queue import queue

    queue(
        occasion=f"second-factor:{uuid4()}",
        kind="second_factor",
        recipient=person.email,
        context={
            "act": act,
            "is_passkey": payload.get("type") == Authenticator.Type.WEBAUTHN,
            "left": payload.get("left"),
            "at": clock.now(),
            "contact": settings.SITE_URL + reverse("site:contact"),
        },
        language=(get_language() or settings.LANGUAGE_CODE)[:2] if actor == person else settings.LANGUAGE_CODE,
    )
    record(f"second_factor.{act}", actor=actor, subject=person, payload=payload)
