"""Making a set: one snapshot of the database, then the documents that it names."""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from connective import clock
from connective.audit.chain import head
from connective.backup import archive, crypt, database, documents
from connective.backup.archive import Manifest


@dataclass(frozen=True)
class Made:
    """What was written, and the names of documents that rows name, that nobody erased and that are not there."""

    manifest: Manifest
    missing: list[str]
    changed: list[str]


def create(target: BinaryIO, keys: Sequence[str]) -> Made:
    """Write a set into `target`, encrypted for the public keys; constant memory. Raises BackupError.

    The database comes first, from one snapshot; then each document that it names. They cannot contradict each other
    (`connective.backup.documents` says why), except for a document that is erased on purpose while the set is written.
    A document that is missing or changed does not keep the rest from being saved: it is told.
    """
    encrypted_for: list[Any] = crypt.recipients(keys)
    changed: list[str] = []
    with crypt.encrypting(target, encrypted_for) as stream:
        with database.snapshot() as snapshot:
            manifest = _begun()
            named = documents.named()
            writer = archive.Writer(stream, manifest)
            writer.database(database.dump(snapshot))
        absent = []
        for document in named:
            try:
                size = default_storage.size(document.name)
                digest = writer.document(document.name, size, documents.pieces(document.name))
            except FileNotFoundError:
                absent.append(document.name)
                continue
            if document.sha256 and digest != document.sha256:
                changed.append(document.name)
        still_named = {document.name for document in documents.named()} - documents.erased() if absent else set()
        manifest.missing = [name for name in absent if name in still_named]
        manifest.gone = [name for name in absent if name not in still_named]
        writer.finish()
    return Made(manifest, manifest.missing, changed)


def newest_migrations() -> dict[str, str]:
    """Return the newest applied migration of each app."""
    newest: dict[str, str] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        newest[app] = max(name, newest.get(app, ""))
    return newest


def _begun() -> Manifest:
    return Manifest(
        made_at=clock.now().isoformat(),
        portal=_version(),
        database=connection.vendor,
        migrations=newest_migrations(),
        audit_head=str(head()),
    )


def _version() -> str:
    try:
        return importlib.metadata.version("themenaufruf-portal")
    except importlib.metadata.PackageNotFoundError:
        return ""  # run from its folder, not installed as a package
