"""Pages cost the same number of queries for few and for many proposals, and at most 25."""

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from review.models import CriteriaSet
from tests.review.scored import scored_call

AsPerson = Callable[[User], Client]
MOST = 25
PAGES = (
    "cockpit",
    "proposals",
    "ranking",
    "conversations",
    "assignments",
    "declarations",
    "shortlist",
    "calibration",
    "criteria",
    "file",
    "check",
    "reviews",
    "history",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_for_few_and_for_many_proposals(
    db: None, as_person: AsPerson, query_count: Callable[[Callable[[], object]], int], name: str
) -> None:
    counts = []
    for number in (6, 16):
        call, lead, _people = scored_call(number, reviewers=4, seed=number)
        CriteriaSet.objects.filter(call=call).update(frozen_at=call.closes_at)
        client = as_person(lead)
        if name == "proposals":
            address = f"{reverse('admin:submissions_proposal_changelist')}?call__id__exact={call.pk}"
        elif name in {"file", "check", "reviews", "history"}:
            address = reverse(f"review:{name}", args=[call.proposals.order_by("pk")[1].pk])
        else:
            address = reverse(f"review:{name}", args=[call.pk])
        assert client.get(address).status_code == 200
        counts.append(query_count(partial(client.get, address)))
    few, many = counts
    assert few == many, name
    assert many <= MOST, name
    print(f"{name}: {many} queries")  # noqa: T201  (shown with -s, for the handbook)
