"""Log lines that belong together and hold nothing of people."""

import json
import logging
import sys

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from connective import urls as portal_urls
from connective.observe import log_lines
from connective.observe.requests import RequestIdFilter, current_id
from tests.servers.celery_process import CeleryProcess

MARKER = "geheim-7c1f"


@pytest.mark.django_db
def test_an_answer_carries_the_id_that_the_proxy_gave(client: Client) -> None:
    assert client.get("/", headers={"X-Request-ID": "abcdef123456"})["X-Request-ID"] == "abcdef123456"


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "kurz", "a b c d e f g h", "x" * 65, "<script>alert(1)</script>"])
def test_what_is_no_id_is_not_taken_over(client: Client, given: str) -> None:
    made = client.get("/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert made != given
    assert len(made) == 32


@pytest.mark.django_db
def test_a_line_names_the_route_and_never_what_was_typed(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get(f"/kommunen/?q={MARKER}", headers={"User-Agent": MARKER, "Referer": f"http://localhost/{MARKER}"})
        client.post("/konto/anmelden/", {"email": f"{MARKER}@example.org"})
        client.post("/beleg/", {"reference": MARKER, "sha256": MARKER})
        client.get(f"/{MARKER}/")
    lines = [record.getMessage() for record in caplog.records if record.name == "connective.requests"]
    assert [line.split(" in ")[0] for line in lines] == [
        "GET submissions:municipalities 200",
        "POST account_login 302",
        "POST submissions:verify 200",
        "GET unknown 404",
    ]
    formatter = log_lines.Json()
    shown = [
        formatter.format(record)
        for record in caplog.records
        if logging.getLogger(record.name).isEnabledFor(record.levelno)
    ]
    ours = [line for line in shown if json.loads(line)["logger"] != "django.request"]
    assert MARKER not in "\n".join(ours)


def _breaks(_request: HttpRequest, typed: str) -> HttpResponse:
    return HttpResponse(str(len(typed) / 0))


urlpatterns = [path("bricht/<str:typed>/", _breaks, name="breaks"), *portal_urls.urlpatterns]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_what_failed_stands_in_the_log_with_its_place_and_without_the_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    assert client.get(f"/bricht/{MARKER}/").status_code == 500
    (failed,) = (
        log_lines.Json().format(record)
        for record in caplog.records
        if record.levelname == "ERROR" and record.name == "connective.requests"
    )
    assert "GET breaks failed" in failed
    assert "_breaks" in failed
    assert "ZeroDivisionError" in failed
    assert MARKER not in failed


def _fails() -> None:
    try:
        typed: dict[str, str] = {}
        typed[MARKER]
    except KeyError as error:
        message = f"{MARKER}@example.org"
        raise ValueError(message) from error


def _record_of_an_error() -> logging.LogRecord:
    logger = logging.getLogger("test")
    try:
        _fails()
    except ValueError:
        return logger.makeRecord("test", logging.ERROR, __file__, 1, "It failed", (), sys.exc_info())
    raise AssertionError


@pytest.mark.parametrize("formatter", [log_lines.Line(), log_lines.Json()])
def test_an_exception_is_shown_by_kind_and_place_without_its_words(formatter: logging.Formatter) -> None:
    record = _record_of_an_error()
    RequestIdFilter().filter(record)
    shown = formatter.format(record)
    assert MARKER not in shown
    assert "builtins.KeyError" in shown
    assert "builtins.ValueError" in shown
    assert "test_requests.py" in shown


@pytest.mark.django_db(transaction=True)
def test_the_id_travels_with_the_task(client: Client, celery_worker: CeleryProcess) -> None:
    response = client.post(
        "/konto/anmelden/", {"email": "antrag@example.org"}, headers={"X-Request-ID": "feed-0123-beef"}
    )
    assert response.status_code == 302
    celery_worker.finish()
    assert "[feed-0123-beef]" in celery_worker.log.read_text()
    assert current_id() == ""
