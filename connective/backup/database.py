"""The database as a stream of bytes, through its own tools: pg_dump and pg_restore, or SQLite's backup interface."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from connective.accounts.models import User
from connective.audit.models import Entry
from connective.backup.errors import BackupError

PIECE = 4 * 1024 * 1024
LOCK_SECONDS = 10
NOT_LIBPQ = {"client_encoding", "context", "cursor_factory", "prepare_threshold"}
"""What Django gives psycopg besides the parameters that PostgreSQL's own tools know."""


@contextmanager
def snapshot() -> Iterator[str]:
    """Hold one state of the database: what is read inside the block and what `dump` writes belong together.

    PostgreSQL exports the snapshot of a transaction, nobody waits. On SQLite the transaction is the only writer, so
    others wait for the few moments that the copy takes.
    """
    with transaction.atomic():
        if connection.vendor == "sqlite":
            yield ""
            return
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            name = str(cursor.fetchone()[0])
        yield name


def dump(snapshot_name: str) -> Iterator[bytes]:
    """Yield the database as it is in the snapshot, piece by piece. Raises BackupError."""
    if connection.vendor == "sqlite":
        yield from _dump_sqlite()
        return
    command, environment = _command("pg_dump")
    command += ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot_name}"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 (from constants and settings)
            command, env=environment, stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdout
        try:
            while piece := process.stdout.read(PIECE):
                yield piece
        finally:
            process.stdout.close()
            code = process.wait()
        _refuse_failure("pg_dump", code, errors)


def load(pieces: Iterable[bytes]) -> None:
    """Put the dumped database in the place of the present one. Raises BackupError; then the database is empty."""
    if connection.vendor == "sqlite":
        _load_sqlite(pieces)
        return
    _clear_postgres()
    connection.close()
    command, environment = _command("pg_restore")
    command += ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 (from constants and settings)
            command, env=environment, stdin=subprocess.PIPE, stderr=errors
        )
        assert process.stdin
        try:
            for piece in pieces:
                process.stdin.write(piece)
        except BrokenPipeError:
            pass  # it has failed and says why, below
        finally:
            with _tolerating_broken_pipe():
                process.stdin.close()
            code = process.wait()
        _refuse_failure("pg_restore", code, errors)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def is_empty() -> bool:
    """Tell whether the database holds neither people nor acts: fresh, or with the tables alone."""
    tables = connection.introspection.table_names()
    return not any(model._base_manager.exists() for model in (User, Entry) if model._meta.db_table in tables)


def _dump_sqlite() -> Iterator[bytes]:
    """Copy through a connection of its own, since the one of Django holds the transaction."""
    with _beside("copy") as path:
        source, target = sqlite3.connect(_sqlite_path()), sqlite3.connect(path)
        try:
            source.backup(target)
        finally:
            source.close()
            target.close()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _load_sqlite(pieces: Iterable[bytes]) -> None:
    connection.close()
    with _beside("restored") as path:
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        source, target = sqlite3.connect(path), sqlite3.connect(_sqlite_path(), timeout=LOCK_SECONDS)
        try:
            source.backup(target)
        except sqlite3.Error as error:
            message = f"SQLite refused the copy: {error}. Is the portal still running?"
            raise BackupError(message) from error
        finally:
            source.close()
            target.close()


def _sqlite_path() -> str:
    return str(connection.settings_dict["NAME"])


@contextmanager
def _beside(purpose: str) -> Iterator[Path]:
    """Give the path of a file that only we can read, in the folder of the database, and remove it afterwards."""
    handle, name = tempfile.mkstemp(prefix=f".{purpose}-", suffix=".sqlite3", dir=Path(_sqlite_path()).parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(name + suffix).unlink(missing_ok=True)


def _clear_postgres() -> None:
    """Drop all tables, also those that the set does not know, so that nothing of the present state is left."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    except Exception as error:  # django.db's, all of them: wrapped so that the person reads what to do
        message = f"The present tables cannot be dropped ({error}). Stop web, worker and beat first."
        raise BackupError(message) from error


def _command(tool: str) -> tuple[list[str], dict[str, str]]:
    """Return the start of a command line and the environment, in which the password stands. Raises BackupError."""
    path = shutil.which(tool)
    if not path:
        message = f"{tool} is missing; install PostgreSQL's client of the server's version or newer."
        raise BackupError(message)
    parameters = {name: value for name, value in connection.get_connection_params().items() if name not in NOT_LIBPQ}
    password = parameters.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    return [path, f"--dbname={make_conninfo(**parameters)}"], environment


def _refuse_failure(tool: str, code: int, errors: Any) -> None:
    if code:
        errors.seek(0)
        message = f"{tool} failed: {errors.read().decode(errors='replace').strip()[-1500:]}"
        raise BackupError(message)


@contextmanager
def _tolerating_broken_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        return
