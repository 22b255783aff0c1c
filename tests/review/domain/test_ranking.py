"""The ranking of a call, for one person."""

from collections.abc import Callable

import pytest

from connective.accounts.models import User
from review.domain import ranking
from review.models import Assignment, Declaration, FormalCheck, ReviewRole, ReviewSettings, ScoreSheet
from submissions.models import Call, Proposal
from tests.review.scored import AT, criteria, declare, person_with, proposals, score, scored_call
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db


class Judged:
    """Three proposals, three reviewers, two criteria with weights 3 and 1, the second a must."""

    def __init__(self) -> None:
        """Make them."""
        self.call: Call = make_call()
        self.set = criteria(self.call, (3, 1), musts=("relevance",))
        self.heat, self.water, self.waste = proposals(self.call, ["Hitze", "Wasser", "Abfall"])
        self.ada, self.ben, self.cem = (
            person_with(ReviewRole.COMMITTEE, f"{name}@example.org") for name in ("ada", "ben", "cem")
        )
        self.lead: User = person_with(ReviewRole.LEAD, "leitung@example.org")
        declare(self.lead, [self.heat, self.water, self.waste])

    def score(self) -> None:
        """Heat 100, 75, 0; water 50, 50; waste has no review."""
        score(
            self.set,
            {
                self.heat: {self.ada: [4, 4], self.ben: [4, 0], self.cem: [0, 0]},
                self.water: {self.ada: [2, 2], self.ben: [2, 2]},
            },
        )


@pytest.fixture
def judged() -> Judged:
    made = Judged()
    made.score()
    return made


def test_it_shows_the_figures_worked_out_by_hand(judged: Judged) -> None:
    heat, water, waste = ranking.for_person(judged.lead, judged.call).rows()

    assert (heat.title, heat.rank, heat.reviews) == ("Hitze", 1, 3)
    assert heat.mean == pytest.approx(175 / 3)
    assert (heat.median, heat.lowest, heat.highest) == (75, 0, 100)
    assert (heat.disagreement, heat.disagrees) == (100, True)
    assert [figures.mean for figures in heat.criteria] == pytest.approx([8 / 3, 4 / 3])
    assert [figures.spread for figures in heat.criteria] == [4, 4]
    assert [figures.criterion.key for figures in heat.musts_not_met] == ["relevance"]
    assert (water.title, water.rank, water.mean, water.disagrees, water.musts_not_met) == ("Wasser", 2, 50, False, [])
    assert (waste.title, waste.rank, waste.mean, waste.reviews, waste.firmness_text) == ("Abfall", None, None, 0, "")


def test_the_chip_says_on_whom_and_on_what_a_rank_depends(judged: Judged) -> None:
    heat, water, _waste = ranking.for_person(judged.lead, judged.call).rows()

    # Without Ada 37.5 against 50; without Ben 50 and 50, a tie in which heat stays first; without Cem 87.5.
    assert [(str(found), found.rank) for found in heat.depends_on] == [("von der Bewertung durch Ada", 2)]
    assert (heat.best_rank, heat.worst_rank, heat.firm) == (1, 2, False)
    assert heat.firmness_text == "hängt ab von der Bewertung durch Ada"
    assert water.firmness_text == "hängt ab von der Bewertung durch Ada und von der Bewertung durch Ben"


def test_a_rank_that_nothing_changes_is_called_firm(judged: Judged) -> None:
    ScoreSheet.objects.filter(reviewer=judged.cem).update(reviewer=judged.lead)
    score(judged.set, {judged.waste: {judged.ada: [0, 0], judged.ben: [0, 0]}})

    rows = ranking.for_person(judged.lead, judged.call).rows()

    assert (rows[2].title, rows[2].firmness_text) == ("Abfall", "fest")


def test_one_review_alone_is_never_called_firm(judged: Judged) -> None:
    score(judged.set, {judged.waste: {judged.cem: [0, 0]}})

    assert ranking.for_person(judged.lead, judged.call).rows()[2].firmness_text == "nur eine Bewertung"


def test_ties_share_a_rank(judged: Judged) -> None:
    score(judged.set, {judged.waste: {judged.ada: [2, 2]}})

    rows = ranking.for_person(judged.lead, judged.call).rows()

    assert [(row.title, row.rank, row.tied) for row in rows] == [
        ("Hitze", 1, False),
        ("Wasser", 2, True),
        ("Abfall", 2, True),
    ]


def test_not_applicable_is_left_out_and_not_zero(judged: Judged) -> None:
    score(judged.set, {judged.waste: {judged.ada: [3, None]}})

    waste = ranking.for_person(judged.lead, judged.call).rows_of([judged.waste.pk])[judged.waste.pk]

    assert waste.mean == 75
    assert [figures.mean for figures in waste.criteria] == [3, None]
    assert waste.musts_not_met == []


def test_an_open_sheet_does_not_count(judged: Judged) -> None:
    ScoreSheet.objects.filter(reviewer=judged.ada).update(state="open", submitted_at=None)

    rows = ranking.for_person(judged.lead, judged.call).rows()[:2]

    assert [(row.title, row.mean, row.reviews) for row in rows] == [("Wasser", 50, 1), ("Hitze", 37.5, 2)]


def test_each_sheet_counts_by_the_weights_of_its_own_set(judged: Judged) -> None:
    later = criteria(judged.call, (1, 3), number=2)
    score(later, {judged.waste: {judged.ada: [4, 0]}})

    found = ranking.for_person(judged.lead, judged.call)

    # By the first set it would be 75.
    assert found.rows_of([judged.waste.pk])[judged.waste.pk].mean == 25
    assert found.criteria_set_id == later.pk
    assert [criterion.must_at_least for criterion in found.criteria] == [None, None]


def test_what_the_formal_check_did_not_admit_has_no_rank_and_changes_none(judged: Judged) -> None:
    FormalCheck.objects.create(
        proposal=judged.heat, result="not_eligible", reason="Zu spät.", checked_by=judged.lead, checked_at=AT
    )

    found = ranking.for_person(judged.lead, judged.call)

    assert [(row.title, row.rank) for row in found.rows()] == [("Wasser", 1), ("Abfall", None)]
    assert [facts["shown_title"] for facts in found.excluded] == ["Hitze"]


def test_a_closed_proposal_leaves_no_gap_in_the_ranks(judged: Judged) -> None:
    Declaration.objects.filter(proposal=judged.heat, person=judged.lead).update(kind="land")

    found = ranking.for_person(judged.lead, judged.call)

    assert [(row.title, row.rank) for row in found.rows()] == [("Wasser", 1), ("Abfall", None)]
    assert (len(found), found.closed_count) == (2, 0)


def test_scores_that_are_not_open_yet_are_only_counted(judged: Judged) -> None:
    Declaration.objects.filter(proposal=judged.heat, person=judged.lead).delete()

    found = ranking.for_person(judged.lead, judged.call)

    assert ([row.title for row in found.rows()], found.closed_count) == (["Wasser", "Abfall"], 1)


def test_in_blind_mode_names_show_where_the_own_sheet_is_submitted(judged: Judged) -> None:
    ReviewSettings.objects.create(call=judged.call, blind=True)
    declare(judged.cem, [judged.heat, judged.water, judged.waste])
    Assignment.objects.create(proposal=judged.water, reviewer=judged.cem, assigned_by=judged.lead, assigned_at=AT)

    found = ranking.for_person(judged.cem, judged.call)

    assert [(row.title, row.organisation) for row in found.rows()] == [("Hitze", "Stadt Beispielort 0")]
    assert found.closed_count == 1


def test_an_empty_call_has_an_empty_ranking() -> None:
    lead = person_with(ReviewRole.LEAD, "leitung@example.org")
    found = ranking.for_person(lead, make_call())

    assert (found.rows(), len(found), found.alpha, found.alpha_by_criterion) == ([], 0, None, [])


def test_the_ranking_of_all_counts_what_is_closed_to_anybody(judged: Judged) -> None:
    declare(judged.ada, [judged.heat], kind="land")

    found = ranking.of_all(judged.call)

    # Ada's own sheet no longer counts: she has a conflict.
    assert found.ranks == {judged.heat.pk: 2, judged.water.pk: 1, judged.waste.pk: None}


@pytest.mark.parametrize("count", [3, 40])
def test_it_costs_the_same_queries_for_few_and_for_many(
    count: int, query_count: Callable[[Callable[[], object]], int]
) -> None:
    call, lead, _people = scored_call(count, reviewers=5)
    lead = User.objects.get(pk=lead.pk)

    assert query_count(lambda: ranking.for_person(lead, call).rows()) == 6
    assert Proposal.objects.count() == count
