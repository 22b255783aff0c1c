"""A letter of support under a virus scanner: what it finds is never kept, and what it could not see is never opened."""

import logging
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from submissions.domain.submit import content_of
from submissions.models import Proposal
from tests.servers.clamd import EICAR, Scanner, infected
from tests.submissions.build import draft, open_call, person
from tests.submissions.domain.test_letter import pdf_with

pytestmark = pytest.mark.django_db

FILE = "Brief von Kim Geheim.pdf"


@pytest.fixture
def author(client: Client) -> User:
    """Somebody who writes for a municipality and is signed in."""
    user = person()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def proposal(author: User) -> Proposal:
    """Their draft."""
    return draft(open_call(), author)


def page_of(proposal: Proposal) -> str:
    """Return the address of the task with the letter."""
    return reverse("submissions:section", args=[proposal.public_id, "commitments"])


def send(client: Client, proposal: Proposal, data: bytes) -> tuple[int, str]:
    """Upload a letter together with a text; return status and page."""
    upload = BytesIO(data)
    upload.name = FILE
    response = client.post(page_of(proposal), {"version": 1, "follow_up": "Neuer Text", "letter": upload})
    return response.status_code, response.content.decode()


def fetch(client: Client, proposal: Proposal) -> bytes | str:
    """Follow the link to the letter; return the file, or the page that is shown instead."""
    letter = proposal.letters.get()
    response = client.get(reverse("submissions:letter", args=[proposal.public_id, letter.pk]), follow=True)
    if response.streaming:
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert response.redirect_chain == [(page_of(proposal), 302)]
    return response.content.decode()


def stored(documents: Path) -> int:
    """Return how many letters lie in the private storage."""
    return len(list((documents / "letters").glob("*"))) if (documents / "letters").exists() else 0


def test_a_clean_letter_is_kept_and_seen_by_the_scanner_each_time_it_is_opened(
    client: Client, proposal: Proposal, scanner: Scanner
) -> None:
    data = pdf_with()
    assert send(client, proposal, data)[0] == 302
    assert fetch(client, proposal) == data
    assert scanner.examined == [data, data]


def test_malware_in_a_sound_pdf_is_refused_with_a_sentence_and_nothing_of_it_is_kept(
    client: Client, proposal: Proposal, scanner: Scanner, documents: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = stored(documents)
    status, page = send(client, proposal, infected())
    assert status == 422
    assert "In der Datei wurde Schadsoftware gefunden. Sie ist nicht gespeichert." in page
    assert "Neuer Text" in page
    assert (proposal.letters.count(), stored(documents)) == (0, before)
    assert len(scanner.examined) == 1
    assert "Geheim" not in caplog.text


def test_a_file_that_is_no_sound_pdf_does_not_reach_the_scanner(
    client: Client, proposal: Proposal, scanner: Scanner
) -> None:
    assert send(client, proposal, b"<html>" + EICAR)[0] == 422
    assert scanner.examined == []


def test_while_the_scanner_is_away_a_letter_is_taken_and_not_opened_until_it_is_back(
    client: Client, proposal: Proposal, scanner: Scanner, caplog: pytest.LogCaptureFixture
) -> None:
    scanner.says = "stream: Can't allocate memory ERROR"
    data = pdf_with()
    assert send(client, proposal, data)[0] == 302
    letter = proposal.letters.get()
    assert content_of(proposal)["commitments"]["letter"] == letter.pk
    taken = f"Letter {letter.pk} was taken although the scanner did not answer"
    assert (logging.ERROR, taken) in [(record.levelno, record.getMessage()) for record in caplog.records]
    page = fetch(client, proposal)
    assert isinstance(page, str)
    assert "Es ist gespeichert; bitte versuchen Sie es in einigen Minuten noch einmal." in page
    scanner.says = None
    assert fetch(client, proposal) == data


def test_malware_that_nobody_knew_or_saw_when_it_came_is_not_opened(
    client: Client, proposal: Proposal, scanner: Scanner
) -> None:
    scanner.says = "stream: OK"
    assert send(client, proposal, infected())[0] == 302
    scanner.says = None
    page = fetch(client, proposal)
    assert isinstance(page, str)
    assert "In diesem Schreiben wurde Schadsoftware gefunden." in page
