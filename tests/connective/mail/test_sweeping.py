"""The sweeper: what no task was told of, and what hangs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from connective import clock
from connective.mail.delivery import deliver, sending_lease
from connective.mail.models import Message
from connective.mail.sweeping import expire, sweep
from connective.mail.transport import Outcome
from tests.smtp import SmtpServer

Write = Callable[..., Message]


@pytest.mark.django_db
class TestASweep:
    def test_delivers_what_waits_the_oldest_first(self, write: Write, smtp_server: SmtpServer) -> None:
        for number in range(3):
            write(f"version:{number}", title=str(number))
        assert sweep() == 3
        assert [received.message["Subject"][-1] for received in smtp_server.received] == ["0", "1", "2"]

    def test_stops_when_the_server_is_not_there(self, write: Write, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        for number in range(3):
            write(f"version:{number}")
        assert sweep() == 0
        assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]

    def test_goes_on_after_a_message_that_is_refused(self, write: Write, smtp_server: SmtpServer) -> None:
        for number in range(3):
            write(f"version:{number}")
        smtp_server.will("RCPT", "550 unknown", "450 later")
        assert sweep() == 1
        assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "queued", "sent"]

    def test_leaves_alone_what_is_being_sent(self, write: Write, smtp_server: SmtpServer) -> None:
        message = write()
        Message.objects.update(state="sending", claim="0" * 32, lease_until=clock.now() + sending_lease())
        assert sweep() == expire(clock.now()) == 0
        message.refresh_from_db()
        assert message.state == "sending"


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_send_each_message_once(write: Write, smtp_server: SmtpServer) -> None:
    for number in range(12):
        write(f"version:{number}")

    def sweep_once(_turn: int) -> int:
        try:
            return sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(sweep_once, range(2))) == 12
    assert len({received.message["Message-ID"] for received in smtp_server.received}) == 12
    assert len(smtp_server.received) == 12


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_by_an_hour_sends_nothing_twice(write: Write, smtp_server: SmtpServer, hours: int) -> None:
    first = write()
    assert deliver(first.pk) is Outcome.SENT
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=True):
        assert sweep() == 0
        second = write("version:2")
        assert sweep() == 1
    assert sweep() == 0
    second.refresh_from_db()
    assert (second.state, len(smtp_server.received)) == ("sent", 2)
