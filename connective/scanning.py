"""Asking the virus scanner of the house (ClamAV's clamd, `CLAMAV_URL`) about a file that somebody has sent.

The whole conversation is one command and one answer (clamd(8), INSTREAM). It never takes longer than `SECONDS`, since a
person waits for it; who asks does so outside of transactions. A scanner that does not answer is an answer of its own.
"""

import logging
import socket
import struct
import time
from enum import Enum

from django.conf import settings

logger = logging.getLogger(__name__)

SECONDS = 10.0
"""How long a file may take, connecting, sending and waiting together."""

CONNECT_SECONDS = 2.0
"""How long the scanner may take to be there at all."""

ANSWER_BYTES = 4096
"""An answer is one short line; more is none of a scanner."""


class Verdict(Enum):
    """What the scanner says of a file."""

    CLEAN = "nothing was found, or there is no scanner"
    INFECTED = "malware was found"
    UNKNOWN = "the scanner did not answer, or not in time"


def examine(data: bytes) -> Verdict:
    """Ask the scanner about a file. Writes down what was found, and never whose file it is or how it is called."""
    if settings.CLAMAV_ADDRESS is None:
        return Verdict.CLEAN
    answer = _answer(b"zINSTREAM\0" + struct.pack("!L", len(data)) + data + struct.pack("!L", 0), SECONDS)
    if answer == "stream: OK":
        return Verdict.CLEAN
    if answer.endswith(" FOUND"):
        logger.warning("The scanner found malware in an uploaded file (%s)", answer)
        return Verdict.INFECTED
    logger.error("The scanner did not examine a file: %s", answer or "no answer")
    return Verdict.UNKNOWN


def is_there() -> bool | None:
    """Say whether the scanner answers; None where none is connected."""
    return None if settings.CLAMAV_ADDRESS is None else _answer(b"zPING\0", CONNECT_SECONDS) == "PONG"


def _answer(command: bytes, seconds: float) -> str:
    """Return the scanner's answer to a command, or nothing if it does not give one in time."""
    until = time.monotonic() + seconds
    try:
        with _connected() as link:
            # Of `sendall` the time-out is that of all its parts together, of `recv` that of one.
            link.settimeout(_left(until))
            link.sendall(command)
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < ANSWER_BYTES:
                link.settimeout(_left(until))
                part = link.recv(ANSWER_BYTES)
                if not part:
                    break
                answer += part
    except OSError as error:
        logger.warning("The scanner does not answer (%s)", type(error).__name__)
        return ""
    return answer.rstrip(b"\0").decode("utf-8", "replace")


def _connected() -> socket.socket:
    """Connect to the scanner. Raises OSError."""
    address = settings.CLAMAV_ADDRESS
    assert address is not None
    if not isinstance(address, str):
        return socket.create_connection(address, CONNECT_SECONDS)
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(CONNECT_SECONDS)
    try:
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link


def _left(until: float) -> float:
    """Return the seconds until then. Raises TimeoutError when they are over."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
