"""The pages of the office and of the committee in English; what people wrote stays as they wrote it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from review.domain.assign import assign
from tests.english import assert_english
from tests.review.admin.conftest import World
from tests.review.scored import AT, declare

AsPerson = Callable[[User], Client]

OF_A_CALL = ("cockpit", "calibration", "shortlist", "conversations", "ranking", "countries", "settings")
OF_THE_LEAD = ("declarations", "assignments", "assign")
LISTS = ("submissions_proposal", "submissions_call", "mail_message", "audit_entry", "accounts_user")


def english(reader: Client, address: str) -> None:
    """Open a page and make sure that it is English throughout."""
    answer = reader.get(address)
    assert answer.status_code == 200, address
    assert_english(answer.content.decode())


@pytest.fixture
def reader(client: Client) -> Client:
    """A browser in which English was chosen."""
    client.post(reverse("site:language"), {"language": "en", "next": "/"})
    return client


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("role", ["lead", "committee", "auditor"])
def test_the_pages_of_a_call_are_english(world: World, as_person: AsPerson, role: str) -> None:
    client = as_person(world.people[role])
    for name in OF_A_CALL:
        english(client, reverse(f"review:{name}", args=[world.call.pk]))
    for name in ("file", "check", "reviews", "history"):
        english(client, reverse(f"review:{name}", args=[world.first.pk]))
    english(client, reverse("review:definitions"))


@pytest.mark.usefixtures("reader")
def test_the_pages_of_the_lead_are_english(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    for name in OF_THE_LEAD:
        english(client, reverse(f"review:{name}", args=[world.call.pk]))
    english(client, reverse("review:people"))
    english(client, reverse("review:person", args=[world.chair.pk]))
    english(client, reverse("admin:index"))
    for name in LISTS:
        english(client, reverse(f"admin:{name}_changelist"))
    english(client, reverse("admin:submissions_call_add"))


@pytest.mark.usefixtures("reader")
def test_declaring_and_scoring_are_english(world: World, as_person: AsPerson) -> None:
    assign(world.new, world.chair, actor=world.office, at=AT)
    client = as_person(world.chair)
    english(client, reverse("review:file", args=[world.new.pk]))
    declare(world.chair, [world.new])
    english(client, reverse("review:file", args=[world.new.pk]))
    answer = client.post(reverse("review:file", args=[world.new.pk]), {"action": "submit"})
    assert_english(answer.content.decode())
