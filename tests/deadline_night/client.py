"""A browser as far as a server can see it: one person, one connection kept open, cookies, and what they clicked."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

CSRF = "c" * 32
"""Cookie and header carry the same token, as a page's script sends it."""

IDLE_SECONDS = 1
"""The server lets a connection go that says nothing for two seconds; a browser notices and opens another one."""

ANSWER_SECONDS = 60
"""Longer than that no browser's user waits."""


@dataclass(frozen=True)
class Answer:
    """What came back; `status` 0 stands for a connection that broke before an answer."""

    status: int
    location: str
    body: str
    retry_after: int = 0
    """Seconds."""


@dataclass
class Record:
    """How long each kind of request took (seconds), and how many were answered how."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, kind: str, status: int, seconds: float) -> None:
        """Note an answer; only served ones count as times."""
        self.answers[kind, status] += 1
        if 0 < status < 500:
            self.times[kind].append(seconds)


class Browser:
    """One person's browser; broken connections are opened again by the next request."""

    def __init__(self, port: int, session: str, record: Record) -> None:
        """Talk to the portal at this port with a session that is signed in."""
        self._port, self._record = port, record
        self._cookie = f"sessionid={session}; csrftoken={CSRF}"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._used_at = 0.0

    async def get(self, kind: str, path: str) -> Answer:
        """Fetch a page."""
        return await self._request(kind, "GET", path, b"", {})

    async def post(self, kind: str, path: str, data: dict[str, str], *, by_itself: bool = False) -> Answer:
        """Send a form, as a script (`by_itself`) or as a click."""
        body = urlencode(data).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._request(
            kind, "POST", path, body, headers | ({"Accept": "application/json"} if by_itself else {})
        )

    async def _request(self, kind: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        begun = time.perf_counter()
        try:
            answer = await asyncio.wait_for(self._exchange(method, path, body, headers), ANSWER_SECONDS)
        except (TimeoutError, OSError, EOFError, ValueError, IndexError):
            self.close()
            answer = Answer(0, "", "")
        self._record.add(kind, answer.status, time.perf_counter() - begun)
        return answer

    async def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader
        sent = {
            "Host": f"localhost:{self._port}",
            "Cookie": self._cookie,
            "X-CSRFToken": CSRF,
            "Content-Length": str(len(body)),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self._writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await self._writer.drain()
        answer = await self._read(self._reader)
        self._used_at = time.monotonic()
        return answer

    async def _read(self, reader: asyncio.StreamReader) -> Answer:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines[1:])}
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int((await reader.readline()).strip() or b"0", 16):
                body += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(
            int(lines[0].split()[1]),
            headers.get("location", ""),
            body.decode("utf-8", "replace"),
            int(headers.get("retry-after", "0")),
        )

    def close(self) -> None:
        """Let the connection go."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
