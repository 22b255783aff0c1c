"""Reading the chain of hashes: is everything there, in order, and as it was written?"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC

from connective.audit.models import Entry

GENESIS = "0" * 64
"""What stands as previous hash in the first entry."""


@dataclass(frozen=True)
class Head:
    """The newest entry: whoever keeps it can prove later that nothing before it was rewritten."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        """Write it as `manage.py verify_audit --head` reads it."""
        return f"{self.sequence}:{self.hash}"


@dataclass(frozen=True)
class Broken:
    """The first entry that is not as it was written, and what is wrong with it."""

    sequence: int
    reason: str


@dataclass(frozen=True)
class Report:
    """What verifying found: `count` sound entries up to `head`, and the first broken one if there is one."""

    count: int
    head: Head
    broken: Broken | None

    @property
    def is_sound(self) -> bool:
        """Say whether the whole chain holds."""
        return self.broken is None


def hash_of(entry: Entry) -> str:
    """Return the SHA-256 over everything in the entry but its own hash, as canonical JSON text."""
    covered = [
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.action,
        entry.actor_id,
        entry.actor_mark,
        entry.subject_type,
        entry.subject_id,
        entry.payload,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(covered, separators=(",", ":")).encode("ascii")).hexdigest()


def head() -> Head:
    """Return the newest entry, for receipts, minutes and the daily mail to the auditor."""
    last = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return Head(*last) if last else Head(0, GENESIS)


def verify(*, known: Head | None = None) -> Report:
    """Recompute every hash from the first entry on; with `known`, a head from a receipt, see that it is still there.

    Only a known head shows that the newest entries were cut off or that the whole chain was written anew.
    """
    last = Head(0, GENESIS)
    for entry in Entry.objects.order_by("sequence").iterator(chunk_size=2000):
        reason = _fault(entry, last)
        if not reason and known and entry.sequence == known.sequence and entry.hash != known.hash:
            reason = "its hash is not the one that was handed out: the chain was written anew"
        if reason:
            return Report(last.sequence, last, Broken(entry.sequence, reason))
        last = Head(entry.sequence, entry.hash)
    if known and known.sequence > last.sequence:
        return Report(last.sequence, last, Broken(last.sequence + 1, "it was handed out, but is missing"))
    return Report(last.sequence, last, None)


def _fault(entry: Entry, last: Head) -> str:
    """Return what is wrong with the entry that follows `last`, or nothing."""
    if entry.sequence != last.sequence + 1:
        return f"entry {last.sequence + 1} is missing"
    if entry.previous_hash != last.hash:
        return "it does not continue the entry before it"
    if entry.hash != hash_of(entry):
        return "its content does not match its hash"
    return ""
