"""Many at once on one shortlist and its paper; real threads, a real database."""

import pytest

from connective.audit.models import Entry
from review.domain import shortlist as domain
from review.domain.paper import request_paper
from review.domain.shortlist import Chosen
from review.models import CommitteePaper, Shortlist, ShortlistSnapshot
from tests.review.domain.test_shortlist import Ranked
from tests.review.scored import AT
from tests.submissions.domain.test_races import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ranked() -> Ranked:
    return Ranked()


def test_of_ten_drafts_at_once_there_is_one(ranked: Ranked) -> None:
    results = at_once(*[ranked.draft for _ in range(10)])

    assert sorted(kinds(results)) == ["Shortlist"] + ["ShortlistInWork"] * 9
    assert Shortlist.objects.count() == 1


def test_of_ten_changes_on_the_same_ground_one_wins(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    mark = domain.mark_of(shortlist)
    choices = [[Chosen(proposal.pk)] for proposal in ranked.proposals] * 2

    results = at_once(
        *[
            lambda chosen=chosen: domain.choose(shortlist, chosen, based_on=mark, actor=ranked.office, at=AT)
            for chosen in choices
        ]
    )

    assert sorted(kinds(results)) == ["NoneType"] + ["ShortlistConflict"] * 9
    assert shortlist.entries.count() == 1
    assert Entry.objects.filter(action="shortlist.changed").count() == 1


def test_ten_clicks_fix_a_list_once(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    mark = domain.mark_of(shortlist)

    results = at_once(*[lambda: domain.fix(shortlist, based_on=mark, actor=ranked.lead, at=AT) for _ in range(10)])

    assert kinds(results) == ["ShortlistSnapshot"] * 10
    assert ShortlistSnapshot.objects.count() == Entry.objects.filter(action="shortlist.fixed").count() == 1


def test_ten_clicks_reopen_a_list_once_and_ask_for_one_paper(ranked: Ranked) -> None:
    fixed = ranked.draft()
    ranked.fix(fixed)

    again = at_once(*[lambda: domain.reopen(fixed, reason="Neu.", actor=ranked.lead, at=AT) for _ in range(10)])
    papers = at_once(*[lambda: request_paper(fixed, actor=ranked.lead, at=AT) for _ in range(10)])

    assert sorted(kinds(again)) == ["Shortlist"] + ["ShortlistInWork"] * 9
    assert kinds(papers) == ["tuple"] * 10
    assert CommitteePaper.objects.count() == 1
