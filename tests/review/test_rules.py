"""The table of permissions, role by role."""

import pytest
from rules.permissions import has_perm

from review.domain.declare import declare
from review.domain.visible import proposals_for
from review.rules import TABLE
from tests.review.build import AT, NONE, Review, asked, review, set_blind, submitted
from tests.submissions.build import person

pytestmark = pytest.mark.django_db

OF_CALL = {
    "office": {
        "enter",
        "see_cockpit",
        "see_ranking",
        "export",
        "override_country",
        "assign",
        "choose_shortlist",
        "make_paper",
        "see_vote",
        "see_turnout",
        "hold_vote",
        "draw_lot",
        "see_letters",
        "write_letters",
        "see_decisions",
        "prepare_decision",
        "make_minutes",
        "see_events",
        "edit_plans",
        "see_interests",
    },
    "lead": {
        "enter",
        "see_cockpit",
        "see_ranking",
        "export",
        "override_country",
        "assign",
        "choose_shortlist",
        "make_paper",
        "change_settings",
        "change_criteria",
        "fix_shortlist",
        "set_roles",
        "see_declarations",
        "correct_declaration",
        "see_vote",
        "see_turnout",
        "hold_vote",
        "draw_lot",
        "certify_vote",
        "see_letters",
        "write_letters",
        "release_letters",
        "record_decisions",
        "see_decisions",
        "prepare_decision",
        "make_minutes",
        "see_events",
        "edit_plans",
        "see_interests",
    },
    "ada": {"make_paper", "enter", "see_cockpit", "see_ranking", "export", "see_vote", "vote"},
    "ben": {
        "make_paper",
        "enter",
        "see_cockpit",
        "see_ranking",
        "export",
        "see_vote",
        "draw_lot",
        "certify_vote",
        "vote",
        "see_decisions",
        "rule",
        "make_minutes",
    },
    "auditor": {
        "enter",
        "see_cockpit",
        "see_ranking",
        "export",
        "see_declarations",
        "see_vote",
        "see_turnout",
        "see_letters",
        "see_decisions",
        "see_minutes",
        "see_events",
        "see_interests",
    },
}


@pytest.fixture
def world() -> Review:
    return review()


def allowed(user: object, proposal: object = None) -> set[str]:
    return {name.removeprefix("review.") for name in TABLE if has_perm(name, user, proposal)}


@pytest.mark.parametrize("name", OF_CALL)
def test_each_role_may_do_this_in_a_call_and_nothing_else(world: Review, name: str) -> None:
    assert allowed(getattr(world, name)) == OF_CALL[name]


def test_applicants_may_do_nothing_and_the_administrator_only_gives_roles(world: Review) -> None:
    assert allowed(person("fremd@example.org")) == set()
    administrator = person("admin@example.org", is_superuser=True)
    assert allowed(administrator) == {"set_roles"}


def test_a_proposal_opens_step_by_step(world: Review) -> None:
    def on_it(user: object) -> set[str]:
        found = proposals_for(user).filter(pk=world.a.pk).first()  # type: ignore[arg-type]
        return allowed(user, found) - allowed(user) if found else set()

    before = {"see_proposal", "see_identity", "declare", "check_formally"}
    assert on_it(world.office) == before
    assert on_it(world.lead) == before | {"reopen_sheet"}
    assert on_it(world.auditor) == {"see_proposal", "see_identity", "read_proposal", "see_scores"}
    assert on_it(world.ada) == set()
    declare(world.a, kind=NONE, actor=world.office, at=AT)
    assert on_it(world.office) == {
        "see_proposal",
        "see_identity",
        "check_formally",
        "read_proposal",
        "see_scores",
        "comment",
    }
    set_blind(world.call)
    asked(world, world.a, world.ada)
    assert on_it(world.ada) == {"see_proposal", "read_proposal", "score"}
    submitted(world, world.a, world.ada)
    assert on_it(world.ada) == {"see_proposal", "read_proposal", "score", "see_identity", "see_scores", "comment"}
    declare(world.a, kind="land", actor=world.lead, at=AT)
    assert on_it(world.lead) == set()


def test_an_auditor_writes_nothing_whatever_other_role_slips_in(world: Review) -> None:
    world.lead.groups.add(world.auditor.groups.get())
    found = proposals_for(world.lead).get(pk=world.a.pk)
    assert allowed(world.lead, found) == allowed(world.auditor, proposals_for(world.auditor).get(pk=world.a.pk))
