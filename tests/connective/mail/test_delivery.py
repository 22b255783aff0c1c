"""Delivering to a real mail server that answers as it likes."""

import errno
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from pytest_django import Settings

from connective import clock
from connective.demo.mailbox import newest_mails
from connective.mail import delivery, transport
from connective.mail.delivery import deliver, due, pause
from connective.mail.models import Message
from connective.mail.queue import Attachment
from connective.mail.sweeping import expire, sweep
from connective.mail.transport import Outcome
from tests.smtp import DROP, After, Slow, SmtpServer

Write = Callable[..., Message]


def _now(message: Message) -> Message:
    message.refresh_from_db()
    return message


def _taken_from_attempt(message: Message) -> None:
    """Let the attempt's time run out and somebody else deliver, as a sweeper in another process would."""
    Message.objects.filter(pk=message.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    deliver(message.pk)
    connection.close()


@pytest.mark.django_db
class TestADeliveredMessage:
    def test_arrives_as_it_was_written(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write(title="Wärme")
        assert deliver(message.pk) is Outcome.SENT
        (mail_,) = smtp_server.received
        assert mail_.text.replace("\r\n", "\n") == message.body
        assert (mail_.sender, mail_.recipients) == ("themenaufruf@example.org", ["antrag@example.org"])
        assert mail_.message["Subject"] == "Eingang von Wärme"
        assert mail_.message["To"] == "antrag@example.org"
        assert mail_.message["Message-ID"] == message.message_id
        assert mail_.message["Auto-Submitted"] == "auto-generated"

    def test_is_marked_with_time_and_answer(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write()
        deliver(message.pk)
        _now(message)
        assert (message.state, message.attempts, message.claim, message.lease_until) == ("sent", 1, None, None)
        assert message.server_answer == "250 taken over"
        assert message.sent_at

    def test_is_never_delivered_again(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write()
        assert [deliver(message.pk), deliver(message.pk), sweep()] == [Outcome.SENT, Outcome.NOT_MINE, 0]
        assert len(smtp_server.received) == 1

    def test_may_go_to_a_domain_with_umlauts(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write(recipient="rathaus@münsterlingen.example.org")
        assert deliver(message.pk) is Outcome.SENT
        (mail_,) = smtp_server.received
        assert mail_.recipients == ["rathaus@xn--mnsterlingen-dlb.example.org"]
        assert parseaddr(str(mail_.message["To"]))[1] == "rathaus@xn--mnsterlingen-dlb.example.org"

    def test_keeps_lines_that_begin_with_a_dot(self, write: Write, smtp_server: SmtpServer) -> None:
        deliver(write(title="x\n.\n..y").pk)
        assert "\n.\n..y" in smtp_server.received[0].text.replace("\r\n", "\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "answer", "state", "words"),
    [
        ("CONNECT", "421 busy", "queued", "421 busy"),
        ("CONNECT", "554 no service", "queued", "554 no service"),
        ("CONNECT", DROP, "queued", "SMTPServerDisconnected"),
        ("MAIL", "421 closing", "queued", "421 closing"),
        ("MAIL", "451 later", "queued", "451 later"),
        ("MAIL", "553 not you", "failed", "553 not you"),
        ("MAIL", DROP, "queued", "SMTPServerDisconnected"),
        ("RCPT", "450 greylisted", "queued", "450 greylisted"),
        ("RCPT", "550 unknown", "failed", "550 unknown"),
        ("RCPT", "552 full", "failed", "552 full"),
        ("RCPT", DROP, "queued", "SMTPServerDisconnected"),
        ("DATA", "451 later", "queued", "451 later"),
        ("DATA", "554 no valid recipients", "failed", "554 no valid recipients"),
        ("DATA", "250 nonsense", "queued", "250 nonsense"),
        ("DATA", DROP, "uncertain", "SMTPServerDisconnected"),
        ("TEXT", "250 ok", "sent", "250 ok"),
        ("TEXT", "421 closing", "queued", "421 closing"),
        ("TEXT", "452 later", "queued", "452 later"),
        ("TEXT", "552 too big", "failed", "552 too big"),
        ("TEXT", "354 nonsense", "uncertain", "354 nonsense"),
        ("TEXT", DROP, "uncertain", "SMTPServerDisconnected"),
    ],
)
def test_an_answer_decides_about_the_message(
    write: Write, smtp_server: SmtpServer, *, step: str, answer: str, state: str, words: str
) -> None:
    smtp_server.will(step, answer)
    message = write()
    deliver(message.pk)
    _now(message)
    assert message.state == state
    assert message.server_answer.startswith(words)
    assert (message.next_at is not None) == (state == "queued")
    assert (message.claim, message.lease_until) == (None, None)


@pytest.mark.django_db
class TestAServerThatIsNotThere:
    def test_leaves_the_message_waiting(self, write: Write, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        message = write()
        assert deliver(message.pk) is Outcome.UNREACHABLE
        assert (_now(message).state, message.server_answer[:22]) == ("queued", "ConnectionRefusedError")

    def test_may_have_no_name(self, write: Write, settings: Settings, smtp_server: SmtpServer) -> None:
        settings.EMAIL_HOST = "mail.invalid"
        assert deliver(write().pk) is Outcome.UNREACHABLE

    def test_may_not_speak_tls(self, write: Write, settings: Settings, smtp_server: SmtpServer) -> None:
        settings.EMAIL_USE_TLS = True
        assert deliver(write().pk) is Outcome.UNREACHABLE
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
        assert deliver(write("version:2").pk) is Outcome.UNREACHABLE
        assert not smtp_server.received

    def test_may_not_know_our_password(self, write: Write, settings: Settings, smtp_server: SmtpServer) -> None:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
        assert deliver(write().pk) is Outcome.UNREACHABLE

    def test_may_be_silent_before_the_text(
        self, write: Write, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.3)
        smtp_server.will("RCPT", Slow(1))
        assert deliver(write().pk) is Outcome.UNREACHABLE

    def test_may_be_silent_after_the_text(self, write: Write, smtp_server: SmtpServer, settings: Settings) -> None:
        settings.EMAIL_TIMEOUT = 0.3
        smtp_server.will("TEXT", Slow(1))
        message = write()
        assert deliver(message.pk) is Outcome.UNCERTAIN
        assert sweep() == 0
        assert _now(message).attempts == 1


@pytest.mark.django_db
class TestAMessageThatWaits:
    def test_is_tried_again_at_its_time_and_not_before(self, write: Write, smtp_server: SmtpServer) -> None:
        smtp_server.will("RCPT", "450 greylisted", "450 greylisted")
        message = write()
        for attempt in (1, 2):
            assert deliver(message.pk) is Outcome.LATER
            assert deliver(message.pk) is Outcome.NOT_MINE
            assert _now(message).attempts == attempt
            assert message.next_at
            travel = time_machine.travel(message.next_at + timedelta(seconds=1), tick=True)
            travel.start()
            try:
                if attempt == 2:
                    assert deliver(message.pk) is Outcome.SENT
                else:
                    assert due(clock.now()).get() == message
            finally:
                travel.stop()
            Message.objects.filter(pk=message.pk, state="queued").update(next_at=None)
        assert len(smtp_server.received) == 1

    def test_waits_longer_each_time_but_never_over_an_hour(self) -> None:
        for attempts, least, most in ((1, 30, 60), (2, 60, 120), (4, 240, 480), (7, 1800, 3600), (4000, 1800, 3600)):
            waits = [pause(attempts).total_seconds() for _ in range(50)]
            assert least <= min(waits) <= max(waits) <= most
            assert len(set(waits)) > 1

    def test_fails_when_it_was_refused_too_often(self, write: Write, smtp_server: SmtpServer) -> None:
        smtp_server.will("RCPT", "452 mailbox full")
        message = write()
        Message.objects.update(refusals=delivery.MOST_REFUSALS)
        deliver(message.pk)
        assert (_now(message).state, message.server_answer) == ("failed", "452 mailbox full")

    def test_never_fails_because_the_server_is_away(self, write: Write, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        message = write()
        Message.objects.update(refusals=delivery.MOST_REFUSALS)
        deliver(message.pk)
        assert _now(message).state == "queued"


@pytest.mark.django_db
class TestAttachments:
    CONTENT = b"%PDF-1.7 \x00\xff"

    def _attached(self, write: Write, name: str, sha256: str = hashlib.sha256(CONTENT).hexdigest()) -> Message:
        return write(attachments=(Attachment(name, "Übersicht.pdf", sha256, "application/pdf"),))

    def test_arrive_byte_for_byte(self, write: Write, smtp_server: SmtpServer) -> None:
        name = default_storage.save("official/x.pdf", ContentFile(self.CONTENT))
        deliver(self._attached(write, name).pk)
        (attached,) = smtp_server.received[0].message.iter_attachments()
        assert attached.get_content() == self.CONTENT
        assert (attached.get_filename(), attached.get_content_type()) == ("Übersicht.pdf", "application/pdf")

    @pytest.mark.parametrize("name", ["official/missing.pdf", "../../etc/passwd", "official"])
    def test_that_cannot_be_read_stop_the_message(self, write: Write, smtp_server: SmtpServer, name: str) -> None:
        message = self._attached(write, name)
        deliver(message.pk)
        assert _now(message).state == "failed"
        assert message.server_answer.startswith(f"the attached file '{name}' cannot be read")
        assert not smtp_server.received

    def test_that_were_changed_stop_the_message(self, write: Write, smtp_server: SmtpServer) -> None:
        name = default_storage.save("official/y.pdf", ContentFile(self.CONTENT + b"x"))
        message = self._attached(write, name)
        deliver(message.pk)
        assert _now(message).state == "failed"
        assert message.server_answer == f"the attached file '{name}' is not the one that was attached"
        assert not smtp_server.received


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_twenty_tasks_send_one_mail(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write()

        def deliver_one(_turn: int) -> Outcome:
            try:
                return deliver(message.pk)
            finally:
                connection.close()

        with ThreadPoolExecutor(20) as pool:
            outcomes = list(pool.map(deliver_one, range(20)))
        assert sorted(outcome.name for outcome in outcomes) == ["NOT_MINE"] * 19 + ["SENT"]
        assert len(smtp_server.received) == 1

    def test_an_attempt_that_is_too_slow_loses_the_message_before_the_text(
        self, write: Write, smtp_server: SmtpServer
    ) -> None:
        message = write()
        smtp_server.will("RCPT", After(lambda: _taken_from_attempt(message)))
        assert deliver(message.pk) is Outcome.NOT_MINE
        assert (_now(message).state, message.attempts) == ("sent", 2)
        assert len(smtp_server.received) == 1

    def test_an_answer_that_comes_after_the_lease_is_believed(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write()
        states = []

        def run_out() -> None:
            expire(clock.now() + delivery.sending_lease() + timedelta(seconds=1))
            states.append(_now(message).state)
            connection.close()

        smtp_server.will("TEXT", After(run_out))
        assert deliver(message.pk) is Outcome.SENT
        assert (states, _now(message).state) == (["uncertain"], "sent")

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server that could restart")
    def test_a_database_that_breaks_the_connection_meanwhile_loses_no_answer(
        self, write: Write, smtp_server: SmtpServer
    ) -> None:
        message = write()

        def break_others() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            connection.close()

        smtp_server.will("TEXT", After(break_others))
        assert deliver(message.pk) is Outcome.SENT
        assert (_now(message).state, len(smtp_server.received)) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
def test_delivering_inside_of_a_transaction_is_refused(write: Write) -> None:
    message = write()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        deliver(message.pk)


class SilentBackend(BaseEmailBackend):
    """Does not say whether it took the message."""

    def send_messages(self, email_messages: object) -> int:
        return 0


class BrokenBackend(BaseEmailBackend):
    """Fails in the middle."""

    def send_messages(self, email_messages: object) -> int:
        raise KeyError


class ClosedBackend(BaseEmailBackend):
    """Cannot be opened."""

    def open(self) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.django_db
class TestOtherBackends:
    def test_that_take_a_message_have_sent_it(self, write: Write, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        message = write()
        assert deliver(message.pk) is Outcome.SENT
        assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == [message.message_id]

    def test_of_the_demo_write_a_file(self, write: Write, settings: Settings, tmp_path: Path) -> None:
        settings.EMAIL_BACKEND = "connective.demo.mailbox.MailboxBackend"
        settings.DEMO_MAILBOX_DIR = tmp_path
        message = write()
        assert deliver(message.pk) is Outcome.SENT
        assert [found.message["Message-ID"] for found in newest_mails()] == [message.message_id]

    @pytest.mark.parametrize(
        ("backend", "outcome"),
        [
            (SilentBackend, Outcome.UNCERTAIN),
            (BrokenBackend, Outcome.UNCERTAIN),
            (ClosedBackend, Outcome.UNREACHABLE),
        ],
    )
    def test_that_fail_are_never_asked_twice_about_the_same_text(
        self, write: Write, settings: Settings, backend: type[BaseEmailBackend], outcome: Outcome
    ) -> None:
        settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__name__}"
        assert deliver(write().pk) is outcome
