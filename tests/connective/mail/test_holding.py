"""Messages that a person holds or withdraws: whatever an attempt does at the same moment, one of the two has won."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from connective import clock
from connective.accounts.models import User
from connective.errors import DomainError
from connective.mail import holding
from connective.mail.board import board
from connective.mail.delivery import deliver, due
from connective.mail.models import Message
from connective.mail.queue import tell_all_after_commit
from connective.mail.resolution import Resolution, resolve
from connective.mail.tasks import send
from connective.mail.transport import Outcome
from tests.smtp import After, SmtpServer

Write = Callable[..., Message]

pytestmark = pytest.mark.django_db(transaction=True)


def now(message: Message) -> Message:
    """Return the message as it stands."""
    return Message.objects.get(pk=message.pk)


def test_a_held_message_is_not_sent_until_it_may_go_on(write: Write, smtp_server: SmtpServer) -> None:
    message = write()
    assert holding.hold([message.pk]) == 1
    assert deliver(message.pk) is Outcome.NOT_MINE
    assert (list(due(clock.now())), board(clock.now()).without_worker) == ([], 0)
    with transaction.atomic():
        assert holding.resume([message.pk], at=clock.now()) == 1
    assert deliver(message.pk) is Outcome.SENT
    assert holding.hold([message.pk]) == 0
    assert len(smtp_server.received) == 1


def test_a_message_that_is_held_while_it_is_refused_stays_held(write: Write, smtp_server: SmtpServer) -> None:
    message = write()
    smtp_server.will("RCPT", After(lambda: _apart(lambda: holding.hold([message.pk])), "450 later"))
    assert deliver(message.pk) is Outcome.LATER
    assert (now(message).state, now(message).held) == (Message.State.QUEUED, True)


def test_a_message_that_is_withdrawn_before_its_text_flows_never_leaves(write: Write, smtp_server: SmtpServer) -> None:
    message = write()
    smtp_server.will("RCPT", After(lambda: _apart(lambda: holding.withdraw([message.pk]))))
    assert deliver(message.pk) is Outcome.NOT_MINE
    assert (now(message).state, now(message).claim, smtp_server.received) == (Message.State.WITHDRAWN, None, [])
    assert deliver(message.pk) is Outcome.NOT_MINE


def test_a_message_that_is_withdrawn_while_its_text_flows_is_sent_and_says_so(
    write: Write, smtp_server: SmtpServer
) -> None:
    message, withdrawn = write(), []
    smtp_server.will("TEXT", After(lambda: _apart(lambda: withdrawn.append(holding.withdraw([message.pk])))))
    assert deliver(message.pk) is Outcome.SENT
    assert (withdrawn, now(message).state, now(message).held) == ([0], Message.State.SENT, False)


@pytest.mark.parametrize("state", [Message.State.FAILED, Message.State.UNCERTAIN])
def test_a_withdrawn_message_is_not_sent_again_by_anybody(write: Write, person: User, state: str) -> None:
    message = write()
    Message.objects.filter(pk=message.pk).update(state=state)
    assert holding.withdraw([message.pk]) == (state == Message.State.FAILED)
    with pytest.raises(DomainError, match=r"angehalten oder überholt|braucht keine Entscheidung"):
        resolve(now(message), person, Resolution.SEND_AGAIN)


def test_a_broker_that_is_away_is_asked_once_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def away(message_pk: int) -> None:
        asked.append(message_pk)
        raise OperationalError

    monkeypatch.setattr(send, "delay", away)
    with transaction.atomic():
        tell_all_after_commit([1, 2, 3])
    assert asked == [1]


def _apart(work: Callable[[], object]) -> None:
    """Do something in a thread of the mail server, on a connection of its own."""
    try:
        work()
    finally:
        connection.close()
