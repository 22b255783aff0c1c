"""Before the letter is sent no route tells an applicant anything: not by a word, a status, a header or a length."""

import re

import pytest
from django.test import Client

from connective.accounts.models import User
from connective.mail.models import Message
from review.domain import letter_pdf
from review.domain.answers import visible_answer
from review.domain.draft_letters import draft_letters
from review.domain.release_letters import release
from review.models import AnswerLetter, Outcome, ReviewRole
from submissions.domain import receipt
from submissions.models import Proposal
from tests.review.answered import DATED, DRAFTED, RELEASED, decisions, mark_sent
from tests.review.scored import person_with
from tests.routes.walk import routes
from tests.submissions.build import make_call, submitted, with_organisation

pytestmark = pytest.mark.django_db

CHANGING = re.compile(rb'(csrfmiddlewaretoken" value="|nonce="|"csrfToken": "|X-CSRFToken": ?")[^"]*')
VALUES = {"number": "1", "letter_id": "1", "kind": "txt", "key": "topic", "version": "1", "slug": "hitze"}

LAID_OUT = ("/umfang/", "/vorschau/")
"""Lay the typed text out, which takes long, and know nothing else."""
OF_THE_MOMENT = {"Content-Security-Policy", "Date", "Expires", "X-Request-ID"}

Seen = dict[str, tuple[int, bytes, list[tuple[str, str]]]]


def addresses(proposal: Proposal) -> list[str]:
    """Return every address that names a proposal as its applicants do, and the lists in which it stands."""
    values = VALUES | {"public_id": str(proposal.public_id), "slug": proposal.call.slug}
    lists = ["/vorschlaege/", "/", f"/aufruf/{proposal.call.slug}/", "/beleg/"]
    found = (
        re.sub(r"<\w+:(\w+)>", lambda name: values.get(name[1], str(proposal.public_id)), pattern)
        for pattern in (route.pattern for route in routes())
        if "<uuid:" in pattern
    )
    return lists + [address for address in found if not address.endswith(LAID_OUT)]


def look(client: Client, proposal: Proposal) -> Seen:
    """Return what every address answers: status, text without what changes by itself, headers."""
    seen: Seen = {}
    for address in addresses(proposal):
        for method in ("get", "head", "post"):
            if method == "post" and not address.endswith(("/antwort/", "/plan/", "/interesse/")):
                continue  # forms of the submission itself change what they are meant to change
            answer = getattr(client, method)(address)
            text = answer.getvalue() if answer.streaming else answer.content
            headers = [(name, value) for name, value in answer.items() if name not in OF_THE_MOMENT]
            text = CHANGING.sub(b"", text).replace(answer.headers.get("X-Request-ID", "-").encode(), b"")
            seen[f"{method} {address}"] = (answer.status_code, text, sorted(headers))
    return seen


def same(now: Seen, before: Seen) -> None:
    """Assert that two looks are equal, and name the addresses that differ."""
    assert {address: (before.get(address), seen) for address, seen in now.items() if seen != before.get(address)} == {}
    assert now.keys() == before.keys()


class World:
    """An applicant with a submitted proposal, and the people of the office."""

    def __init__(self) -> None:
        """Submit."""
        self.call = make_call()
        self.author, _organisation = with_organisation("kommune@example.org")
        self.proposal, version = submitted(self.call, self.author, topic={"title": "Hitzevorsorge"})
        receipt.finish(version.pk)
        self.office: User = person_with(ReviewRole.OFFICE, "entwurf@example.org")
        self.lead: User = person_with(ReviewRole.LEAD, "freigabe@example.org")
        self.client = Client()
        self.client.force_login(self.author)

    def look(self) -> Seen:
        """Look at everything as the applicant."""
        return look(self.client, self.proposal)


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTANCE, Outcome.REJECTION])
def test_from_the_decision_to_the_sending_everything_looks_as_before(outcome: Outcome) -> None:
    world = World()
    before = world.look()
    decisions(world.call, [world.proposal], [outcome], world.lead, feedback="GEHEIM")
    batch = draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED)
    letter_pdf.make_missing(letter_pdf.missing(world.call))
    same(world.look(), before)
    release(batch, actor=world.lead, at=RELEASED)
    same(world.look(), before)
    letter = AnswerLetter.objects.get()
    Message.objects.filter(answer_letter=letter).update(state=Message.State.UNCERTAIN, attempts=1)
    same(world.look(), before)
    mark_sent(letter)
    assert visible_answer(world.proposal) is not None


def test_the_office_s_pages_of_letters_are_closed_to_applicants() -> None:
    world = World()
    decisions(world.call, [world.proposal], [Outcome.ACCEPTANCE], world.lead)
    draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED)
    key = AnswerLetter.objects.get().pk
    closed = [route.pattern for route in routes() if "/antworten/" in route.pattern]
    assert len(closed) >= 15
    for pattern in closed:
        values = {"call_id": str(world.call.pk), "letter_id": str(key), "number": "1"}
        address = re.sub(r"<\w+:(\w+)>", lambda name, values=values: values.get(name[1], "de"), pattern)  # type: ignore[misc]
        for answer in (world.client.get(address), world.client.post(address)):
            assert answer.status_code in {302, 403, 405}, address
            assert b"Hitzevorsorge" not in answer.content


def test_the_subject_and_the_file_name_of_the_mail_say_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    decisions(world.call, [world.proposal], [Outcome.REJECTION], world.lead, feedback="GEHEIM")
    with caplog.at_level("DEBUG"):
        batch = draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED)
        letter_pdf.make_missing(letter_pdf.missing(world.call))
        release(batch, actor=world.lead, at=RELEASED)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("review", "connective"))]
    assert not any(word in line for line in ours for word in ("rejection", "Absage", "GEHEIM", "maria@example.org"))
