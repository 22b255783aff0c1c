"""A letter that comes back, by hand and by the mail provider; and one that is sent again."""

import base64
import json
from collections.abc import Callable

import pytest
from django.core.mail import get_connection
from django.test import Client
from pytest_django import Settings

from connective import clock
from connective.errors import DomainError
from connective.mail.composing import compose
from connective.mail.delivery import due
from connective.mail.models import Message
from connective.mail.resolution import Held, Resolution, resolve
from review import webhooks
from review.domain.answers import visible_answer
from review.domain.edit_letter import BadAddress
from review.domain.errors import ReasonNeeded
from review.domain.release_letters import pause
from review.domain.resend import CannotResend, NotSent, Paused, record_bounce, resend
from review.domain.withdraw_letters import withdraw_letters_of
from review.models import AnswerLetter, Outcome
from tests.review.answered import SENT, Answered, answered_call, mark_sent, released_call, superseded

pytestmark = pytest.mark.django_db

State = Message.State


def again(world: Answered, letter: AnswerLetter, **changes: str) -> AnswerLetter:
    """Send a letter again."""
    to = {"recipient": "richtig@example.org", "reason": "Die Adresse war falsch."} | changes
    return resend(letter, **to, actor=world.office, at=SENT)


def set_state(letter: AnswerLetter, state: str) -> None:
    Message.objects.filter(answer_letter=letter).update(state=state, sent_at=SENT if state == "sent" else None)


class TestSendingAgain:
    @pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNCERTAIN])
    def test_is_a_new_row_with_a_reason_and_the_first_never_leaves_again(self, state: str) -> None:
        world = released_call()
        first = world.letters[0]
        set_state(first, state)
        new = again(world, first)
        assert new.message is not None
        assert (new.message.occasion, new.message.recipient) == (
            f"decision:{first.decision_id}:resend:1",
            "richtig@example.org",
        )
        assert (new.sha256, new.body, new.resend_of) == (first.sha256, first.body, first)
        message = Message.objects.get(answer_letter=first)
        with pytest.raises(DomainError):
            resolve(message, world.office, Resolution.SEND_AGAIN)
        assert message not in due(clock.now())

    def test_twice_by_the_same_click_is_once(self) -> None:
        world = answered_call()
        assert again(world, world.letters[0]) == again(world, world.letters[0])
        assert Message.objects.count() == 4

    def test_of_the_repetition_is_numbered_on(self) -> None:
        world = answered_call()
        new = again(world, world.letters[0])
        with pytest.raises(CannotResend):
            again(world, world.letters[0], reason="Noch einmal.")
        mark_sent(new)
        second = again(world, new, reason="Noch einmal.")
        assert second.message is not None
        assert second.message.occasion.endswith(":resend:2")

    def test_needs_reason_and_address(self) -> None:
        world = answered_call()
        with pytest.raises(ReasonNeeded):
            again(world, world.letters[0], reason=" ")
        with pytest.raises(BadAddress):
            again(world, world.letters[0], recipient="x\nBcc: y@example.org")

    def test_waits_until_the_first_is_settled(self) -> None:
        world = released_call()
        with pytest.raises(CannotResend):
            again(world, world.letters[0])
        set_state(world.letters[0], State.FAILED)
        pause(world.batch, actor=world.office, at=SENT)
        with pytest.raises(Paused):
            again(world, world.letters[0])

    def test_of_an_overtaken_decision_is_refused(self) -> None:
        world = answered_call()
        superseded(world.decisions[1], Outcome.ACCEPTANCE, world.lead)
        with pytest.raises(CannotResend):
            again(world, world.letters[1])


class TestACorrection:
    @pytest.mark.parametrize("state", [State.QUEUED, State.FAILED])
    def test_withdraws_the_letter_that_did_not_leave(self, state: str) -> None:
        world = released_call()
        letter = world.letters[1]
        set_state(letter, state)
        superseded(world.decisions[1], Outcome.ACCEPTANCE, world.lead)
        assert withdraw_letters_of(world.decisions[1], actor=world.lead, at=SENT) == 1
        message = Message.objects.get(answer_letter=letter)
        assert (message.state, world.letters[1].state) == (State.WITHDRAWN, AnswerLetter.State.WITHDRAWN)
        assert message not in due(clock.now())

    def test_leaves_a_told_letter_told(self) -> None:
        world = answered_call()
        superseded(world.decisions[1], Outcome.ACCEPTANCE, world.lead)
        assert withdraw_letters_of(world.decisions[1], actor=world.lead, at=SENT) == 0
        assert world.letters[1].state == AnswerLetter.State.RELEASED

    def test_lets_an_uncertain_one_be_told_but_not_sent_again(self) -> None:
        world = released_call()
        letter = world.letters[1]
        set_state(letter, State.UNCERTAIN)
        superseded(world.decisions[1], Outcome.ACCEPTANCE, world.lead)
        withdraw_letters_of(world.decisions[1], actor=world.lead, at=SENT)
        message = Message.objects.get(answer_letter=letter)
        with pytest.raises(Held):
            resolve(message, world.office, Resolution.SEND_AGAIN)
        resolve(message, world.office, Resolution.WAS_SENT)
        answer = visible_answer(letter.decision.proposal)
        assert answer is not None
        assert answer.outcome is Outcome.RESERVE


class TestComingBack:
    def test_is_recorded_once_with_the_reason_and_takes_no_answer_away(self) -> None:
        world = answered_call()
        letter = record_bounce(world.letters[0], reason="550 unbekannt", actor=world.office, at=SENT)
        assert (letter.bounced_at, letter.bounce_reason) == (SENT, "550 unbekannt")
        with pytest.raises(NotSent):
            record_bounce(letter, reason="noch einmal", actor=world.office, at=SENT)
        assert visible_answer(letter.decision.proposal) is not None

    def test_of_what_was_not_sent_is_refused(self) -> None:
        world = released_call()
        with pytest.raises(NotSent):
            record_bounce(world.letters[0], reason="550", actor=world.office, at=SENT)


class TestTheMailProvider:
    """Postmark stands for all: django-anymail brings their reports into one form."""

    @pytest.fixture
    def report(self, settings: Settings) -> Callable[..., int]:
        settings.ROOT_URLCONF = "tests.review.letters.provider_urls"
        settings.ANYMAIL = {"WEBHOOK_SECRET": "postmark:secret"}
        webhooks.connect()

        def report(letter: AnswerLetter, password: str = "secret", kind: str = "HardBounce") -> int:
            message = Message.objects.get(answer_letter=letter)
            body = {
                "RecordType": "Bounce",
                "Type": kind,
                "Email": letter.recipient,
                "MessageID": "00000000-0000-0000-0000-000000000000",
                "Description": "The server was unable to deliver your message",
                "Details": "550 no such user",
                "BouncedAt": "2021-01-12T10:00:00Z",
                "Metadata": {"message_id": message.message_id},
            }
            key = base64.b64encode(f"postmark:{password}".encode()).decode()
            answer = Client().post(
                "/mailanbieter/postmark/tracking/",
                json.dumps(body),
                content_type="application/json",
                headers={"Authorization": f"Basic {key}"},
            )
            return answer.status_code

        return report

    def test_reports_a_letter_that_came_back(self, report: Callable[..., int]) -> None:
        world = answered_call()
        assert [report(world.letters[0]) for _time in range(2)] == [200, 200]
        assert [bool(letter.bounced_at) for letter in world.letters] == [True, False, False]
        assert "550 no such user" in world.letters[0].bounce_reason

    def test_is_believed_only_with_the_secret(self, report: Callable[..., int]) -> None:
        world = answered_call()
        assert report(world.letters[0], password="guessed") == 400
        assert world.letters[0].bounced_at is None

    def test_changes_nothing_by_another_event(self, report: Callable[..., int]) -> None:
        world = answered_call()
        assert report(world.letters[0], kind="SpamComplaint") == 200
        assert world.letters[0].bounced_at is None

    def test_gets_our_message_id_with_each_message(self) -> None:
        message = released_call().letters[0].message
        assert message is not None
        email = compose(message, get_connection("django.core.mail.backends.locmem.EmailBackend"))
        assert email.metadata == {"message_id": message.message_id}  # type: ignore[attr-defined]
