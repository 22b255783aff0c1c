"""Restoring a set: first everything is verified, then the target is replaced, then the result is verified again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from connective import clock
from connective.audit.log import record
from connective.audit.models import Entry
from connective.backup import archive, database
from connective.backup.archive import DATABASE, DOCUMENTS, Manifest
from connective.backup.errors import BackupError
from connective.mail.models import Message

LETTER_FATE = "Restored from a backup of %s: this message may have been sent since."


def restore(path: Path, keys: list[Any], *, replace: bool) -> Manifest:
    """Put the set in the place of database and documents. Raises BackupError; before that nothing was touched.

    Only a failure of the database's own tool, or of the storage, comes later: then it is run again. With `replace` a
    target that holds something is overwritten; documents that no row of the set names stay where they are.
    """
    if not replace and not (database.is_empty() and _no_documents()):
        message = "The target is not empty. To replace what is there, say --replace."
        raise BackupError(message)
    manifest = archive.verified(path, keys)
    _refuse_strange(manifest)
    members = archive.read(path, keys)
    database.load(_database_pieces(members, rest := _Rest()))
    rest.put_all(members)
    call_command("migrate", interactive=False, verbosity=0)
    _afterwards(manifest)
    return manifest


class _Rest:
    """The documents of a set, put into the storage one by one."""

    def __init__(self) -> None:
        """Begin with the member that ended the database."""
        self.first: tuple[str, Iterator[bytes]] | None = None

    def put_all(self, members: Iterator[tuple[str, Iterator[bytes]]]) -> None:
        """Put the first one and all that follow."""
        if self.first:
            _put(*self.first)
        for name, pieces in members:
            _put(name, pieces)


def _database_pieces(members: Iterator[tuple[str, Iterator[bytes]]], rest: _Rest) -> Iterator[bytes]:
    for name, pieces in members:
        if not name.startswith(DATABASE):
            rest.first = (name, pieces)
            return
        yield from pieces


def _put(name: str, pieces: Iterator[bytes]) -> None:
    if not name.startswith(DOCUMENTS):
        for _piece in pieces:
            pass  # the manifest
        return
    name = name.removeprefix(DOCUMENTS)
    default_storage.delete(name)
    kept = default_storage.save(name, _Pieces(pieces, name))
    if kept != name:
        message = f"The storage kept {name} as {kept}; somebody else writes to it. Stop web, worker and beat first."
        raise BackupError(message)


class _Pieces(File[bytes]):
    """Pieces of bytes as Django's storages want a file: read to its end, once."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        """Hold the pieces of this document; they are small (a letter has at most 5 MB, a paper some more)."""
        from tempfile import SpooledTemporaryFile

        spooled = SpooledTemporaryFile(max_size=16 * 1024 * 1024)  # noqa: SIM115 (closed with us)
        for piece in pieces:
            spooled.write(piece)
        spooled.seek(0)
        super().__init__(spooled, name)


def _refuse_strange(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        message = f"The set holds a database of {manifest.database}, but DATABASE_URL names one of {connection.vendor}."
        raise BackupError(message)
    known = set(MigrationLoader(None).disk_migrations or ())
    newer = sorted(f"{app}.{name}" for app, name in manifest.migrations.items() if (app, name) not in known)
    if newer:
        message = f"The set was made by a newer portal ({', '.join(newer)}). Install that version first."
        raise BackupError(message)


def _no_documents() -> bool:
    try:
        folders, files = default_storage.listdir("")
    except FileNotFoundError:
        return True
    return not files and not any(any(default_storage.listdir(folder)) for folder in folders)


@transaction.atomic
def _afterwards(manifest: Manifest) -> None:
    """Make what was true at the time of the backup safe now, and write down that it was restored.

    A letter that waited then may have been sent since: never twice by itself, a person decides. Whoever was signed in
    signs in again: that session may have been ended since.
    """
    waiting = Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])
    waiting.update(
        state=Message.State.UNCERTAIN, claim=None, lease_until=None, server_answer=LETTER_FATE % manifest.made_at
    )
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.models import Session

    for session in Session.objects.iterator():
        if SESSION_KEY in session.get_decoded():
            session.delete()
    last = Entry.objects.order_by("-sequence").first()
    record(
        "portal.restored",
        actor=None,
        subject=last or Entry(pk=0),
        payload={"made_at": manifest.made_at, "audit_head": manifest.audit_head, "at": clock.now().isoformat()},
    )
