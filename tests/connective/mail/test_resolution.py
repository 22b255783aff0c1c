"""A person decides about what the portal cannot know."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from connective import clock
from connective.accounts.models import User
from connective.audit.models import Entry
from connective.mail.delivery import deliver
from connective.mail.models import Message
from connective.mail.resolution import NothingToResolve, Resolution, resolve
from connective.mail.transport import Outcome
from tests.smtp import DROP, SmtpServer

Write = Callable[..., Message]


def _uncertain(write: Write, smtp_server: SmtpServer) -> Message:
    smtp_server.will("TEXT", DROP)
    message = write()
    assert deliver(message.pk) is Outcome.UNCERTAIN
    return message


@pytest.mark.django_db
class TestAnUncertainMessage:
    def test_that_was_sent_is_sent(self, write: Write, smtp_server: SmtpServer, person: User) -> None:
        message = _uncertain(write, smtp_server)
        resolve(message, person, Resolution.WAS_SENT)
        message.refresh_from_db()
        assert message.state == "sent"
        assert deliver(message.pk) is Outcome.NOT_MINE

    def test_that_is_sent_again_keeps_its_message_id_and_text(
        self, write: Write, smtp_server: SmtpServer, person: User
    ) -> None:
        message = _uncertain(write, smtp_server)
        resolve(message, person, Resolution.SEND_AGAIN)
        assert deliver(message.pk) is Outcome.SENT
        assert smtp_server.received[0].message["Message-ID"] == message.message_id
        assert smtp_server.received[0].text.replace("\r\n", "\n") == message.body

    @pytest.mark.parametrize("outcome", Resolution)
    def test_is_recorded_without_the_recipient(
        self, write: Write, smtp_server: SmtpServer, person: User, outcome: Resolution
    ) -> None:
        message = _uncertain(write, smtp_server)
        resolve(message, person, outcome)
        entry = Entry.objects.get()
        assert (entry.action, entry.actor_id, entry.subject_id) == ("mail.resolved", person.pk, str(message.pk))
        assert entry.payload == f'{{"kind":"letter","outcome":"{outcome.value}"}}'


def _state(name: str) -> dict[str, Any]:
    if name == "sending":
        return {"state": name, "claim": "0" * 32, "lease_until": clock.now()}
    return {"state": name, "sent_at": clock.now() if name == "sent" else None}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        *(("queued", outcome) for outcome in Resolution),
        *(("sending", outcome) for outcome in Resolution),
        *(("sent", outcome) for outcome in Resolution),
        ("failed", Resolution.WAS_SENT),
    ],
)
def test_any_other_message_needs_no_decision(write: Write, person: User, state: str, outcome: Resolution) -> None:
    message = write()
    Message.objects.update(**_state(state))
    before = Message.objects.values().get()
    with pytest.raises(NothingToResolve):
        resolve(message, person, outcome)
    assert Message.objects.values().get() == before
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_failed_message_can_be_sent_again(write: Write, smtp_server: SmtpServer, person: User) -> None:
    smtp_server.will("RCPT", "550 unknown")
    message = write()
    assert deliver(message.pk) is Outcome.REFUSED
    resolve(message, person, Resolution.SEND_AGAIN)
    assert deliver(message.pk) is Outcome.SENT


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_decides(write: Write, smtp_server: SmtpServer, person: User) -> None:
    message = _uncertain(write, smtp_server)

    def decide(outcome: Resolution) -> bool:
        try:
            resolve(message, person, outcome)
        except NothingToResolve:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, Resolution)) == [False, True]
    assert Entry.objects.count() == 1
