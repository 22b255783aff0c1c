"""The form of a set: a tar stream with the database in pieces, the documents, and last a manifest of all hashes.

Because the manifest comes last, sets are written and read as a stream, and one that ends early has none. Decrypted with
`age`, any `tar` unpacks it: `cat database/* > portal.dump` is what pg_dump wrote (or the SQLite file).
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from connective.backup import crypt
from connective.backup.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE, DOCUMENTS = "database/", "documents/"
DATABASE_PIECE = 8 * 1024 * 1024
PIECE = 1024 * 1024
MANIFEST_BYTES = 64 * 1024 * 1024
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*(/[A-Za-z0-9_][A-Za-z0-9_.\-]*)*")
"""What the portal calls its documents; nothing else is ever written to a storage."""


@dataclass
class Manifest:
    """What a set holds. `members` are (name, bytes, SHA-256) in their order.

    `migrations` is the newest of each app; `gone` names documents that were erased on purpose between the snapshot and
    their copy, or before; `missing` names documents that should have been there.
    """

    made_at: str
    portal: str
    database: str
    migrations: dict[str, str]
    audit_head: str
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    members: list[tuple[str, int, str]] = field(default_factory=list)
    format: int = FORMAT


class Writer:
    """Writes the members of one set into a stream and remembers their hashes."""

    def __init__(self, stream: BinaryIO, manifest: Manifest) -> None:
        """Begin the set."""
        self._tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 (`finish` closes it)
        self._manifest = manifest

    def database(self, pieces: Iterable[bytes]) -> None:
        """Add the database, in members of eight megabytes: its size is not known beforehand."""
        buffer, number = bytearray(), 0
        for piece in pieces:
            buffer += piece
            while len(buffer) >= DATABASE_PIECE:
                self._add(f"{DATABASE}{number:06}", bytes(buffer[:DATABASE_PIECE]))
                del buffer[:DATABASE_PIECE]
                number += 1
        self._add(f"{DATABASE}{number:06}", bytes(buffer))

    def document(self, name: str, size: int, pieces: Iterable[bytes]) -> str:
        """Add a document and return its SHA-256. Raises BackupError if it is not as long as `size`, or wrongly named."""
        if not SAFE_NAME.fullmatch(name):
            message = f"The document {name!r} has a name that the portal does not give."
            raise BackupError(message)
        source = _Hashing(pieces)
        try:
            # Buffered: tarfile takes a short read for the end.
            self._tar.addfile(_info(DOCUMENTS + name, size), io.BufferedReader(source, PIECE))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            message = f"The document {name} cannot be read: {error}"
            raise BackupError(message) from error
        self._manifest.members.append((DOCUMENTS + name, size, source.hexdigest()))
        return source.hexdigest()

    def finish(self) -> None:
        """Write the manifest, without which a set is none."""
        data = json.dumps(asdict(self._manifest), indent=1).encode()
        self._tar.addfile(_info(MANIFEST, len(data)), io.BytesIO(data))
        self._tar.close()

    def _add(self, name: str, data: bytes) -> None:
        self._tar.addfile(_info(name, len(data)), io.BytesIO(data))
        self._manifest.members.append((name, len(data), hashlib.sha256(data).hexdigest()))


def read(path: Path, keys: list[Any]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield (name, content in pieces) of each member; the content must be read before the next one.

    Raises BackupError for a wrong key, for a damaged or shortened file, and for names that no set has.
    """
    try:
        with path.open("rb") as file, crypt.decrypting(file, keys) as stream:
            try:
                with tarfile.open(fileobj=stream, mode="r|") as tar:
                    for member in tar:
                        _refuse_strange(member)
                        yield member.name, _pieces(tar, member)
                while stream.read(PIECE):
                    pass  # to the very end, which is authenticated, too
            except tarfile.TarError as error:
                raise BackupError(crypt.DAMAGED) from error
    except OSError as error:
        message = f"The backup {path} cannot be read: {error.strerror or error}."
        raise BackupError(message) from error


def _pieces(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    source = tar.extractfile(member)
    assert source
    try:
        while piece := source.read(PIECE):
            yield piece
    except tarfile.TarError as error:
        raise BackupError(crypt.DAMAGED) from error


def verified(path: Path, keys: list[Any]) -> Manifest:
    """Read a set to its end, compare every member with the manifest and return that. Raises BackupError."""
    members: list[tuple[str, int, str]] = []
    text: bytes | None = None
    for name, pieces in read(path, keys):
        if text is not None:
            message = "The backup is damaged: something follows its manifest."
            raise BackupError(message)
        if name == MANIFEST:
            text = b"".join(pieces)
            continue
        source = _Hashing(pieces)
        while source.read(PIECE):
            pass
        members.append((name, source.size, source.hexdigest()))
    if text is None:
        message = "The backup is not complete: its manifest is missing, so it was not made to its end."
        raise BackupError(message)
    manifest = _manifest(text)
    if manifest.members != members:
        message = "The backup is damaged: its content is not what its manifest says."
        raise BackupError(message)
    return manifest


def _manifest(text: bytes) -> Manifest:
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            message = f"This backup has the format {values['format']}; this portal reads format {FORMAT}."
            raise BackupError(message)
        values["members"] = [tuple(member) for member in values["members"]]
        return Manifest(**values)
    except (ValueError, KeyError, TypeError) as error:
        message = "The backup is damaged: its manifest cannot be read."
        raise BackupError(message) from error


def _refuse_strange(member: tarfile.TarInfo) -> None:
    known = member.name == MANIFEST or member.name.startswith((DATABASE, DOCUMENTS))
    if not (member.isfile() and known and SAFE_NAME.fullmatch(member.name)):
        message = f"The backup holds something that no set has: {member.name!r}."
        raise BackupError(message)
    if member.name == MANIFEST and member.size > MANIFEST_BYTES:
        message = "The backup is damaged: its manifest is too large."
        raise BackupError(message)


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    return info


class _Hashing(io.RawIOBase):
    """A file over pieces of bytes that hashes what is read from it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Read from these pieces."""
        self._pieces = iter(pieces)
        self._buffer = b""
        self._digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, target: Any) -> int:
        """Fill `target` as far as one piece goes."""
        if not self._buffer:
            self._buffer = next(self._pieces, b"")
        count = min(len(target), len(self._buffer))
        target[:count] = self._buffer[:count]
        self._digest.update(self._buffer[:count])
        self.size += count
        self._buffer = self._buffer[count:]
        return count

    def hexdigest(self) -> str:
        """Return the SHA-256 of all that was read."""
        return self._digest.hexdigest()
