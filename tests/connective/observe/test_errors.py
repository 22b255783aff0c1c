"""Reports of errors hold no people, whatever the error says."""

import gzip
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import brotli
import pytest
import sentry_sdk
from django.test import Client

from connective.observe import errors

MARKER = "geheim-7c1f"


@contextmanager
def _collector() -> Iterator[tuple[int, list[str]]]:
    """Run a server that takes reports; yield its port and what it got."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(
                self.headers.get("Content-Encoding", ""), bytes
            )
            got.append(unpack(body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()


@pytest.mark.django_db
def test_a_report_names_kind_and_place_and_nothing_that_was_typed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        message = f"{MARKER}@example.org"
        raise ValueError(message)

    client.raise_request_exception = False
    with _collector() as (port, got):
        errors.start(f"http://key@127.0.0.1:{port}/1")
        try:
            monkeypatch.setattr("submissions.views.municipalities.suggest", fails)
            response = client.get(f"/kommunen/?q={MARKER}", headers={"Cookie": f"sessionid={MARKER}"})
            logging.getLogger("test").error("A thing %s failed", MARKER)
            sentry_sdk.flush(5)
        finally:
            errors.start("")
    assert response.status_code == 500
    reports = "\n".join(got)
    assert "ValueError" in reports
    assert "A thing %s failed" in reports
    assert MARKER not in reports
    assert "example.org" not in reports
