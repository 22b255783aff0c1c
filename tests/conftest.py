"""The test foundation: real PostgreSQL or SQLite, real Valkey, a real Celery worker, a real browser.

`python -m pytest tests/...` starts embedded servers by itself; `make test` starts them once for all runs.
"""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import environment

environment.prepare()

import hypothesis  # noqa: E402 (Django has to be set up first)
import redis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone, translation  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Page  # noqa: E402
from pytest_django import DjangoDbBlocker, Settings  # noqa: E402
from pytest_django.live_server_helper import LiveServer  # noqa: E402

from tests.servers import celery_process, chromium, clamd, frozen_rows  # noqa: E402
from tests.servers.celery_process import CeleryProcess  # noqa: E402
from tests.servers.clamd import Scanner  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent

ONCE = {"accounts", "admin", "hostile", "observe", "views"}
"""Folders of tests of requests, which are not run again on the other database (but for those with transactions of their own):
there the matrix of routes opens every page for four roles."""

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "one_transaction"}

# How long an example takes says more of the machine than of the portal.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the selection for the second run on the other database."""
    parser.addoption(
        "--database-only", action="store_true", help="only tests of the database, and the matrix of routes"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name our marker."""
    config.addinivalue_line("markers", "e2e: uses a browser (marked by itself where `browser` or `page` is used)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark browser tests, and with `--database-only` leave out what the database does not matter to."""
    dropped = []
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"browser", "page", "context"}:
            item.add_marker("e2e")
        mark = item.get_closest_marker("django_db")
        is_once = ONCE.intersection(item.path.relative_to(ROOT / "tests").parts) and not (
            mark and mark.kwargs.get("transaction")
        )
        if not (mark or fixtures & DATABASE_FIXTURES) or item.get_closest_marker("e2e") or is_once:
            dropped.append(item)
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]


def pytest_collection_finish() -> None:
    """Leave all that was loaded out of the search for garbage, which else takes a twentieth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Keep the rows of the migrations through all transactional tests."""
    with django_db_blocker.unblock():
        rows = frozen_rows.read()
    with frozen_rows.kept(rows):
        yield


@pytest.fixture(scope="module")
def one_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database, for all tests of a module in one transaction that is taken back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Begin every test with an empty cache and queue; Celery's routing keys stay.

    No worker outlives its test, so what one had in hand when it was killed is waited for by nobody.
    """
    client = redis.Redis.from_url(settings.REDIS_URL)
    keys = [key for key in client.scan_iter(count=1000) if not key.startswith(b"_kombu.")]
    if keys:
        client.delete(*keys)
    client.close()


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """Begin every test in German and in Germany's time, whatever the one before has left active."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def celery_worker(transactional_db: None, _empty_redis: None, tmp_path: Path) -> Iterator[CeleryProcess]:
    """A running worker on the test's databases; `celery_worker.finish()` waits until it has done all tasks.

    It lives as long as the test: one that lived longer would do tasks of tests that expect none to be done.
    """
    with celery_process.started(tmp_path / "worker.log") as process:
        yield process
        process.finish()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    with chromium.started() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A fresh profile of the browser; addresses in tests may begin with a slash."""
    context = browser.new_context(base_url=live_server.url, locale="de-DE", timezone_id="Europe/Berlin")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of that profile. The test fails on script errors and on breaches of the content security policy."""
    failed_before = request.session.testsfailed
    page = context.new_page()
    complaints = chromium.complaints_of(page)
    yield page
    if request.session.testsfailed > failed_before:
        folder = ROOT / "test-results"
        folder.mkdir(exist_ok=True)
        page.screenshot(path=folder / f"{request.node.name[:100]}.png", full_page=True)
    assert not complaints, complaints


@pytest.fixture
def documents() -> Path:
    """The folder in which this test process keeps private documents."""
    return Path(os.environ["DOCUMENTS_DIR"])


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Scanner]:
    """A virus scanner where the settings look for one."""
    with clamd.listening() as server:
        settings.CLAMAV_ADDRESS = server.address
        yield server


@pytest.fixture
def query_count() -> Callable[[Callable[[], object]], int]:
    """A function that calls what it is given and returns the number of database queries that took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(action: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            action()
        return len(captured)

    return count
