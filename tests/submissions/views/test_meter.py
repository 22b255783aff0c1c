"""The page meter as a browser asks for it."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from connective import clock
from connective.receiving import came_in_whole
from submissions.domain import meter_questions, page_limit
from tests.submissions.build import draft, open_call, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_place() -> Iterator[ExitStack]:
    """All places at the engine are taken, until the stack is closed."""
    page_limit._measurements.clear()  # this process may know the texts from another test
    with ExitStack() as places:
        for _ in range(meter_questions.PLACES):
            places.enter_context(meter_questions._places)
        yield places


def test_a_busy_meter_says_that_it_counts_and_answers_later(no_place: ExitStack) -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = Client()
    client.force_login(author)
    url = reverse("submissions:meter", args=[proposal.public_id])
    for response in (client.post(url, {"background": "Neu getippt"}), client.get(url, {"part": "meter"})):
        assert response.status_code == 202
        assert "Der Umfang wird berechnet" in response.content.decode()
    no_place.close()
    response = client.post(url, {"background": "Neu getippt"})
    assert response.status_code == 200
    assert "von 2 Seiten" in response.content.decode()


def test_the_page_without_javascript_waits_for_its_answer(no_place: ExitStack) -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = Client()
    client.force_login(author)
    response = client.get(reverse("submissions:meter", args=[proposal.public_id]))
    assert response.status_code == 200
    assert "von 2 Seiten" in response.content.decode()


@pytest.mark.parametrize(("waited", "status"), [(0.09, 200), (0.11, 202)])
def test_the_meter_gives_way_while_requests_wait_for_a_thread(
    waited: float, status: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    proposal = draft(open_call(), author := person("a@example.org"))
    client = Client()
    client.force_login(author)
    meter = reverse("submissions:meter", args=[proposal.public_id])
    typed = {"background": "Wir trennen Abfall."}
    client.post(meter, typed)
    version = proposal.sections.get(key="description").version
    stands_still = time_machine.travel(clock.now(), tick=False)
    stands_still.start()
    token = came_in_whole.set(clock.now() - timedelta(seconds=waited))
    try:
        with django_assert_num_queries(4 if status == 200 else 0):
            answer = client.post(meter, typed)
        saved = client.post(
            reverse("submissions:section", args=[proposal.public_id, "description"]), {**typed, "version": version}
        )
    finally:
        came_in_whole.reset(token)
        stands_still.stop()
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "5" if status == 202 else None)
    assert ("wird berechnet" in answer.content.decode()) == (status == 202)
    assert saved.status_code == 302
    proposal.refresh_from_db()
    assert proposal.sections.get(key="description").content["background"] == typed["background"]
