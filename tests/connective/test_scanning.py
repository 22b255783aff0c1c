"""The conversation with the virus scanner: what it says counts, and nobody waits for it for long."""

import logging
import socket
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from connective import clock, scanning
from connective.environment import Environment, scanner_address
from connective.launch.valkey import free_port
from connective.observe import metrics
from connective.observe.warnings import warnings
from connective.scanning import Verdict, examine
from tests.servers import clamd
from tests.servers.clamd import EICAR, Scanner


def test_without_a_scanner_nothing_is_asked() -> None:
    assert examine(EICAR) is Verdict.CLEAN
    assert scanning.is_there() is None


def test_the_scanner_sees_the_whole_file_and_what_it_finds_counts(scanner: Scanner) -> None:
    large = b"%PDF-" + bytes(5 * 1024 * 1024)
    assert [examine(data) for data in (large, b"", b"%PDF-" + EICAR)] == [
        Verdict.CLEAN,
        Verdict.CLEAN,
        Verdict.INFECTED,
    ]
    assert scanner.examined == [large, b"", b"%PDF-" + EICAR]
    assert scanning.is_there() is True


def test_a_socket_of_the_file_system_is_spoken_to_in_the_same_way(tmp_path: Path, settings: Settings) -> None:
    with clamd.listening(tmp_path / "clamd.ctl") as server:
        settings.CLAMAV_ADDRESS = server.address
        assert (examine(EICAR), scanning.is_there()) == (Verdict.INFECTED, True)
    assert (examine(EICAR), scanning.is_there()) == (Verdict.UNKNOWN, False)


@pytest.mark.parametrize(
    "words",
    ["", "...", "stream: OK...FOUND...", "stream: Can't allocate memory ERROR", "HTTP/1.1 200 OK", "x" * 100_000],
)
def test_an_answer_that_says_neither_leaves_it_unknown(scanner: Scanner, words: str) -> None:
    scanner.says = words
    assert examine(EICAR) is Verdict.UNKNOWN
    assert scanning.is_there() is False


def test_a_file_over_the_limit_of_the_scanner_is_unknown(scanner: Scanner) -> None:
    assert examine(bytes(clamd.LARGEST + 1)) is Verdict.UNKNOWN
    assert scanner.examined == []


def test_nobody_waits_longer_than_the_time_out_for_a_silent_scanner(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    scanner.is_silent = True
    began = time.monotonic()
    assert examine(b"%PDF-") is Verdict.UNKNOWN
    assert 0.3 <= time.monotonic() - began < 3


def test_nor_for_one_that_takes_nothing_or_does_not_listen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as full:
        settings.CLAMAV_ADDRESS = full.getsockname()
        began = time.monotonic()
        assert examine(bytes(5 * 1024 * 1024)) is Verdict.UNKNOWN
    settings.CLAMAV_ADDRESS = ("127.0.0.1", free_port())
    assert examine(b"%PDF-") is Verdict.UNKNOWN
    assert time.monotonic() - began < 3


@pytest.mark.django_db
def test_the_office_and_the_monitor_are_told_of_a_scanner_that_does_not_answer(settings: Settings) -> None:
    metrics.beat()
    assert b"portal_scanner_up" not in metrics.page()
    with clamd.listening() as server:
        settings.CLAMAV_ADDRESS = server.address
        assert not [text for text in warnings(clock.now()) if "Virenscanner" in text]
        assert b"portal_scanner_up 1.0" in metrics.page()
    assert [text for text in warnings(clock.now()) if text.startswith("Der Virenscanner antwortet nicht.")]
    assert b"portal_scanner_up 0.0" in metrics.page()


def test_the_log_says_what_was_found_and_that_nobody_looked(scanner: Scanner, caplog: pytest.LogCaptureFixture) -> None:
    examine(EICAR)
    scanner.says = "stream: Time limit reached ERROR"
    examine(EICAR)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "The scanner found malware in an uploaded file (stream: Eicar-Test-Signature FOUND)"),
        (logging.ERROR, "The scanner did not examine a file: stream: Time limit reached ERROR"),
    ]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", None),
        ("tcp://clamav:3311", ("clamav", 3311)),
        ("tcp://clamav", ("clamav", 3310)),
        ("tcp://[::1]:3310/", ("::1", 3310)),
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_the_address_of_a_scanner_is_understood(url: str, address: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAMAV_URL", url)
    assert scanner_address(Environment()) == address


@pytest.mark.parametrize(
    "url", ["clamav:3310", "http://clamav:3310", "tcp://", "tcp://clamav:port", "tcp://a/b", "unix://run/clamd.ctl"]
)
def test_an_address_that_is_none_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAMAV_URL", url)
    with pytest.raises(ImproperlyConfigured, match="CLAMAV_URL must look like"):
        scanner_address(Environment())
