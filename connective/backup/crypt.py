"""Encryption with age (age-encryption.org, version 1), streamed; `age --decrypt` reads the same files without the portal.

Only public keys are needed to encrypt, so a server that is broken into gives away no earlier backup. Every 64 KiB are
authenticated, and so is the end: changed or shortened files are noticed.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import pyrage

from connective.backup.errors import BackupError

DAMAGED = "The backup is damaged: it was changed or cut off."


def new_identity() -> tuple[str, str]:
    """Return a new pair: the private key (AGE-SECRET-KEY-1...) and the public one (age1...)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipients(keys: Sequence[str]) -> list[Any]:
    """Return the public keys to encrypt for. Raises BackupError for none, or one that is none."""
    if not keys:
        message = "BACKUP_RECIPIENTS names no public key; `manage.py backup_key FILE` makes a pair."
        raise BackupError(message)
    try:
        return [pyrage.x25519.Recipient.from_str(key.strip()) for key in keys]
    except pyrage.RecipientError as error:
        message = "BACKUP_RECIPIENTS must be public keys of age: age1..., with commas between."
        raise BackupError(message) from error


def identities(path: Path) -> list[Any]:
    """Return the private keys in a file as `manage.py backup_key` and `age-keygen` write it. Raises BackupError."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        message = f"The key file {path} cannot be read: {error.strerror}."
        raise BackupError(message) from error
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        message = f"{path} holds no private key of age (AGE-SECRET-KEY-1...)."
        raise BackupError(message) from error
    if not found:
        message = f"{path} holds no private key of age (AGE-SECRET-KEY-1...)."
        raise BackupError(message)
    return found


@contextmanager
def encrypting(target: BinaryIO, keys: list[Any]) -> Iterator[BinaryIO]:
    """Give a file whose content reaches `target` encrypted. Raises BackupError if `target` cannot be written."""
    with _piped(lambda source: pyrage.encrypt_io(source, target, keys), write=True) as sink:
        yield sink


@contextmanager
def decrypting(source: BinaryIO, keys: list[Any]) -> Iterator[BinaryIO]:
    """Give the decrypted content of `source`. Raises BackupError for a wrong key or a file that was changed."""
    with _piped(lambda sink: pyrage.decrypt_io(source, sink, keys), write=False) as content:
        yield content


@contextmanager
def _piped(work: Callable[[BinaryIO], None], *, write: bool) -> Iterator[BinaryIO]:
    """Run `work` in a thread on the one end of a pipe and give the other end; its failure counts more than ours."""
    read_end, write_end = os.pipe()
    theirs, ours = (read_end, write_end) if write else (write_end, read_end)
    failures: list[Exception] = []

    def run() -> None:
        try:
            with os.fdopen(theirs, "rb" if write else "wb") as end:
                work(end)
        except Exception as error:  # noqa: BLE001 (told to the other thread, below)
            failures.append(error)

    thread = Thread(target=run, name="age", daemon=True)
    thread.start()
    try:
        with os.fdopen(ours, "wb" if write else "rb") as end:
            yield end
    except BackupError:
        thread.join()
        _explain(failures)
        raise
    except BrokenPipeError:
        thread.join()
        _explain(failures)
        raise
    thread.join()
    _explain(failures)


def _explain(failures: list[Exception]) -> None:
    """Raise the failure of the other thread, if it has one of its own, as a sentence."""
    if not failures or isinstance(failures[0], BrokenPipeError):
        return
    failure = failures[0]
    text = str(failure)
    if "No matching keys" in text:
        message = "This key does not open the backup: it was encrypted for other keys."
    elif isinstance(failure, pyrage.DecryptError):
        message = "This file is no backup, or its beginning is damaged."
    elif isinstance(failure, OSError) and failure.errno is None:  # of the library, not of the operating system
        message = DAMAGED
    else:
        message = f"The backup could not be read or written: {failure}"
    raise BackupError(message) from failure
