"""What is private on the message board, receipts of ballots first: that it went out, and never what it says."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from connective.mail.models import Message
from review.domain import vote_mails
from review.domain.cast_ballot import cast
from review.domain.declare import declare
from review.models import Declaration, ReviewRole
from submissions.domain import reminders
from submissions.models import Proposal
from tests.review import voted
from tests.review.scored import person_with
from tests.submissions.build import draft, make_call, with_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["office", "lead", "auditor"])
def test_a_receipt_is_on_the_board_without_the_vote_that_it_names(role: str) -> None:
    who = voted.committee()
    people = {
        "office": who.office,
        "lead": who.lead,
        "auditor": person_with(ReviewRole.AUDITOR, "revision@example.org"),
    }
    topic = voted.topics(voted.opened(voted.call_with(1), who))[0]
    declare(topic.proposal, kind=Declaration.Kind.NONE, actor=who.chair, at=voted.DURING)
    cast(topic, "no", reason="", statement="", based_on=0, actor=who.chair, at=voted.DURING)
    vote_mails.send_receipts(voted.DURING + timedelta(minutes=2))
    receipt = Message.objects.get(kind="vote_receipt")
    assert "Nein" in receipt.body

    with time_machine.travel(voted.DURING, tick=False):
        client = Client()
        client.force_login(people[role])
        board = client.get(reverse("admin:mail_message_changelist"))
        answer = client.get(reverse("admin:mail_message_change", args=[receipt.pk]))
    assert (board.status_code, answer.status_code) == (200, 200)
    assert "Nein (" not in board.content.decode()
    assert "Nein (" not in answer.content.decode()
    assert "geht nur die Person an" in answer.content.decode()


@pytest.mark.parametrize("role", [ReviewRole.OFFICE, ReviewRole.AUDITOR])
def test_a_reminder_of_a_draft_is_on_the_board_without_the_title_that_it_names(
    client: Client, role: ReviewRole
) -> None:
    author, _organisation = with_organisation()
    call = make_call()
    proposal = draft(call, author, topic={"title": "Geheimvorhaben"})
    Proposal.objects.filter(pk=proposal.pk).update(created_at=call.opens_at)
    reminders.remind(call.closes_at - timedelta(days=1))
    reminder = Message.objects.get(kind="draft_reminder")
    assert "Geheimvorhaben" in reminder.body
    client.force_login(person_with(role, "liest@example.org"))
    page = client.get(reverse("admin:mail_message_change", args=[reminder.pk])).content.decode()
    assert reminder.subject in page
    assert "Geheimvorhaben" not in page


def test_the_office_reminds_whose_vote_is_missing_and_nobody_twice_a_day() -> None:
    who = voted.committee()
    round_ = voted.opened(voted.call_with(1), who)
    voted.vote(round_, {who.chair: ["yes"]})
    address = reverse("review:vote_remind", args=[round_.call_id, round_.number])
    client = Client()
    with time_machine.travel(voted.DURING, tick=False):
        client.force_login(who.office)
        page = client.get(reverse("review:vote", args=[round_.call_id])).content.decode()
        assert [client.post(address).status_code for _click in range(2)] == [302, 302]
        client.force_login(who.chair)
        assert client.post(address).status_code in {403, 404}
    assert address in page
    reminded = Message.objects.filter(kind="vote_reminder").order_by("recipient").values_list("recipient", flat=True)
    assert list(reminded) == sorted(person.email for person in who.members)
