"""Writing to the audit log."""

import hashlib
import json
import secrets
from collections.abc import Mapping

from django.db import connections, models, router, transaction

from connective import clock
from connective.accounts.models import User
from connective.audit.chain import GENESIS, hash_of
from connective.audit.models import ActorSalt, Entry

APPEND_LOCK = 0x415544_4954
"""The key of PostgreSQL's advisory lock under which entries are appended ("AUDIT")."""


def record(action: str, *, actor: User | None, subject: models.Model, payload: Mapping[str, object] = {}) -> Entry:
    """Append that `actor` (None: the portal itself) did `action` to `subject`; it stands or falls with the transaction.

    Call it last: from here to the commit other writers of the log wait. `payload` holds JSON values and no personal
    data but by reference (numbers of rows, hashes). Raises `TransactionManagementError` outside of an atomic block.
    """
    connection = connections[router.db_for_write(Entry)]
    if not connection.in_atomic_block:
        message = f"{action!r} must be recorded in the transaction of the change itself"
        raise transaction.TransactionManagementError(message)
    if connection.vendor == "postgresql":
        # SQLite needs no lock of its own: its transactions begin IMMEDIATE, so there is one writer.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPEND_LOCK])
    last = Entry.objects.order_by("-sequence").values("sequence", "hash").first() or {"sequence": 0, "hash": GENESIS}
    entry = Entry(
        sequence=last["sequence"] + 1,
        at=clock.now(),
        action=action,
        actor_id=actor.pk if actor else None,
        actor_mark=mark_of(actor) if actor else "",
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        payload=canonical(payload),
        previous_hash=last["hash"],
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def canonical(payload: Mapping[str, object]) -> str:
    """Return JSON text that is the same for equal values: sorted keys, no spaces, ASCII. Raises TypeError, ValueError."""
    return json.dumps(dict(payload), sort_keys=True, separators=(",", ":"), allow_nan=False)


def mark_of(person: User) -> str:
    """Return the salted hash of the person's address; makes the salt when there is none."""
    salt, _created = ActorSalt.objects.get_or_create(user=person, defaults={"salt": secrets.token_hex(32)})
    return hashlib.sha256(f"{salt.salt}:{person.pk}:{person.email}".encode()).hexdigest()


def forget(person: User) -> None:
    """Erase what ties the person's address to the log; entries keep the bare number and the chain stays valid."""
    ActorSalt.objects.filter(user=person).delete()
