"""Beginning a draft: blank, or with the answers of an earlier proposal."""

from datetime import timedelta

import pytest

from submissions.domain.errors import CallClosed, NotYetOpen
from submissions.domain.letter import take
from submissions.domain.save import save_section
from submissions.domain.start import start
from submissions.domain.submit import content_of
from tests.submissions.build import COMPLETE, draft, in_time, make_call, person
from tests.submissions.domain.test_letter import pdf_with

pytestmark = pytest.mark.django_db


def test_a_copy_takes_the_answers_along_but_neither_commitments_nor_the_letter() -> None:
    call, actor = make_call(), person()
    earlier = draft(call, actor)
    at = in_time(call)
    letter = take(earlier, pdf_with(), actor=actor, at=at)
    with_letter = {**COMPLETE["commitments"], "letter": letter.pk, "letter_sha256": letter.sha256}
    save_section(earlier, "commitments", with_letter, base_version=1, actor=actor, at=at)
    copy = start(call, actor=actor, at=at, organisation=earlier.organisation, copy_of=earlier)
    answers = content_of(copy)
    assert answers["description"] == COMPLETE["description"]
    assert answers["commitments"] == {"follow_up": COMPLETE["commitments"]["follow_up"]}
    assert (copy.title, copy.copied_from) == (earlier.title, earlier)


def test_no_draft_begins_before_the_opening_or_from_the_closing_instant_on() -> None:
    call = make_call()
    with pytest.raises(NotYetOpen):
        start(call, actor=None, at=call.opens_at - timedelta(milliseconds=1))
    start(call, actor=None, at=call.closes_at - timedelta(milliseconds=1))
    with pytest.raises(CallClosed):
        start(call, actor=None, at=call.closes_at)
