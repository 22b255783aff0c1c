"""Who sees what: each test tries to see more."""

from collections.abc import Callable

import pytest
from rules.permissions import has_perm

from connective.accounts.models import User
from review.domain.assign import assign
from review.domain.declare import correct, declare
from review.domain.score import reopen_sheet
from review.domain.visible import (
    comments_for,
    counted_sheets,
    counted_sheets_for,
    may_read,
    may_see_scores,
    own_sheets,
    proposals_for,
    search,
    sheets_for,
)
from review.models import Declaration, ReviewRole, Shortlist, ShortlistEntry
from submissions.domain.withdraw import withdraw
from submissions.models import Proposal
from tests.review.build import AT, NONE, Review, asked, opened, review, set_blind, submitted
from tests.review.scored import person_with, proposals
from tests.submissions.build import draft, make_call, person

pytestmark = pytest.mark.django_db

LAND = Declaration.Kind.LAND


@pytest.fixture
def world() -> Review:
    return review()


def shortlist(world: Review, *listed: Proposal, number: int = 1, state: str = "fixed") -> None:
    made = Shortlist.objects.create(
        call=world.call, number=number, state=state, created_by=world.lead, created_at=AT, reason="Neu."
    )
    for position, proposal in enumerate(listed, 1):
        ShortlistEntry.objects.create(shortlist=made, proposal=proposal, position=position)


def seen(user: User) -> list[str]:
    return [proposal.title for proposal in proposals_for(user)]


def test_office_lead_and_auditor_see_every_submitted_proposal(world: Review) -> None:
    for user in (world.office, world.lead, world.auditor):
        assert seen(user) == ["Alleen", "Brunnen", "Carsharing"]


def test_committee_and_chair_see_what_is_assigned_to_them_and_nothing_else(world: Review) -> None:
    assert seen(world.ada) == []
    assign(world.b, world.ada, actor=world.lead, at=AT)
    assert seen(world.ada) == ["Brunnen"]
    assert seen(world.ben) == []


def test_committee_and_chair_see_the_newest_fixed_shortlist(world: Review) -> None:
    shortlist(world, world.a, state="draft")
    assert seen(world.ben) == []
    Shortlist.objects.update(state="fixed")
    assert seen(world.ben) == ["Alleen"]
    shortlist(world, world.c, number=2)
    assert seen(world.ben) == ["Carsharing"]


def test_without_a_role_of_the_review_there_is_nothing(world: Review) -> None:
    applicant = User.objects.get(email="antrag@example.org")
    assert seen(applicant) == []
    assert seen(person("admin@example.org", is_superuser=True, is_staff=True)) == []


def test_drafts_and_withdrawn_proposals_are_not_there(world: Review) -> None:
    applicant = User.objects.get(email="antrag@example.org")
    draft(world.call, applicant)
    withdraw(world.a, actor=applicant, at=AT)
    assert seen(world.lead) == ["Brunnen", "Carsharing"]


def test_of_another_call_nothing_is_shown(world: Review) -> None:
    other = make_call()
    proposals(other, ["Fremd"])
    assert [proposal.title for proposal in proposals_for(world.lead, other)] == ["Fremd"]
    assert proposals_for(world.lead, world.call).count() == 3


@pytest.mark.parametrize("name", ["office", "lead", "ada", "ben"])
@pytest.mark.parametrize("kind", [kind for kind in Declaration.Kind if kind != NONE])
def test_a_conflict_closes_the_proposal_everywhere(world: Review, name: str, kind: str) -> None:
    user = getattr(world, name)
    sheet = submitted(world, world.a, user)
    assign(world.b, user, actor=world.lead, at=AT)
    correct(world.a, user, kind=kind, note="Berichtigt.", actor=world.lead, at=AT)
    assert "Alleen" not in seen(user)
    assert proposals_for(user).filter(pk=world.a.pk).count() == 0
    assert not search(proposals_for(user), "Alleen").exists()
    assert not may_read(user, world.a)
    assert not may_see_scores(user, world.a)
    assert sheet not in sheets_for(user)
    assert sheet not in own_sheets(user)
    assert sheet not in counted_sheets_for(user, world.call)
    assert not comments_for(user, world.a).exists()


def test_the_lead_can_close_a_proposal_to_the_auditor(world: Review) -> None:
    assert may_read(world.auditor, world.a)
    correct(world.a, world.auditor, kind=LAND, note="Gemeldet.", actor=world.lead, at=AT)
    assert not may_read(world.auditor, world.a)
    assert seen(world.auditor) == ["Brunnen", "Carsharing"]


@pytest.mark.parametrize("name", ["office", "lead"])
def test_texts_and_scores_open_with_the_declaration(world: Review, name: str) -> None:
    user = getattr(world, name)
    sheet = submitted(world, world.a, world.ada)
    assert not may_read(user, world.a)
    assert not sheets_for(user).exists()
    declare(world.a, kind=NONE, actor=user, at=AT)
    assert may_read(user, world.a)
    assert not may_read(user, world.b)
    assert list(sheets_for(user)) == [sheet]


def test_the_auditor_reads_everything_without_taking_part(world: Review) -> None:
    sheet = submitted(world, world.a, world.ada)
    assert list(sheets_for(world.auditor)) == [sheet]
    assert may_read(world.auditor, world.c)


def test_others_scores_come_after_ones_own_sheet(world: Review) -> None:
    of_ada = submitted(world, world.a, world.ada)
    mine = opened(world, world.a, world.ben)
    assert list(sheets_for(world.ben)) == [mine]
    assert not counted_sheets_for(world.ben, world.call).exists()
    mine.state, mine.submitted_at, mine.recommendation, mine.statement = "submitted", AT, "select", "Gut."
    mine.save()
    assert set(sheets_for(world.ben)) == {of_ada, mine}
    assert set(counted_sheets_for(world.ben, world.call)) == {of_ada, mine}


def test_a_reopened_sheet_hides_the_others_again(world: Review) -> None:
    submitted(world, world.a, world.ada)
    mine = submitted(world, world.a, world.ben)
    assert sheets_for(world.ben).count() == 2
    reopen_sheet(mine, reason="Zahlendreher.", actor=world.lead, at=AT)
    assert list(sheets_for(world.ben)) == [mine]


def test_an_open_sheet_is_its_reviewers_alone(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    declare(world.a, kind=NONE, actor=world.lead, at=AT)
    assert list(own_sheets(world.ada)) == [sheet]
    assert not sheets_for(world.lead).exists()
    assert not sheets_for(world.auditor).exists()


def test_a_sheet_counts_while_it_is_submitted_for_the_version_in_force_by_somebody_without_conflict(
    world: Review,
) -> None:
    sheet = submitted(world, world.a, world.ada)
    other = submitted(world, world.a, world.ben)
    assert set(counted_sheets(world.call)) == {sheet, other}
    correct(world.a, world.ben, kind=LAND, note="Gemeldet.", actor=world.lead, at=AT)
    assert list(counted_sheets(world.call)) == [sheet]
    reopen_sheet(sheet, reason="Versehen.", actor=world.lead, at=AT)
    assert not counted_sheets(world.call).exists()


def test_a_sheet_of_a_withdrawn_proposal_does_not_count(world: Review) -> None:
    submitted(world, world.a, world.ada)
    withdraw(world.a, actor=User.objects.get(email="antrag@example.org"), at=AT)
    assert not counted_sheets(world.call).exists()
    assert not sheets_for(world.auditor).exists()


def test_blind_mode_hides_names_from_whoever_still_has_to_score(world: Review) -> None:
    set_blind(world.call)
    asked(world, world.a, world.office)
    hidden = proposals_for(world.office).get(pk=world.a.pk)
    assert (hidden.identity_hidden, hidden.shown_organisation, hidden.shown_land) == (True, "", "")
    other = proposals_for(world.office).get(pk=world.b.pk)
    assert (other.identity_hidden, other.shown_organisation) == (False, world.b.organisation_name)
    for user in (world.lead, world.auditor):
        assert not proposals_for(user).get(pk=world.a.pk).identity_hidden


def test_blind_mode_shows_names_after_ones_own_sheet(world: Review) -> None:
    set_blind(world.call)
    submitted(world, world.a, world.ada)
    shown = proposals_for(world.ada).get(pk=world.a.pk)
    assert (shown.identity_hidden, shown.shown_organisation) == (False, world.a.organisation_name)


def test_blind_mode_finds_nothing_by_name_and_sorts_by_nothing(world: Review) -> None:
    set_blind(world.call)
    for proposal in (world.a, world.b, world.c):
        assign(proposal, world.ada, actor=world.lead, at=AT)
    assert search(proposals_for(world.ada), "Beispielort").count() == 0
    assert search(proposals_for(world.lead), "Beispielort").count() == 3
    assert search(proposals_for(world.ada), "brunnen").count() == 1
    assert search(proposals_for(world.ada), f"{world.a.reference} alleen").count() == 1
    assert set(
        proposals_for(world.ada).order_by("shown_organisation").values_list("shown_organisation", flat=True)
    ) == {""}
    assert set(proposals_for(world.ada).values_list("shown_land", flat=True)) == {""}


def test_blind_mode_masks_the_name_in_the_title_too(world: Review) -> None:
    set_blind(world.call)
    Proposal.objects.filter(pk=world.a.pk).update(title="Grün in Lindenfurt", organisation_name="Stadt Lindenfurt")
    assign(world.a, world.ada, actor=world.lead, at=AT)
    assert proposals_for(world.ada).get().shown_title == "Grün in […]"
    assert not search(proposals_for(world.ada), "Lindenfurt").exists()
    assert proposals_for(world.lead).get(pk=world.a.pk).shown_title == "Grün in Lindenfurt"


def test_a_list_takes_as_many_queries_for_one_proposal_as_for_many(
    world: Review, query_count: Callable[[Callable[[], object]], int]
) -> None:
    def read() -> None:
        [(one.call.title, one.version_in_force, one.shown_title) for one in proposals_for(world.lead, world.call)]
        list(sheets_for(world.lead, world.call))

    submitted(world, world.a, world.ada)
    read()
    few = query_count(read)
    proposals(world.call, [f"Thema {number}" for number in range(20)])
    assert query_count(read) == few == 2


def test_an_object_fetched_for_one_person_opens_nothing_to_another(world: Review) -> None:
    declare(world.a, kind=NONE, actor=world.lead, at=AT)
    fetched = proposals_for(world.lead).get(pk=world.a.pk)
    second = person_with(ReviewRole.LEAD, "zweite@example.org")
    assert has_perm("review.read_proposal", world.lead, fetched)
    assert not has_perm("review.read_proposal", second, fetched)
    assert not has_perm("review.read_proposal", world.lead, world.a)
