"""The documents that rows name: which there should be, which were erased on purpose, and whether each is as it was.

A file is written before the transaction that names it is committed, never changed, and deleted after the transaction
that forgets it. So whatever a snapshot of the database names was there at the instant of the snapshot.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models

from connective.mail.models import AttachedFile

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Document:
    """A file of the private storage and the hash that its row keeps; "" where a row keeps none."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Found:
    """What verifying found: how many are as they were, and the names of the others."""

    sound: int
    erased: int
    missing: list[str]
    changed: list[str]


def named() -> list[Document]:
    """Return every document that a row of any model names, once, in the order of names."""
    hashes: dict[str, str] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                for name, sha256 in _rows(model, field.attname):
                    hashes[name] = hashes.get(name) or sha256
    for name, sha256 in _rows(AttachedFile, "storage_name"):
        hashes[name] = hashes.get(name) or sha256
    return [Document(name, sha256) for name, sha256 in sorted(hashes.items())]


def erased() -> set[str]:
    """Return the names in rows whose files were deleted when their time had come; apps tell them in `erased_documents`."""
    return {
        str(name) for config in apps.get_app_configs() for name in getattr(config, "erased_documents", list)() if name
    }


def pieces(name: str) -> Iterator[bytes]:
    """Return the content of a document piece by piece. Raises FileNotFoundError."""
    with default_storage.open(name) as file:
        while piece := file.read(PIECE):
            yield piece


def verify(*, gone: Collection[str] = ()) -> Found:
    """Compare every document with the hash in its row; those in `gone` may be missing, as those that were erased."""
    sound, absent, missing, changed = 0, 0, [], []
    forgotten = erased() | set(gone)
    for document in named():
        digest = hashlib.sha256()
        try:
            for piece in pieces(document.name):
                digest.update(piece)
        except FileNotFoundError:
            if document.name in forgotten:
                absent += 1
            else:
                missing.append(document.name)
            continue
        if document.sha256 and digest.hexdigest() != document.sha256:
            changed.append(document.name)
        else:
            sound += 1
    return Found(sound, absent, missing, changed)


def _rows(model: type[models.Model], attribute: str) -> Iterator[tuple[str, str]]:
    """Yield (name, SHA-256) of the rows that name a file; a row keeps the hash of its file in a field `sha256`."""
    has_hash = any(field.name == "sha256" for field in model._meta.concrete_fields)
    rows = model._base_manager.exclude(**{attribute: ""}).exclude(**{f"{attribute}__isnull": True})
    for row in rows.values_list(attribute, *(["sha256"] if has_hash else [])).iterator(chunk_size=2000):
        yield str(row[0]), str(row[1]) if has_hash else ""
