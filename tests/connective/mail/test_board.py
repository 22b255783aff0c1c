"""The message board in the administration."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from connective import clock
from connective.accounts.models import User
from connective.audit.models import Entry
from connective.mail.board import board
from connective.mail.delivery import deliver
from connective.mail.models import Message
from tests.smtp import DROP, SmtpServer

Write = Callable[..., Message]
LIST = "admin:mail_message_changelist"


@pytest.fixture
def office(client: Client) -> Client:
    """Return the browser of someone who may read and decide."""
    user = User.objects.create_user("geschaeftsstelle@example.org", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="office")[0])
    client.force_login(user)
    return client


def _long_ago(**changes: object) -> None:
    Message.objects.update(queued_at=clock.now() - timedelta(minutes=6), **changes)


@pytest.mark.django_db
class TestTheBoard:
    def test_counts_each_state(self, write: Write, smtp_server: SmtpServer) -> None:
        smtp_server.will("RCPT", "250 ok", "550 unknown", "450 later")
        for number in range(3):
            deliver(write(f"version:{number}").pk)
        write("version:3")
        found = board(clock.now())
        assert {state.value: count for state, count in found.counts.items()} == {
            "queued": 2,
            "sending": 0,
            "sent": 1,
            "failed": 1,
            "uncertain": 0,
            "withdrawn": 0,
        }
        assert found.needs_a_person

    def test_is_content_with_an_empty_queue_and_with_a_young_message(self, write: Write) -> None:
        assert not board(clock.now()).needs_a_person
        write()
        assert not board(clock.now()).needs_a_person

    def test_notices_that_there_is_no_worker(self, write: Write) -> None:
        write()
        _long_ago()
        found = board(clock.now())
        assert (found.without_worker, found.unreachable) == (1, 0)

    def test_notices_that_there_is_no_mail_server(self, write: Write) -> None:
        write()
        _long_ago(next_at=clock.now() + timedelta(minutes=10))
        found = board(clock.now())
        assert (found.without_worker, found.unreachable) == (0, 1)


@pytest.mark.django_db
class TestTheBoardInTheAdministration:
    def test_warns_of_a_queue_without_worker(self, office: Client, write: Write) -> None:
        write()
        assert "Ohne Zusteller" not in office.get(reverse(LIST)).content.decode()
        _long_ago()
        assert "Ohne Zusteller: 1 E-Mail wartet seit über fünf Minuten" in office.get(reverse(LIST)).content.decode()

    def test_shows_text_and_message_id_and_changes_nothing(self, office: Client, write: Write) -> None:
        message = write(title="<b>Wärme</b>")
        address = reverse("admin:mail_message_change", args=[message.pk])
        page = office.get(address).content.decode()
        assert "Ja, „&lt;b&gt;Wärme&lt;/b&gt;“ ist da." in page
        assert message.message_id.strip("<>") in page
        assert office.post(address, {"body": "x", "state": "sent"}).status_code == 403
        assert office.get(reverse("admin:mail_message_add")).status_code == 403
        assert office.post(reverse("admin:mail_message_delete", args=[message.pk])).status_code == 403

    def test_lets_a_person_send_an_uncertain_message_again(
        self, office: Client, write: Write, smtp_server: SmtpServer
    ) -> None:
        smtp_server.will("TEXT", DROP)
        message, waiting = write(), write("version:2")
        deliver(message.pk)
        chosen = {"action": "send_again", "_selected_action": [message.pk, waiting.pk]}
        page = office.post(reverse(LIST), chosen, follow=True).content.decode()
        assert "1 E-Mail ist entschieden." in page
        assert "Diese E-Mail braucht keine Entscheidung" in page
        message.refresh_from_db()
        assert message.state == "queued"
        assert Entry.objects.get().action == "mail.resolved"

    @pytest.mark.parametrize("action", ["was_sent", "send_again", "delete_selected"])
    def test_refuses_those_who_may_only_read(self, office: Client, write: Write, action: str) -> None:
        auditors, _new = Group.objects.get_or_create(name="auditor")
        User.objects.get(email="geschaeftsstelle@example.org").groups.set([auditors])
        message = write()
        Message.objects.update(state="uncertain")
        office.post(reverse(LIST), {"action": action, "_selected_action": [message.pk], "post": "yes"})
        message.refresh_from_db()
        assert message.state == "uncertain"
        assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"},
        {"state": "sending"},
        {"state": "sent"},
        {"sent_at": "2026-01-01T00:00:00Z"},
        {"claim": "0" * 32},
        {"lease_until": "2026-01-01T00:00:00Z"},
        {"occasion": "version:2"},
        {"message_id": "<other@example.org>"},
    ],
)
def test_the_database_refuses_a_message_that_cannot_be(write: Write, changes: dict[str, str]) -> None:
    other = write("version:2")
    Message.objects.filter(pk=other.pk).update(message_id="<other@example.org>")
    message = write()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changes)
