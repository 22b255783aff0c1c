"""What is shown of two versions of a long text."""

from submissions.domain.excerpts import CONTEXT, MARK, around_the_difference


def test_short_texts_are_shown_whole() -> None:
    assert around_the_difference("Erst so.", "Dann anders.") == ("Erst so.", "Dann anders.")
    assert around_the_difference("", "Neu.") == ("", "Neu.")


def test_a_change_at_the_end_of_a_long_text_is_in_sight() -> None:
    same = "Ein Satz, der bleibt. " * 100
    then, today = around_the_difference(f"{same}Das war so.", f"{same}Das ist anders.")
    assert then.startswith(f"{MARK} ")
    assert then.endswith("Das war so.")
    assert today.endswith("Das ist anders.")
    assert len(then) < 2 * CONTEXT + 50


def test_what_was_added_in_the_middle_stands_between_what_is_the_same() -> None:
    begin, end = "Anfang " * 50, " Ende" * 50
    then, today = around_the_difference(f"{begin}{end}", f"{begin}NEU{end}")
    assert "NEU" not in then
    assert "NEU" in today
    assert today.startswith(f"{MARK} ")
    assert today.endswith(f" {MARK}")
