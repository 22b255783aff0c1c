"""A real SMTP server in a thread that says what a test wants it to say, at the step at which it wants it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import AnyStr

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "DROP"
"""As an answer: close the connection without a word."""

STEPS = ("CONNECT", "MAIL", "RCPT", "DATA", "TEXT")
"""Where the server can be told what to answer: greeting, sender, recipient, the command DATA, the text itself."""


@dataclass(frozen=True)
class Slow:
    """As an answer: wait so many seconds first."""

    seconds: float
    then: str = ""


@dataclass(frozen=True)
class After:
    """As an answer: do something first, in a thread of its own."""

    action: Callable[[], object]
    then: str = ""


Step = str | Slow | After


@dataclass(frozen=True)
class Received:
    """A message that the server took over (it said 250), with its envelope."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        """Return the plain text of the message."""
        body = self.message.get_body(("plain",))
        assert body
        return str(body.get_content())


class SmtpServer:
    """What the server shall say, and what it took over."""

    def __init__(self) -> None:
        """Say yes to everything."""
        self.received: list[Received] = []
        self.connections = 0
        self._next: dict[str, list[Step]] = defaultdict(list)

    def will(self, step: str, *answers: Step) -> None:
        """Say these answers at this step, one after the other; afterwards yes again."""
        assert step in STEPS
        self._next[step] += answers

    async def answer(self, step: str) -> str:
        """Return what to say now; nothing stands for yes."""
        answer = self._next[step].pop(0) if self._next[step] else ""
        if isinstance(answer, Slow):
            await asyncio.sleep(answer.seconds)
            return answer.then
        if isinstance(answer, After):
            await asyncio.to_thread(answer.action)
            return answer.then
        return answer


class _Protocol(SMTP):
    """The protocol with a say at the greeting and at the command DATA."""

    def __init__(self, server: SmtpServer, **options: object) -> None:
        super().__init__(_Handler(server), **options)  # type: ignore[arg-type]
        self._told = server
        self._greeted = False

    async def push(self, status: AnyStr) -> None:
        if not self._greeted:
            self._greeted = True
            self._told.connections += 1
            greeting = await self._told.answer("CONNECT")
            if greeting:
                await self.push(greeting)
                return
        if status == DROP:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()
            return
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  (the library's name)
        answer = await self._told.answer("DATA")
        if answer:
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)


class _Handler:
    """The answers to sender, recipient and text."""

    def __init__(self, server: SmtpServer) -> None:
        self._told = server

    async def handle_MAIL(  # noqa: N802  (the library's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._told.answer("MAIL")
        if _is_yes(answer):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802  (the library's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = await self._told.answer("RCPT")
        if _is_yes(answer):
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._told.answer("TEXT")
        if _is_yes(answer):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self._told.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return answer or "250 taken over"


def _is_yes(answer: str) -> bool:
    return not answer or answer.startswith("2")


class _Controller(Controller):
    def __init__(self, server: SmtpServer, port: int) -> None:
        self._told = server
        super().__init__(_Handler(server), hostname="127.0.0.1", port=port)

    def factory(self) -> SMTP:
        return _Protocol(self._told, **self.SMTP_kwargs)


@contextmanager
def listening(port: int) -> Iterator[SmtpServer]:
    """Run a server on this port of the local host."""
    server = SmtpServer()
    controller = _Controller(server, port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
