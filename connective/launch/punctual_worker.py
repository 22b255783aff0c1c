"""A web worker that notes when a request has come in whole, also while all its threads are busy with others.

On the night of a deadline requests wait for a thread. What counts is when the server had received them
(`connective.receiving`), not when somebody had time to look. So the loop that watches the connections looks into the socket
as soon as there is something to read, without taking it out: if the whole request lies there, that is the moment. In
any other case (a large body, one that comes slowly or without a length) the thread that reads it to the end says when.
"""

import re
import socket
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT, ThreadWorker

from connective import clock
from connective.receiving import came_in_whole

LOOKED_AT = 256 * 1024
"""Bytes; a longer request is not looked for. What the system keeps of an unread connection is usually less."""

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)
_HEADER_OF_LENGTH = re.compile(rb"content-length|transfer-encoding|expect:", re.IGNORECASE)


class PunctualWorker(ThreadWorker):
    """Gunicorn's worker with threads; `conn` is its connection."""

    def enqueue_req(self, conn: Any) -> None:
        """Note the moment and give the request to a thread; a connection without a word waits without one."""
        there = _unread(conn)
        if not conn.initialized and not conn.data_ready and there == b"":
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + DEFAULT_WORKER_DATA_TIMEOUT + self.cfg.keepalive
            self.pending_conns.append(conn)
            self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
            return
        conn.came_in_whole = clock.now() if there and is_whole(there) else None
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Serve one request, in a thread that knows when it came."""
        token = came_in_whole.set(conn.came_in_whole)
        try:
            return super().handle(conn)
        finally:
            came_in_whole.reset(token)


def _unread(conn: Any) -> bytes | None:
    """Return what has come and is not read yet; None if that is not the beginning of a request, or nobody can say."""
    if conn.parser is not None and conn.parser.unreader.buf.getvalue():
        return None
    try:
        conn.sock.setblocking(False)
        return conn.sock.recv(LOOKED_AT, socket.MSG_PEEK) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None


def is_whole(there: bytes) -> bool:
    """Say whether these bytes hold all of a request (RFC 9112); in doubt they do not."""
    head, end, body = there.partition(b"\r\n\r\n")
    lengths = _LENGTH.findall(head + b"\r\n")
    if not end or len(lengths) != len(_HEADER_OF_LENGTH.findall(head)) or len(lengths) > 1:
        return False
    return not lengths or len(body) >= int(lengths[0])
