"""A server that speaks the protocol of ClamAV's clamd (PING and INSTREAM, with z-commands) and knows one piece of malware.

Debian's clamd would start a service on a developer's machine and needs signatures from elsewhere; that the client
understands the true one was seen by hand (docs/decisions/virus-scanner.md).
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BytesIO
from pathlib import Path

import pikepdf

# The test file of the European Institute for Computer Antivirus Research; in parts, so that no scanner finds this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LARGEST = 8 * 1024 * 1024
"""What it takes (StreamMaxLength); clamd's own limit is 100 MB."""


def infected() -> bytes:
    """Return a PDF in good order with the test file as the content of its page."""
    pdf, out = pikepdf.Pdf.new(), BytesIO()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(EICAR)
    pdf.save(out, compress_streams=False)
    return out.getvalue()


class Scanner:
    """What the scanner was given, and what it does instead of its work."""

    def __init__(self, address: str | tuple[str, int]) -> None:
        """Do its work."""
        self.address = address
        self.examined: list[bytes] = []
        self.says: str | None = None
        """As an answer to everything, without the null byte if it ends with "..."."""
        self.is_silent = False
        self.stopped = threading.Event()


class _Handler(socketserver.StreamRequestHandler):
    """One command of one client."""

    told: Scanner

    def handle(self) -> None:
        """Take a command and answer it."""
        command = _up_to_null(self.rfile)
        answer = self._examine() if command == b"zINSTREAM" else "PONG" if command == b"zPING" else "UNKNOWN COMMAND"
        if self.told.is_silent:
            self.told.stopped.wait(30)
            return
        if self.told.says is not None:
            answer = self.told.says
        self.wfile.write(answer.removesuffix("...").encode() + (b"" if answer.endswith("...") else b"\0"))

    def _examine(self) -> str:
        data = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            if len(data) + size > LARGEST:
                return "INSTREAM size limit exceeded. ERROR"
            data += self.rfile.read(size)
        self.told.examined.append(data)
        return "stream: Eicar-Test-Signature FOUND" if EICAR in data else "stream: OK"


def _up_to_null(stream: BufferedIOBase) -> bytes:
    word = b""
    while (byte := stream.read(1)) not in {b"\0", b""}:
        word += byte
    return word


@contextmanager
def listening(path: Path | None = None) -> Iterator[Scanner]:
    """Run a scanner on a free port of the local host, or on a socket of the file system."""
    handler = type("Handler", (_Handler,), {})
    server = (
        socketserver.ThreadingUnixStreamServer(str(path), handler)
        if path
        else socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    )
    server.daemon_threads = True
    scanner = Scanner(str(path) if path else server.server_address)  # type: ignore[arg-type]
    handler.told = scanner  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield scanner
    finally:
        scanner.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
