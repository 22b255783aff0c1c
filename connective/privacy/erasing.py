"""Erasing what has had its time; each rule in a transaction of its own, so that one fault holds up no other."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from connective import clock
from connective.accounts.models import User
from connective.audit.log import record
from connective.privacy import register

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Erased:
    """How much of one rule was over, and erased unless it was only counted; `fault` is the kind of error, if any."""

    rule: register.Rule
    count: int
    fault: str = ""


def count_expired(at: datetime) -> list[Erased]:
    """Return what `erase_expired` would erase at `at` (aware); nothing is changed."""
    return [Erased(rule, rule.due(at)) for rule in register.rules()]


def erase_expired(at: datetime) -> list[Erased]:
    """Erase what has had its time at `at` (aware). Twice has the same effect as once."""
    return [_erase(rule, at) for rule in register.rules()]


@transaction.atomic
def erase_person(person: User, *, actor: User | None, at: datetime | None = None) -> list[str]:
    """Erase a person who asks for it; return sentences about what stays and why."""
    stays = [str(sentence) for sentence in register.forget(person, at or clock.now())]
    record("person.erased", actor=actor, subject=person, payload={"stays": len(stays)})
    return stays


def _erase(rule: register.Rule, at: datetime) -> Erased:
    try:
        with transaction.atomic():
            return Erased(rule, rule.erase(at))
    except Exception as error:  # noqa: BLE001  (whatever it is, the other rules go on)
        # The message of the error may hold personal data; its kind does not.
        logger.error("Erasing %s failed: %s", rule.name, type(error).__name__)  # noqa: TRY400
        return Erased(rule, 0, type(error).__name__)
