"""Saving a section: nothing is lost and nobody is overwritten unseen."""

from datetime import timedelta

import pytest
from django.db import transaction

from submissions.domain.errors import NotEditable, SectionConflict
from submissions.domain.save import restore_revision, save_section
from submissions.domain.submit import submit
from submissions.domain.withdraw import reopen
from submissions.models import SectionRevision
from tests.submissions.build import current_seal, draft, in_time, make_call, member, person, submitted

pytestmark = pytest.mark.django_db


def test_a_save_raises_the_version_by_one() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    section = save_section(proposal, "topic", {"title": "Neu"}, base_version=1, actor=actor, at=in_time(call))
    assert (section.version, section.content) == (2, {"title": "Neu"})


def test_a_save_based_on_an_older_version_is_a_conflict_that_shows_the_other_text_and_changes_nothing() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    save_section(proposal, "topic", {"title": "Von der Kollegin"}, base_version=1, actor=actor, at=in_time(call))
    with pytest.raises(SectionConflict) as conflict:
        save_section(proposal, "topic", {"title": "Von mir"}, base_version=1, actor=actor, at=in_time(call))
    assert conflict.value.current.content == {"title": "Von der Kollegin"}
    assert proposal.sections.get(key="topic").content == {"title": "Von der Kollegin"}


def test_the_same_save_twice_has_one_effect() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    for _time in range(2):
        section = save_section(proposal, "topic", {"title": "Neu"}, base_version=1, actor=actor, at=in_time(call))
    assert section.version == 2


def test_people_on_different_tasks_do_not_disturb_each_other() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    assert proposal.organisation is not None
    colleague = member(proposal.organisation)
    save_section(proposal, "topic", {"title": "Neu"}, base_version=1, actor=actor, at=in_time(call))
    saved = save_section(proposal, "contact", {"name": "N. N."}, base_version=1, actor=colleague, at=in_time(call))
    assert saved.version == 2


def test_each_save_by_hand_leaves_an_earlier_version_to_go_back_to() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    for number in (1, 2, 3):
        save_section(proposal, "topic", {"title": f"T{number}"}, base_version=number, actor=actor, at=in_time(call))
    titles = [r.content["title"] for r in SectionRevision.objects.filter(section__key="topic")]
    assert titles == ["T2", "T1", "Hitzevorsorge im Quartier"]


def test_autosaves_of_one_sitting_share_one_earlier_version_and_a_colleague_gets_another() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    assert proposal.organisation is not None
    colleague = member(proposal.organisation)
    at = in_time(call)
    for number in range(1, 6):
        save_section(
            proposal,
            "topic",
            {"title": f"A{number}"},
            base_version=number,
            actor=actor,
            at=at + timedelta(seconds=number),
            by_hand=False,
        )
    save_section(
        proposal, "topic", {"title": "B"}, base_version=6, actor=colleague, at=at + timedelta(seconds=9), by_hand=False
    )
    titles = [r.content["title"] for r in SectionRevision.objects.filter(section__key="topic")]
    assert titles == ["A5", "Hitzevorsorge im Quartier"]


def test_going_back_to_an_earlier_version_keeps_the_present_one() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    save_section(proposal, "topic", {"title": "Versehen"}, base_version=1, actor=actor, at=in_time(call))
    restored = restore_revision(proposal, "topic", 1, base_version=2, actor=actor, at=in_time(call))
    assert restored.content["title"] == "Hitzevorsorge im Quartier"
    assert SectionRevision.objects.filter(section__key="topic", content={"title": "Versehen"}).exists()


def test_a_submitted_proposal_is_not_written_by_a_late_autosave() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    with pytest.raises(NotEditable):
        save_section(proposal, "topic", {"title": "Zu spät"}, base_version=1, actor=actor, at=in_time(call))
    assert "Zu spät" not in version.content


def test_after_the_deadline_the_text_is_kept() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    save_section(
        proposal, "topic", {"title": "Nachts"}, base_version=1, actor=actor, at=call.closes_at + timedelta(hours=1)
    )
    assert proposal.sections.get(key="topic").content == {"title": "Nachts"}


def test_an_organisation_is_named_by_its_first_form_sheet_and_never_renamed_by_another() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    assert proposal.organisation is not None
    proposal.organisation.refresh_from_db()
    assert proposal.organisation.name == "Stadt Lindenfurt"
    save_section(
        proposal,
        "organisation",
        {"name": "Stadt Auenbrück", "land": "09"},
        base_version=1,
        actor=actor,
        at=in_time(call),
    )
    proposal.refresh_from_db()
    proposal.organisation.refresh_from_db()
    assert (proposal.organisation_name, proposal.land, proposal.organisation.name) == (
        "Stadt Auenbrück",
        "09",
        "Stadt Lindenfurt",
    )


def test_a_reopened_proposal_shows_its_submitted_title_until_the_new_one_is_submitted() -> None:
    call, actor = make_call(), person()
    proposal, _version = submitted(call, actor)
    reopen(proposal, actor=actor, at=in_time(call))
    save_section(proposal, "topic", {"title": "Noch geheim"}, base_version=1, actor=actor, at=in_time(call))
    proposal.refresh_from_db()
    assert proposal.title == "Hitzevorsorge im Quartier"
    submit(proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=in_time(call))
    proposal.refresh_from_db()
    assert proposal.title == "Noch geheim"


def test_a_failing_transaction_leaves_the_section_as_it_was() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    with transaction.atomic():
        save_section(proposal, "topic", {"title": "Halb"}, base_version=1, actor=actor, at=in_time(call))
        transaction.set_rollback(True)
    assert proposal.sections.get(key="topic").content["title"] == "Hitzevorsorge im Quartier"
