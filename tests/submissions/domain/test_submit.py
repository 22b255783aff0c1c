"""Submitting: in time, once, what was checked."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from connective.audit.models import Entry
from submissions.domain import form_sheet
from submissions.domain.errors import (
    ContentChanged,
    DeadlinePassed,
    Incomplete,
    LimitReached,
    NotEditable,
    NotYetOpen,
)
from submissions.domain.save import save_section
from submissions.domain.submit import submit
from submissions.domain.withdraw import reopen, withdraw
from submissions.models import PrivacyText, Proposal, SubmittedVersion
from tests.submissions.build import current_seal, draft, in_time, make_call, person, submitted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("before", [timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(seconds=1)])
def test_a_request_received_before_the_closing_instant_is_accepted(before: timedelta) -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor, at=call.closes_at - before)
    assert proposal.state == Proposal.State.SUBMITTED
    assert version.received_at == call.closes_at - before


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
def test_a_request_received_at_the_closing_instant_or_later_is_refused_and_the_draft_stays(after: timedelta) -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    with pytest.raises(DeadlinePassed):
        submit(
            proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=call.closes_at + after
        )
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.DRAFT
    assert proposal.sections.get(key="topic").content["title"] == "Hitzevorsorge im Quartier"
    assert SubmittedVersion.objects.count() == 0


def test_before_the_call_opens_nothing_is_accepted() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    with pytest.raises(NotYetOpen):
        submit(
            proposal,
            checked=current_seal(proposal),
            consent_to="1",
            actor=actor,
            received_at=call.opens_at - timedelta(seconds=1),
        )


def test_the_frozen_version_holds_exactly_what_stood_in_the_draft() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    assert version.content_sha256 == form_sheet.sha256(version.content)
    assert '"title":"Hitzevorsorge im Quartier"' in version.content
    assert (version.number, version.pages, version.reference) == (1, 1, "TA2021-0001")
    assert proposal.version_in_force == version


def test_references_count_up_within_a_call_and_start_anew_in_the_next() -> None:
    first, second = make_call(), make_call()
    actor = person()
    references = [submitted(call, actor)[1].reference for call in (first, first, second)]
    assert references == ["TA2021-0001", "TA2021-0002", "TA2022-0001"]


def test_a_refused_submission_uses_up_no_reference() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    with pytest.raises(DeadlinePassed):
        submit(proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=call.closes_at)
    assert submitted(call, actor)[1].reference == "TA2021-0001"


def test_the_same_request_twice_returns_the_same_version() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    checked = current_seal(proposal)
    first, made = submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))
    again, made_again = submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))
    assert (made, made_again) == (True, False)
    assert again == first
    assert SubmittedVersion.objects.count() == 1


def test_a_replay_after_the_deadline_still_shows_the_receipt_of_the_first_request() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    checked = current_seal(proposal)
    first, _made = submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))
    again, made = submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=call.closes_at)
    assert (again, made) == (first, False)


def test_a_replay_after_reopening_submits_nothing() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    checked = current_seal(proposal)
    submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))
    reopen(proposal, actor=actor, at=in_time(call))
    with pytest.raises(ContentChanged):
        submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.REOPENED


def test_what_a_colleague_changed_after_the_check_is_not_submitted_unseen() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    checked = current_seal(proposal)
    save_section(proposal, "topic", {"title": "Anderes Thema"}, base_version=1, actor=actor, at=in_time(call))
    with pytest.raises(ContentChanged):
        submit(proposal, checked=checked, consent_to="1", actor=actor, received_at=in_time(call))


def test_a_withdrawn_proposal_is_not_submitted_by_an_old_page() -> None:
    call, actor = make_call(), person()
    proposal, _version = submitted(call, actor)
    withdraw(proposal, actor=actor, at=in_time(call))
    with pytest.raises(NotEditable):
        submit(proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=in_time(call))


def test_submitting_again_after_reopening_makes_a_second_version_with_the_same_reference() -> None:
    call, actor = make_call(), person()
    proposal, first = submitted(call, actor)
    reopen(proposal, actor=actor, at=in_time(call))
    save_section(proposal, "topic", {"title": "Schärfer gefasst"}, base_version=1, actor=actor, at=in_time(call))
    second, _made = submit(
        proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=in_time(call)
    )
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert first.reference == second.reference
    assert "Hitzevorsorge" in first.content
    assert "Schärfer" in second.content


def test_a_description_over_the_page_limit_is_refused() -> None:
    call, actor = make_call(), person()
    long = {**dict.fromkeys(form_sheet.DESCRIPTION_PARTS, ""), "background": "Ein Satz zu viel. " * 900}
    proposal = draft(call, actor, description={**long, "learning_goals": "x", "contribution": "y"})
    with pytest.raises(Incomplete) as refusal:
        submit(proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=in_time(call))
    assert [finding.section for finding in refusal.value.errors] == ["description"]


def test_an_incomplete_form_sheet_is_refused_with_every_gap_named() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor, topic={"title": " "}, cities={"rows": [{"country": "KE", "city": "", "contact": ""}]})
    with pytest.raises(Incomplete) as refusal:
        submit(proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=in_time(call))
    assert [(finding.section, finding.field) for finding in refusal.value.errors] == [
        ("topic", "title"),
        ("cities", "cities"),
    ]


def test_an_organisation_submits_no_more_proposals_than_the_call_allows() -> None:
    call, actor = make_call(max_per_organisation=2), person()
    first, _version = submitted(call, actor)
    submitted(call, actor)
    with pytest.raises(LimitReached):
        submitted(call, actor)
    withdraw(first, actor=actor, at=in_time(call))
    assert submitted(call, actor)[0].slot == 1


def test_the_database_refuses_a_slot_over_the_limit_and_one_taken_twice() -> None:
    call, actor = make_call(max_per_organisation=1), person()
    first, _version = submitted(call, actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=first.pk).update(slot=2)
    other = draft(call, actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=other.pk).update(slot=1)


@pytest.mark.parametrize(
    "change",
    [{"received_at": "late"}, {"pages": 3}],
    ids=["late", "too long"],
)
def test_the_database_refuses_a_version_that_is_late_or_too_long(change: dict[str, object]) -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    copy = SubmittedVersion.objects.get(pk=version.pk)
    copy.pk, copy.number = None, 2
    for field, value in change.items():
        setattr(copy, field, call.closes_at if value == "late" else value)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_the_database_refuses_to_change_or_delete_a_frozen_version() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    rows = SubmittedVersion.objects.filter(pk=version.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(content="{}")
    with pytest.raises(DatabaseError), transaction.atomic():
        rows._raw_delete(rows.db)
    assert rows.get().content == version.content


def test_a_state_without_its_version_is_refused_by_the_database() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.SUBMITTED, slot=1, reference="TA2021-9999")


def test_a_submission_is_written_into_the_audit_log_with_its_hash() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    entry = Entry.objects.get(action="proposal.submitted")
    assert version.content_sha256 in entry.payload
    assert "maria@example.org" not in entry.payload


def test_an_unmeasured_text_is_laid_out_before_any_lock_and_only_once(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from submissions.domain import page_limit

    call, actor = make_call(), person()
    proposal = draft(
        call, actor, description={**dict.fromkeys(form_sheet.DESCRIPTION_PARTS, "neu"), "background": "So noch nie."}
    )
    in_transaction = []
    real = page_limit.measure_for_submission

    def seen(*args: object, **kwargs: object) -> object:
        in_transaction.append(transaction.get_connection().savepoint_ids != [])
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(page_limit, "measure_for_submission", seen)
    submit(proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=in_time(call))
    assert in_transaction == [False, True]
    assert page_limit.cached(
        form_sheet.description_of(
            {
                "description": {
                    "background": "So noch nie.",
                    "learning_goals": "neu",
                    "contribution": "neu",
                    "further_goals": "neu",
                }
            }
        )
    )


def test_the_privacy_notice_that_was_consented_to_is_kept_and_a_changed_one_needs_a_new_version() -> None:
    actor = person()
    call = make_call(privacy_text="Hinweis, wie er war.")
    submitted(call, actor)
    kept = PrivacyText.objects.get()
    assert (kept.call, kept.version, kept.text) == (call, "1", "Hinweis, wie er war.")
    call.privacy_text = "Hinweis, wie er wurde."
    with pytest.raises(ValidationError) as refused:
        call.full_clean()
    assert list(refused.value.message_dict) == ["privacy_version"]
    call.privacy_version = "2"
    call.full_clean()
