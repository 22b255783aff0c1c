"""The office's pages of the answers: who gets on, what they show, and what a refused act says."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connective import clock
from connective.accounts.models import User
from connective.mail.models import Message
from review.models import AnswerLetter, Declaration, LetterBatch, LetterTemplate, Outcome, ReviewRole
from tests.review import scored
from tests.review.answered import Answered, answered_call, drafted_call, released_call
from tests.review.scored import person_with

pytestmark = pytest.mark.django_db

Open = Callable[[User], Client]


@pytest.fixture
def signed_in() -> Open:
    def open_(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_


def overview(world: Answered) -> str:
    return reverse("review:letters", args=[world.call.pk])


def of_letter(world: Answered, letter: AnswerLetter, name: str = "answer") -> str:
    return reverse(f"review:{name}", args=[world.call.pk, letter.pk])


class TestWhoGetsOn:
    @pytest.mark.parametrize("role", [ReviewRole.COMMITTEE, ReviewRole.CHAIR, ReviewRole.DEPUTY])
    def test_nobody_outside_of_the_office(self, signed_in: Open, role: ReviewRole) -> None:
        world = drafted_call()
        client = signed_in(person_with(role, "mitglied@example.org"))
        letter = world.letters[0]
        pages = [overview(world), of_letter(world, letter), of_letter(world, letter, "answer_file")]
        assert [client.get(page).status_code for page in pages] == [403, 403, 403]

    def test_the_auditor_reads_and_changes_nothing(self, signed_in: Open) -> None:
        world = drafted_call()
        client, letter = signed_in(person_with(ReviewRole.AUDITOR, "revision@example.org")), world.letters[0]
        assert client.get(of_letter(world, letter)).status_code == 200
        assert "Speichern" not in client.get(of_letter(world, letter)).content.decode()
        acts = ["answer_edit", "answer_template", "answer_resend", "answer_bounce", "answer_settle"]
        assert [client.post(of_letter(world, letter, act)).status_code for act in acts] == [403] * 5
        template = reverse("review:letter_template", args=[world.call.pk, "rejection", "de"])
        text = {"based_on": 0, "subject": "x", "body": "y"}
        assert (client.get(template).status_code, client.post(template, text).status_code) == (200, 404)
        assert not LetterTemplate.objects.exists()

    def test_a_conflict_of_interest_closes_a_letter(self, signed_in: Open) -> None:
        world = drafted_call()
        closed = world.letters[0]
        scored.declare(world.office, [closed.decision.proposal], Declaration.Kind.EMPLOYER)
        client = signed_in(world.office)
        assert client.get(of_letter(world, closed)).status_code == 404
        assert client.get(of_letter(world, closed, "answer_file")).status_code == 404
        page = client.get(overview(world)).content.decode()
        assert str(closed.decision.proposal.reference) not in page
        assert "1 weiteres Schreiben ist für Sie geschlossen" in page

    def test_a_letter_of_another_call_is_not_there(self, signed_in: Open) -> None:
        world, other = drafted_call(), drafted_call()
        address = reverse("review:answer", args=[world.call.pk, other.letters[0].pk])
        client = signed_in(world.lead)
        assert client.get(address).status_code == 404


class TestTheWay:
    def test_leads_from_the_decisions_to_letters_that_wait(self, signed_in: Open) -> None:
        world = drafted_call()
        office, lead = signed_in(world.office), signed_in(world.lead)
        client_sees = office.get(overview(world)).content.decode()
        assert "Freigeben und senden" not in client_sees
        assert "Freigeben muss eine zweite Person" in client_sees
        assert "Freigeben und senden" in lead.get(overview(world)).content.decode()
        release = reverse("review:letters_release", args=[world.call.pk, 1])
        assert office.post(release).status_code == 403
        assert [lead.post(release).status_code for _click in range(2)] == [302, 302]
        assert Message.objects.count() == 3
        assert "wartet auf den Versand (3)" in lead.get(overview(world)).content.decode()

    def test_asks_who_is_there_before_a_release(self, signed_in: Open, settings: Settings) -> None:
        world = drafted_call()
        lead = signed_in(world.lead)
        settings.SECOND_FACTOR_REQUIRED = True
        answer = lead.post(reverse("review:letters_release", args=[world.call.pk, 1]))
        assert (answer.status_code, Message.objects.exists()) == (302, False)
        assert not answer.headers["Location"].endswith(overview(world))

    def test_drafts_holds_and_goes_on(self, signed_in: Open) -> None:
        world = drafted_call()
        client, key = signed_in(world.lead), world.call.pk
        client.post(reverse("review:letters_discard", args=[key, 1]))
        assert not AnswerLetter.objects.exists()
        office = signed_in(world.office)
        refused = office.post(reverse("review:letters_draft", args=[key]), {"dated_on": "bald"})
        assert refused.status_code == 422
        office.post(reverse("review:letters_draft", args=[key]), {"dated_on": "2021-01-14"})
        assert "14. Januar 2021" in office.get(overview(world)).content.decode()
        too_early = client.post(reverse("review:letters_release", args=[key, 1]))
        assert (too_early.status_code, "fehlt das PDF" in too_early.content.decode()) == (409, True)

    def test_offers_to_hold_a_batch_only_while_something_can_be_held(self, signed_in: Open) -> None:
        world = released_call()
        office = signed_in(world.office)
        assert "Versand anhalten" in office.get(overview(world)).content.decode()
        Message.objects.update(state=Message.State.SENT, sent_at=clock.now())
        assert "Versand anhalten" not in office.get(overview(world)).content.decode()

    def test_edits_a_letter_and_shows_both_texts_after_a_conflict(self, signed_in: Open) -> None:
        world = drafted_call()
        client, letter = signed_in(world.office), world.letters[0]
        text = {"based_on": 1, "recipient": "neu@example.org", "subject": "Zusage", "body": "Mein Text."}
        assert client.post(of_letter(world, letter, "answer_edit"), text).status_code == 302
        assert (world.letters[0].recipient, world.letters[0].is_edited) == ("neu@example.org", True)
        shown = client.get(of_letter(world, letter)).content.decode()
        assert "Abweichungen von der Vorlage" in shown
        late = client.post(of_letter(world, letter, "answer_edit"), text | {"body": "Zu spät."})
        page = late.content.decode()
        assert (late.status_code, "Zu spät." in page, "Mein Text." in page) == (409, True, True)
        wrong = client.post(of_letter(world, letter, "answer_edit"), text | {"based_on": 2, "body": "{thema}"})
        assert (wrong.status_code, "wird hier nicht mehr ersetzt" in wrong.content.decode()) == (422, True)
        client.post(of_letter(world, letter, "answer_template"), {"based_on": 2, "language": "en"})
        assert world.letters[0].subject.startswith("Acceptance")

    def test_saves_a_template_and_says_what_is_wrong_with_one(self, signed_in: Open) -> None:
        world = drafted_call()
        client = signed_in(world.office)
        address = reverse("review:letter_template", args=[world.call.pk, "rejection", "de"])
        page = client.get(address).content.decode()
        assert "{thema}" in page
        assert "{rang}" not in page
        bad = client.post(address, {"based_on": 0, "subject": "Antwort", "body": "Hallo {name}"})
        assert (bad.status_code, "{name} gibt es nicht" in bad.content.decode()) == (422, True)
        assert client.post(address, {"based_on": 0, "subject": "Antwort", "body": "Neu {thema}"}).status_code == 302
        late = client.post(address, {"based_on": 0, "subject": "Antwort", "body": "Spät {thema}"})
        assert (late.status_code, "Neu {thema}" in late.content.decode()) == (409, True)
        assert world.letters[2].body == "Neu Thema 3"
        assert client.get(reverse("review:letter_templates", args=[world.call.pk])).status_code == 200

    def test_records_what_came_back_and_sends_it_to_another_address(self, signed_in: Open) -> None:
        world = answered_call()
        client, letter = signed_in(world.office), world.letters[0]
        assert client.post(of_letter(world, letter, "answer_bounce"), {"reason": ""}).status_code == 422
        client.post(of_letter(world, letter, "answer_bounce"), {"reason": "550 unbekannt"})
        assert "zurückgekommen (1)" in client.get(overview(world)).content.decode()
        again = {"recipient": "richtig@example.org", "reason": "Adresse war falsch."}
        answers = [client.post(of_letter(world, letter, "answer_resend"), again) for _click in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert Message.objects.filter(recipient="richtig@example.org").count() == 1
        assert "erneut versandt, siehe dort (1)" in client.get(overview(world)).content.decode()

    def test_settles_what_is_uncertain(self, signed_in: Open) -> None:
        world = released_call()
        letter, client = world.letters[0], signed_in(world.lead)
        Message.objects.filter(answer_letter=letter).update(state=Message.State.UNCERTAIN)
        assert "Klären" in client.get(of_letter(world, letter)).content.decode()
        client.post(of_letter(world, letter, "answer_settle"), {"outcome": "was_sent"})
        message = world.letters[0].message
        assert message is not None
        assert message.state == Message.State.SENT


class TestTheFile:
    def test_is_shown_in_a_page_of_ours_and_kept_out_of_caches(self, signed_in: Open) -> None:
        world = drafted_call()
        answer = signed_in(world.lead).get(of_letter(world, world.letters[0], "answer_file"))
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.getvalue().startswith(b"%PDF")

    def test_is_not_there_before_it_is_made(self, signed_in: Open) -> None:
        world = drafted_call(pdfs=False)
        assert signed_in(world.lead).get(of_letter(world, world.letters[0], "answer_file")).status_code == 404


def test_the_page_costs_as_many_queries_for_many_letters_as_for_few(
    signed_in: Open, query_count: Callable[[Callable[[], object]], int]
) -> None:
    few, many = answered_call((Outcome.REJECTION,)), answered_call((Outcome.REJECTION,) * 12)
    counts = []
    for world in (few, many):
        client = signed_in(world.lead)
        client.get(overview(world))
        counts.append(query_count(lambda client=client, world=world: client.get(overview(world))))  # type: ignore[misc]
    assert counts[0] == counts[1] <= 22
    assert LetterBatch.objects.count() == 2
