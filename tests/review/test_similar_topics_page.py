"""A file page of a call with many proposals asks for the comparison that it cannot wait for."""

import pytest
from django.test import Client
from django.urls import reverse

from review.domain import similar_topics
from tests.review.scored import scored_call
from tests.servers.celery_process import CeleryProcess


@pytest.mark.django_db(transaction=True)
def test_the_page_asks_a_worker_and_shows_the_result_the_next_time(
    client: Client, celery_worker: CeleryProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_topics, "AT_ONCE", 1)
    call, lead, _people = scored_call(3, reviewers=3)
    client.force_login(lead)
    address = reverse("review:file", args=[call.proposals.order_by("pk")[0].pk])

    first = client.get(address)
    celery_worker.finish()
    second = client.get(address)

    assert first.context["evidence"].similar_pending
    assert not second.context["evidence"].similar_pending
