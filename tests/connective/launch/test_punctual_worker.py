"""Who has sent a whole request in time is in time, however long it waits for a thread; who sends slowly gains nothing."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from connective import clock
from connective.launch.punctual_worker import is_whole
from connective.launch.valkey import free_port, wait_until

POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("there", "whole"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n", False),
        (POST + b"Content-Length: 4\r\n\r\na=bc", True),
        (POST + b"content-length:4\r\nAccept: */*\r\n\r\na=bc", True),
        (POST + b"Content-Length: 4\r\n\r\na=b", False),
        (POST + b"Content-Length: 0\r\n\r\n", True),
        (POST + b"Content-Length: 4\r\nContent-Length: 0\r\n\r\n", False),
        (POST + b"Content-Length : 4\r\n\r\n", False),
        (POST + b"X: y\nContent-Length: 4\r\n\r\n", False),
        (POST + b"Content-Length: +4\r\n\r\n", False),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", False),
        (POST + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", False),
        (POST + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", False),
        (b"", False),
    ],
)
def test_a_request_is_whole_only_if_nothing_can_be_missing(there: bytes, whole: bool) -> None:
    assert is_whole(there) is whole


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Return the port of a web server with one thread."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--threads=1", f"--bind=127.0.0.1:{port}", "--log-level=warning"]
    command += [
        "--worker-class=connective.launch.punctual_worker.PunctualWorker",
        "tests.connective.launch.stamp_app:app",
    ]
    server = subprocess.Popen(command)
    try:
        assert wait_until(lambda: _answers(port), 20)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _asked(visitor: socket.socket) -> None:
    """Send a whole request, as a proxy does that has read it first."""
    visitor.sendall(POST + b"Content-Length: 6\r\n\r\nseal=1")


def _said(visitor: socket.socket) -> datetime:
    answer = http.client.HTTPResponse(visitor)
    answer.begin()
    return datetime.fromisoformat(answer.read().decode())


def _busy(port: int) -> socket.socket:
    """Take the only thread: it waits for the rest of this body."""
    busy = socket.create_connection(("127.0.0.1", port))
    busy.sendall(POST + b"Connection: close\r\nContent-Length: 4\r\n\r\na=")
    time.sleep(0.5)
    return busy


@pytest.mark.parametrize("kept_alive", [False, True])
def test_a_whole_request_that_waits_for_a_thread_counts_from_when_it_came(port: int, kept_alive: bool) -> None:
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        if kept_alive:
            _asked(visitor)
            _said(visitor)
        time.sleep(0.2)  # the connection is there before its request
        with _busy(port) as busy:
            sent = clock.now()
            _asked(visitor)
            time.sleep(0.7)
            served = clock.now()
            busy.sendall(b"bc")
            slow = _said(busy)
        assert sent <= _said(visitor) < served
    assert slow >= served


def test_what_came_of_the_next_request_with_the_one_before_counts_for_nothing(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        first = POST + b"Content-Length: 1\r\n\r\na"
        # The beginning of the second is read with the first; its rest looks like a whole request of its own.
        visitor.sendall(first + POST + b"Connection: close\r\nContent-Length: 60\r\n\r\n")
        time.sleep(0.5)
        rest = (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + b"x" * 60)[:60]
        visitor.sendall(rest[:40])
        time.sleep(0.5)
        late = clock.now()
        visitor.sendall(rest[40:])
        answers = visitor.makefile("rb").read().decode()
    assert datetime.fromisoformat(answers.rsplit("\r\n", 1)[1]) >= late
