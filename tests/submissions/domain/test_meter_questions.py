"""Under load the newest text of a proposal is measured and the threads of the server stay free."""

import threading
from collections.abc import Callable

import pytest
from django.core.cache import cache

from connective.pdf import engine
from submissions.domain import meter_questions
from submissions.domain.meter_questions import answer
from submissions.domain.page_limit import Measurement, measure

pytestmark = pytest.mark.usefixtures("fresh_meter")

Ask = Callable[[int, str], None]


class Askers:
    """People who ask at the same time; `answers` holds what they get, by the text that they asked for."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.answers: dict[str, Measurement | None] = {}
        self._threads: list[threading.Thread] = []

    def ask(self, proposal_id: int, text: str) -> None:
        """Ask and wait until the question is either answered or stands in the queue for the engine."""
        waiting = threading.Event()
        real = meter_questions._ask

        def work() -> None:
            self.answers[text] = answer(proposal_id, {"background": text}, 2)
            waiting.set()

        def asked(proposal_id: int) -> str:
            mark = real(proposal_id)
            threading.Timer(0.05, waiting.set).start()
            return mark

        meter_questions._ask = asked
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()
        assert waiting.wait(10)
        meter_questions._ask = real

    def wait(self) -> None:
        """Wait for all answers."""
        for thread in self._threads:
            thread.join(20)


def test_of_three_texts_of_one_proposal_only_the_newest_is_laid_out(layouts_made: list[str]) -> None:
    askers = Askers()
    with engine.layout_lock:
        for text in ("eins", "zwei", "drei"):
            askers.ask(1, text)
        assert askers.answers == {}
    askers.wait()
    assert askers.answers == {"eins": None, "zwei": None, "drei": measure({"background": "drei"})}
    assert layouts_made == ["<p>drei</p>"]


def test_different_proposals_do_not_disturb_each_other() -> None:
    askers = Askers()
    with engine.layout_lock:
        askers.ask(1, "eins")
        askers.ask(2, "zwei")
    askers.wait()
    assert askers.answers == {text: measure({"background": text}) for text in ("eins", "zwei")}


def test_a_newer_question_in_another_process_counts_too(layouts_made: list[str]) -> None:
    askers = Askers()
    with engine.layout_lock:
        askers.ask(1, "eins")
        cache.set(meter_questions._key(1), "mark of another process")
    askers.wait()
    assert askers.answers == {"eins": None}
    assert layouts_made == []
    assert answer(1, {"background": "eins"}, 2) is not None


def test_more_questions_than_places_are_put_off_at_once_and_known_texts_answered() -> None:
    known = measure({"background": "bekannt"})
    askers = Askers()
    with engine.layout_lock:
        for number in range(meter_questions.PLACES):
            askers.ask(number, f"Text {number}")
        assert answer(99, {"background": "einer zu viel"}, 2) is None
        assert answer(99, {"background": "bekannt"}, 2) == known
    askers.wait()
    assert None not in askers.answers.values()
    assert answer(99, {"background": "einer zu viel"}, 2) is not None


def test_the_process_remembers_a_bounded_number_of_questions() -> None:
    for number in range(meter_questions._MAX_PROPOSALS + 5):
        meter_questions._ask(number)
    assert len(meter_questions._newest) == meter_questions._MAX_PROPOSALS


def test_a_wrong_section_is_an_error_and_takes_no_place() -> None:
    for _ in range(meter_questions.PLACES + 1):
        with pytest.raises(KeyError):
            answer(1, {"title": "x"}, 2)
    assert answer(1, {"background": "noch frei"}, 2) is not None
