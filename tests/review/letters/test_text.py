"""What may stand in a letter: plain placeholders, each filled once, and nothing that runs."""

import re
import subprocess
from io import BytesIO

import pikepdf
import pytest

from review.domain.change_template import TemplateConflict, change_template
from review.domain.edit_letter import LetterConflict, edit_letter, take_template
from review.domain.letter_pdf import make_missing, missing
from review.domain.letter_templates import TextMissing, Wording, shipped, template_of
from review.domain.letter_text import TextRefused, check, fill, offered, paragraphs
from review.models import AnswerLetter, Language, LetterTemplate, Outcome
from tests.review.answered import DRAFTED, Answered, drafted_call


class TestPlaceholders:
    @pytest.mark.parametrize("outcome", Outcome)
    @pytest.mark.parametrize("language", Language)
    def test_of_the_shipped_texts_all_exist(self, outcome: Outcome, language: Language) -> None:
        text = shipped(outcome, language)
        check(text.subject, outcome)
        check(text.body, outcome)
        assert "{bezug}" in text.body
        assert "{rueckmeldung}" in text.body

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Hallo {nachname}", r"\{nachname\} gibt es nicht"),
            ("Hallo {}", r"\{\} gibt es nicht"),
            ("Hallo {thema", "geschweifte Klammer ohne ihr Gegenstück"),
            ("Hallo thema}", "geschweifte Klammer ohne ihr Gegenstück"),
            ("Hallo {{thema}}", "geschweifte Klammer ohne ihr Gegenstück"),
            ("Hallo { thema }", "geschweifte Klammer"),
            ("Hallo {thema.__class__}", "gibt es nicht"),
            ("Hallo {% include 'x' %}", "geschweifte Klammer"),
            ("Rang {rang}", r"\{rang\} hat in diesem Schreiben keinen Inhalt"),
        ],
    )
    def test_that_do_not_exist_or_have_no_end_are_refused_with_a_sentence(self, text: str, words: str) -> None:
        with pytest.raises(TextRefused, match=words):
            check(text, Outcome.REJECTION)

    def test_are_offered_where_they_mean_something(self) -> None:
        names = {outcome: {one.name for one in offered(outcome)} for outcome in Outcome}
        assert "rang" in names[Outcome.RESERVE] - names[Outcome.REJECTION]
        assert "veranstaltung" in names[Outcome.ACCEPTANCE] - names[Outcome.RESERVE]

    def test_are_filled_once_so_that_a_value_stays_text(self) -> None:
        assert fill("{thema} von {organisation}", {"thema": "{organisation}", "organisation": "{thema} <b>"}) == (
            "{organisation} von {thema} <b>"
        )

    def test_that_are_empty_leave_no_gap(self) -> None:
        assert fill("Erstens.\n\n{bezug}\n\nZweitens.", {"bezug": ""}) == "Erstens.\n\nZweitens."


def test_a_text_is_paragraphs_lists_and_addresses() -> None:
    assert paragraphs("Eins\nzwei:\n- a\n- b\n\nDrei:\nhttps://example.org/x") == [
        ("p", ["Eins", "zwei:"]),
        ("ul", ["a", "b"]),
        ("p", ["Drei:"]),
        ("link", ["https://example.org/x"]),
    ]


@pytest.mark.django_db
class TestALetter:
    def test_says_what_was_decided_and_nothing_is_left_open(self) -> None:
        world = drafted_call((*Outcome,), feedback="Gut begründet.", title="Themenaufruf 2021")
        for letter in world.letters:
            assert not re.search(r"[{}]", letter.subject + letter.body)
            assert letter.decision.proposal.title in letter.body
            assert "Gut begründet." in letter.body
            assert "Themenaufruf 2021" in letter.body
            assert str(letter.decision.proposal.public_id) in letter.body
        acceptance, reserve = world.letters[:2]
        assert "Dialog: Thema 1" in acceptance.body
        assert "an Stelle 1" in reserve.body

    def test_without_feedback_says_nothing_of_feedback(self) -> None:
        assert "Rückmeldung" not in drafted_call((Outcome.REJECTION,)).letters[0].body

    def test_can_be_english(self) -> None:
        world = drafted_call((Outcome.ACCEPTANCE,))
        letter = take_template(world.letters[0], Language.ENGLISH, based_on=1, actor=world.office, at=DRAFTED)
        assert letter.subject == "Acceptance: your topic proposal TA2021-0001"
        assert (letter.is_edited, letter.version, letter.file.name) == (False, 2, "")
        assert _text(world, letter).count("Dear Kim Beispiel 1") == 1

    def test_shows_hostile_text_as_text(self) -> None:
        world = drafted_call((Outcome.REJECTION,))
        hostile = "<script>x</script> <img src=file:///etc/passwd> {% load %} {{ x }} =1+1"
        letter = edit_letter(
            world.letters[0],
            Wording("Betreff\nBcc: other@example.org", f"{hostile}\x00\u202e"),
            recipient="kontakt@example.org",
            based_on=1,
            actor=world.office,
            at=DRAFTED,
        )
        assert letter.subject == "Betreff Bcc: other@example.org"
        assert letter.body == hostile
        assert "<script>x</script>" in _text(world, letter)

    def test_is_a_tagged_pdf_with_title_and_language(self) -> None:
        world = drafted_call((Outcome.ACCEPTANCE,))
        with pikepdf.open(BytesIO(world.letters[0].file.open().read())) as document:
            with document.open_metadata() as metadata:
                assert (metadata["dc:title"], metadata["pdfuaid:part"]) == (world.letters[0].subject, "1")
            assert (str(document.Root.Lang), bool(document.Root.MarkInfo.Marked)) == ("de", True)
        text = _text(world, world.letters[0])
        assert "Stadt Beispielort 0" in text
        assert "12. Januar 2021" in text

    def test_that_was_edited_is_marked_and_has_no_pdf_until_it_is_made_anew(self) -> None:
        world = drafted_call((Outcome.REJECTION,))
        before = world.letters[0]
        letter = _edited(world, "Ganz anders.")
        assert (letter.is_edited, letter.version, letter.sha256, missing(world.call)) == (True, 2, "", [letter.pk])
        assert make_missing([letter.pk]) == 1
        letter.refresh_from_db()
        assert letter.sha256 not in {"", before.sha256}
        back = take_template(letter, Language.GERMAN, based_on=2, actor=world.office, at=DRAFTED)
        assert (back.is_edited, back.body) == (False, before.body)

    def test_that_a_colleague_changed_meanwhile_is_not_overwritten(self) -> None:
        world = drafted_call((Outcome.REJECTION,))
        _edited(world, "Eins.")
        with pytest.raises(LetterConflict):
            _edited(world, "Zwei.")
        assert world.letters[0].body == "Eins."

    def test_refuses_a_placeholder_that_nothing_fills_any_more(self) -> None:
        world = drafted_call((Outcome.REJECTION,))
        with pytest.raises(TextRefused, match="wird hier nicht mehr ersetzt"):
            _edited(world, "Thema {thema}")
        with pytest.raises(TextMissing):
            _edited(world, " ")


@pytest.mark.django_db
class TestATemplate:
    def test_that_is_changed_takes_the_drafts_along_that_nobody_edited(self) -> None:
        world = drafted_call((Outcome.REJECTION, Outcome.REJECTION, Outcome.ACCEPTANCE))
        _edited(world, "Von Hand.")
        self._change(world, "Neu: {thema}")
        assert [letter.body == f"Neu: {letter.decision.proposal.title}" for letter in world.letters] == [
            False,
            True,
            False,
        ]
        assert (world.letters[0].body, set(missing(world.call))) == (
            "Von Hand.",
            {letter.pk for letter in world.letters[:2]},
        )

    def test_is_not_overwritten(self) -> None:
        world = drafted_call((Outcome.REJECTION,))
        self._change(world, "Eins")
        with pytest.raises(TemplateConflict):
            self._change(world, "Zwei")
        self._change(world, "Zwei", based_on=1)
        assert LetterTemplate.objects.get().version == 2
        assert template_of(world.call, Outcome.REJECTION, Language.GERMAN).body == "Zwei"

    def test_with_an_unknown_placeholder_is_refused(self) -> None:
        world = drafted_call((Outcome.REJECTION,))
        with pytest.raises(TextRefused):
            self._change(world, "Neu: {rang}")
        assert not LetterTemplate.objects.exists()

    def _change(self, world: Answered, body: str, based_on: int = 0) -> None:
        text = Wording("Antwort {vorgangsnummer}", body)
        change_template(
            world.call, Outcome.REJECTION, Language.GERMAN, text, based_on=based_on, actor=world.office, at=DRAFTED
        )


def _edited(world: Answered, body: str) -> AnswerLetter:
    text = Wording("Antwort", body)
    letter = world.letters[0]
    return edit_letter(letter, text, recipient=letter.recipient, based_on=1, actor=world.office, at=DRAFTED)


def _text(world: Answered, letter: AnswerLetter) -> str:
    make_missing(missing(world.call))
    letter.refresh_from_db()
    made = subprocess.run(["pdftotext", "-", "-"], input=letter.file.open().read(), capture_output=True, check=True)
    return str(made.stdout, "utf-8")
