"""From the ranking to a fixed shortlist."""

import json
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from connective.accounts.models import User
from connective.audit.models import Entry
from review.domain import shortlist as domain
from review.domain import snapshot
from review.domain.balance import balance
from review.domain.deviations import DeviationKind
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.domain.shortlist import Chosen
from review.domain.shortlist_view import view
from review.domain.visible import proposals_for
from review.models import Assignment, Declaration, ReviewRole, ReviewSettings, Shortlist, ShortlistSnapshot
from submissions.models import Call, Municipality, Proposal, Theme
from tests.review.scored import AT, criteria, declare, person_with, proposals, score
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db

REASON = "Das Thema ergänzt die beiden anderen."


class Ranked:
    """Five proposals with means 100, 75, 50, 50 and none; their lead, and a committee member without any part."""

    def __init__(self) -> None:
        """Make them."""
        self.call: Call = make_call()
        themes = [{"topic": {"themes": ["Klima"]}}] * 2 + [{}] * 3
        self.proposals = proposals(self.call, ["Hitze", "Wasser", "Abfall", "Busse", "Wald"], themes)
        self.first, self.second, self.third, self.fourth, self.fifth = self.proposals
        reviewer = person_with(ReviewRole.COMMITTEE, "bewertung@example.org")
        score(
            criteria(self.call, (1,)),
            {
                self.first: {reviewer: [4]},
                self.second: {reviewer: [3]},
                self.third: {reviewer: [2]},
                self.fourth: {reviewer: [2]},
            },
        )
        self.lead: User = person_with(ReviewRole.LEAD, "leitung@example.org")
        self.office: User = person_with(ReviewRole.OFFICE, "buero@example.org")
        declare(self.lead, self.proposals)
        declare(self.office, self.proposals)

    def draft(self, size: int = 2) -> Shortlist:
        """Draft a list of the best."""
        return domain.draft_from_ranking(self.call, size, actor=self.office, at=AT)

    def choose(self, shortlist: Shortlist, *places: tuple[Proposal, str], actor: User | None = None) -> None:
        """Set the list."""
        chosen = [Chosen(proposal.pk, reason) for proposal, reason in places]
        domain.choose(shortlist, chosen, based_on=domain.mark_of(shortlist), actor=actor or self.office, at=AT)

    def fix(self, shortlist: Shortlist) -> ShortlistSnapshot:
        """Fix the list."""
        return domain.fix(shortlist, based_on=domain.mark_of(shortlist), actor=self.lead, at=AT)


@pytest.fixture
def ranked() -> Ranked:
    return Ranked()


def titles(user: User, shortlist: Shortlist) -> list[tuple[int, str]]:
    """Return places and titles as a person sees them."""
    return [(place.position, place.proposal.title) for place in view(user, shortlist).places]


def test_a_draft_takes_the_best_in_their_order(ranked: Ranked) -> None:
    assert titles(ranked.lead, ranked.draft()) == [(1, "Hitze"), (2, "Wasser")]


def test_a_draft_takes_all_that_are_equal_on_the_last_place(ranked: Ranked) -> None:
    assert titles(ranked.lead, ranked.draft(3)) == [(1, "Hitze"), (2, "Wasser"), (3, "Abfall"), (4, "Busse")]


def test_a_call_has_one_draft(ranked: Ranked) -> None:
    ranked.draft()

    with pytest.raises(domain.ShortlistInWork):
        ranked.draft()


def test_without_ranks_there_is_nothing_to_draft() -> None:
    lead = person_with(ReviewRole.LEAD, "leitung@example.org")

    with pytest.raises(domain.NothingRanked):
        domain.draft_from_ranking(make_call(), 3, actor=lead, at=AT)


def test_a_deviation_asks_for_a_reason_before_the_list_is_fixed(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    ranked.choose(shortlist, (ranked.first, ""), (ranked.third, ""))

    with pytest.raises(domain.ReasonsMissing) as refusal:
        ranked.fix(shortlist)

    assert refusal.value.proposals == (ranked.third.pk,)
    place = view(ranked.lead, shortlist).places[1]
    assert (place.deviation, place.instead_of) == ((DeviationKind.BETTER_LEFT_OUT,), (ranked.second.reference,))
    assert place.needs_reason


def test_choosing_between_equals_asks_for_a_reason(ranked: Ranked) -> None:
    shortlist = ranked.draft(3)
    ranked.choose(shortlist, (ranked.first, ""), (ranked.second, ""), (ranked.fourth, ""))

    with pytest.raises(domain.ReasonsMissing) as refusal:
        ranked.fix(shortlist)

    assert refusal.value.proposals == (ranked.fourth.pk,)


def test_fixing_freezes_ranks_scores_criteria_reasons_and_ties(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    ranked.choose(shortlist, (ranked.first, ""), (ranked.third, REASON))

    frozen = ranked.fix(shortlist)

    content = json.loads(frozen.content)
    assert shortlist.state == Shortlist.State.FIXED
    assert [
        (entry["position"], entry["reference"], entry["rank"], entry["reason"]) for entry in content["entries"]
    ] == [
        (1, ranked.first.reference, 1, ""),
        (2, ranked.third.reference, 3, REASON),
    ]
    assert content["entries"][1]["deviation"] == ["better_left_out"]
    assert content["entries"][1]["instead_of"] == [ranked.second.reference]
    assert content["ties"] == [[ranked.third.reference, ranked.fourth.reference]]
    assert [(row["rank"], row["mean"]) for row in content["ranking"]] == [
        (1, 100),
        (2, 75),
        (3, 50),
        (3, 50),
        (None, None),
    ]
    assert [(made["key"], made["weight"]) for made in content["criteria"]] == [("multilateral", 1)]
    assert Entry.objects.filter(action="shortlist.fixed").count() == 1


def test_fixing_twice_makes_one_snapshot(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    mark = domain.mark_of(shortlist)

    first = domain.fix(shortlist, based_on=mark, actor=ranked.lead, at=AT)
    second = domain.fix(shortlist, based_on=mark, actor=ranked.lead, at=AT)

    assert first.pk == second.pk
    assert Entry.objects.filter(action="shortlist.fixed").count() == 1


def test_what_is_fixed_stays_when_scores_and_list_would_change(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    frozen = ranked.fix(shortlist)
    reviewer = person_with(ReviewRole.COMMITTEE, "spaet@example.org")
    score(criteria(ranked.call, (1,), number=2), {ranked.second: {reviewer: [0]}})

    with pytest.raises(domain.ShortlistFixed):
        ranked.choose(shortlist, (ranked.fifth, REASON))
    with pytest.raises(DatabaseError), transaction.atomic():
        ShortlistSnapshot.objects.filter(pk=frozen.pk).update(content="{}")
    assert [place.mean for place in view(ranked.lead, shortlist).places] == [100, 75]


def test_reopening_makes_another_list_and_erases_nothing(ranked: Ranked) -> None:
    fixed = ranked.draft()
    ranked.fix(fixed)

    again = domain.reopen(fixed, reason="Eine Kommune hat zurückgezogen.", actor=ranked.lead, at=AT)

    assert (again.number, again.state) == (2, Shortlist.State.DRAFT)
    assert titles(ranked.lead, again) == titles(ranked.lead, fixed) == [(1, "Hitze"), (2, "Wasser")]
    with pytest.raises(domain.ShortlistInWork):
        domain.reopen(fixed, reason="Noch einmal.", actor=ranked.lead, at=AT)


def test_reopening_needs_a_reason(ranked: Ranked) -> None:
    fixed = ranked.draft()
    ranked.fix(fixed)

    with pytest.raises(ReasonNeeded):
        domain.reopen(fixed, reason=" ", actor=ranked.lead, at=AT)


def test_two_tabs_do_not_overwrite_each_other(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    mark = domain.mark_of(shortlist)
    ranked.choose(shortlist, (ranked.first, ""))

    with pytest.raises(domain.ShortlistConflict):
        domain.choose(shortlist, [Chosen(ranked.second.pk)], based_on=mark, actor=ranked.office, at=AT)
    with pytest.raises(domain.ShortlistConflict):
        domain.fix(shortlist, based_on=mark, actor=ranked.lead, at=AT)

    assert titles(ranked.lead, shortlist) == [(1, "Hitze")]


@pytest.mark.parametrize("role", [ReviewRole.COMMITTEE, ReviewRole.CHAIR, ReviewRole.AUDITOR])
def test_only_the_office_chooses_and_only_the_lead_fixes(ranked: Ranked, role: ReviewRole) -> None:
    other = person_with(role, "andere@example.org")
    shortlist = ranked.draft()
    mark = domain.mark_of(shortlist)

    with pytest.raises(NotPermitted):
        domain.choose(shortlist, [], based_on=mark, actor=other, at=AT)
    for person in (other, ranked.office):
        with pytest.raises(NotPermitted):
            domain.fix(shortlist, based_on=mark, actor=person, at=AT)
        with pytest.raises(NotPermitted):
            domain.reopen(shortlist, reason="Weil.", actor=person, at=AT)


def test_whoever_fixes_has_said_about_each_proposal_whether_there_is_a_conflict(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    Declaration.objects.filter(person=ranked.lead, proposal=ranked.fifth).delete()

    with pytest.raises(domain.DeclarationsMissing):
        ranked.fix(shortlist)


def test_a_person_with_a_conflict_sees_no_trace_of_the_proposal_and_cannot_move_it(ranked: Ranked) -> None:
    shortlist = ranked.draft(3)
    Declaration.objects.filter(person=ranked.office, proposal=ranked.second).update(kind="land")

    assert titles(ranked.office, shortlist) == [(1, "Hitze"), (2, "Abfall"), (3, "Busse")]
    assert [place.rank for place in view(ranked.office, shortlist).places] == [1, 2, 2]
    with pytest.raises(Closed):
        ranked.choose(shortlist, (ranked.second, REASON))
    ranked.choose(shortlist, (ranked.fourth, REASON), (ranked.first, ""))

    assert titles(ranked.lead, shortlist) == [(1, "Busse"), (2, "Wasser"), (3, "Hitze")]


def test_a_fixed_list_shows_a_person_with_a_conflict_no_gap_and_no_telling_reason(ranked: Ranked) -> None:
    shortlist = ranked.draft()
    ranked.choose(shortlist, (ranked.first, ""), (ranked.third, "Statt Wasser: das Thema gab es schon."))
    frozen = ranked.fix(shortlist)
    Declaration.objects.filter(person=ranked.office, proposal=ranked.second).update(kind="employer")

    told = json.dumps(snapshot.for_person(ranked.office, frozen), ensure_ascii=False)
    places = view(ranked.office, shortlist).places

    assert str(ranked.second.reference) not in told
    assert "Wasser" not in told
    assert [(place.rank, place.reason, place.best_rank) for place in places] == [(1, "", None), (2, "", None)]


def test_a_committee_member_sees_the_fixed_list_and_its_figures_after_declaring(ranked: Ranked) -> None:
    member = person_with(ReviewRole.COMMITTEE, "mitglied@example.org")
    shortlist = ranked.draft()
    assert titles(member, shortlist) == []
    ranked.choose(shortlist, (ranked.first, ""), (ranked.third, REASON))
    ranked.fix(shortlist)
    declare(member, [ranked.third])

    first, third = view(member, shortlist).places

    assert (first.rank, first.mean, first.reason) == (None, None, "")
    assert (third.rank, third.mean, third.reason) == (3, 50, REASON)


def test_blind_mode_masks_the_title_in_a_snapshot(ranked: Ranked) -> None:
    content = json.loads(ranked.first.version_in_force.content)  # type: ignore[union-attr]
    name = content["organisation"]["name"]
    Proposal.objects.filter(pk=ranked.first.pk).update(title=f"Hitze in {name}")
    shortlist = ranked.draft()
    frozen = ranked.fix(shortlist)
    ReviewSettings.objects.create(call=ranked.call, blind=True)
    Assignment.objects.create(proposal=ranked.first, reviewer=ranked.office, assigned_by=ranked.lead, assigned_at=AT)

    first = snapshot.for_person(ranked.office, frozen)["entries"][0]

    assert (first["title"], first["rank"], first["reason"]) == ("Hitze in […]", None, "")


def test_the_balance_counts_by_land_size_theme_and_countries(ranked: Ranked) -> None:
    Theme.objects.create(call=ranked.call, name="Klima")
    Municipality.objects.create(ags="05999001", name="Beispielort", land="05", population=20_000)

    groups = {group.key: group.counts for group in balance(ranked.call, proposals_for(ranked.lead, ranked.call))}

    laender = ("Baden-Württemberg", "Bayern", "Niedersachsen", "Nordrhein-Westfalen", "Schleswig-Holstein")
    assert groups["land"] == tuple((land, 1) for land in laender)
    assert groups["size"] == (("Mittelstadt (20.000 bis unter 100.000)", 5),)
    assert groups["theme"] == (("keines genannt", 3), ("Klima", 2))
    assert groups["developing"] == (("mit", 5),)
    assert groups["country"] == (("Frankreich", 5), ("Kenia", 5))


def test_a_view_costs_the_same_queries_for_few_and_for_many(
    ranked: Ranked, query_count: Callable[[Callable[[], object]], int]
) -> None:
    shortlist = ranked.draft(1)
    lead = User.objects.get(pk=ranked.lead.pk)
    one = query_count(lambda: view(lead, shortlist))
    ranked.choose(shortlist, *((proposal, "") for proposal in ranked.proposals))

    assert query_count(lambda: view(lead, shortlist)) == one - 1  # the roles are known by now
    assert one <= 16
