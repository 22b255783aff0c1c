"""The register of personal data: which fields, why, and for how long.

Each part of the portal that holds personal data has a module `personal_data` (setting `PERSONAL_DATA`) with what it
declares: `REGISTER`, the fields with reason and retention; `RULES`, what ends when; `known_about(person)`, what a person
gets who asks what is known about them; `forget(person, at)`, what is erased for one who wants that. A test compares the register with all fields of all tables, so that a new
one cannot be forgotten.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django_stubs_ext import StrOrPromise

from connective.accounts.models import User


@dataclass(frozen=True)
class PersonalField:
    """A field that holds data of a person: `app.model.field`."""

    field: str
    content: StrOrPromise
    reason: StrOrPromise
    retention: StrOrPromise


@dataclass(frozen=True)
class Rule:
    """Something whose time ends: `due` counts what is over at an instant (aware), `erase` erases it and counts."""

    name: str
    label: StrOrPromise
    due: Callable[[datetime], int]
    erase: Callable[[datetime], int]


def register() -> Iterator[PersonalField]:
    """Yield every field that holds personal data."""
    for module in _modules():
        yield from module.REGISTER


def rules() -> Iterator[Rule]:
    """Yield what ends when, in an order in which it can be erased."""
    for module in _modules():
        yield from module.RULES


def known_about(person: User) -> dict[str, object]:
    """Return all that is known about a person, as JSON values (Article 15 and 20 GDPR)."""
    known: dict[str, object] = {}
    for module in _modules():
        found: Mapping[str, object] = module.known_about(person)
        known.update(found)
    return known


def forget(person: User, at: datetime) -> list[StrOrPromise]:
    """Erase a person as far as the time of each record permits; return what stays, each with the reason (Article 17)."""
    stays: list[StrOrPromise] = []
    for module in _modules():
        left: Iterable[StrOrPromise] = module.forget(person, at)
        stays.extend(left)
    return stays


def _modules() -> Iterator[Any]:
    for name in settings.PERSONAL_DATA:
        yield import_module(name)
