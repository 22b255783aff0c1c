"""Every page answers each role as the table of permissions says."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from review.models import Assignment
from tests.review.admin.conftest import World

AsPerson = Callable[[User], Client]

CALL_PAGES = ("cockpit", "calibration", "shortlist", "conversations", "ranking", "criteria", "countries", "settings")


@pytest.mark.parametrize("role", ["office", "lead", "committee", "chair", "auditor", "conflicted"])
def test_each_role_reads_the_pages_of_a_call(world: World, as_person: AsPerson, role: str) -> None:
    client = as_person(world.people[role])
    for name in CALL_PAGES:
        assert client.get(reverse(f"review:{name}", args=[world.call.pk])).status_code == 200, name
    assert client.get(reverse("admin:submissions_proposal_changelist")).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("review:definitions")).status_code == 200


@pytest.mark.parametrize("part", ["file", "check", "reviews", "history"])
def test_the_lead_reads_all_parts_of_a_file(world: World, as_person: AsPerson, part: str) -> None:
    assert as_person(world.lead).get(reverse(f"review:{part}", args=[world.first.pk])).status_code == 200


def test_the_lead_manages_people_and_declarations(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    assert client.get(reverse("review:people")).status_code == 200
    assert client.get(reverse("review:person", args=[world.chair.pk])).status_code == 200
    assert client.get(reverse("review:declarations", args=[world.call.pk])).status_code == 200


def test_the_office_previews_an_automatic_assignment_and_then_makes_it(world: World, as_person: AsPerson) -> None:
    client = as_person(world.office)
    address = reverse("review:assign", args=[world.call.pk])
    page = client.get(address, {"art": "auto", "je": "2", "person": [str(world.chair.pk), str(world.lead.pk)]})
    plan = page.context["preview"]
    assert plan["count"] == 2
    assert not Assignment.objects.filter(proposal=world.new).exists()
    client.post(address, {"pairs": plan["typed"]})
    assert set(world.new.assignments.values_list("reviewer", flat=True)) == {world.chair.pk, world.lead.pk}
    assert client.get(reverse("review:assignments", args=[world.call.pk])).status_code == 200
