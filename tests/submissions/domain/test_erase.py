"""Forgetting people without losing the record."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from connective import clock
from connective.accounts.models import User
from connective.audit import chain
from connective.audit.models import Entry
from connective.mail.models import Message
from connective.mail.queue import queue
from connective.privacy import erasing, register
from review.personal_data import ANSWERED, HOSTED
from submissions.domain import erase, form_sheet, receipt
from submissions.models import Invitation, Membership, OfficialPdf, Proposal, Section, SubmittedVersion
from submissions.models.call import Call
from tests.submissions.build import COMPLETE, draft, make_call, member, submitted, with_organisation

pytestmark = pytest.mark.django_db

PERSONS = ("Maria Beispiel", "maria@example.org", "0228 555-0100", "Amtsleiterin", "Kim Muster", "Oberbürgermeisterin")


def _all_texts(proposal: Proposal) -> str:
    versions = SubmittedVersion.objects.filter(proposal=proposal).values_list("content", flat=True)
    sections = Section.objects.filter(proposal=proposal)
    revisions = [revision.content for section in sections for revision in section.revisions.all()]
    return " ".join([*versions, *(str(section.content) for section in sections), *map(str, revisions)])


def _over(call: Call) -> None:
    """Let the answers of the call have been due long ago."""
    call.answer_by = (clock.now() - ANSWERED - timedelta(days=2)).date()
    call.save(update_fields=["answer_by"])


class TestWhenItsTimeIsOver:
    def test_a_proposal_forgets_the_persons_and_keeps_the_topic(self) -> None:
        actor, _organisation = with_organisation()
        call = make_call()
        proposal, version = submitted(call, actor)
        assert [text for text in PERSONS if text in _all_texts(proposal)] == list(PERSONS)
        before = json.loads(version.content)
        _over(call)
        erasing.erase_expired(clock.now())
        assert [text for text in PERSONS if text in _all_texts(proposal)] == []
        version.refresh_from_db()
        after = json.loads(version.content)
        assert (after["topic"], after["description"], after["organisation"]) == (
            before["topic"],
            before["description"],
            before["organisation"],
        )
        assert form_sheet.sha256(form_sheet.canonical(before)) == version.content_sha256
        assert version.erased_at is not None

    def test_its_files_go_and_their_hashes_stay(
        self, django_capture_on_commit_callbacks: object, documents: object
    ) -> None:
        actor, _organisation = with_organisation()
        call = make_call()
        _proposal, version = submitted(call, actor)
        receipt.finish(version.pk)
        pdf = OfficialPdf.objects.get(version=version)
        assert default_storage.exists(str(pdf.file.name))
        _over(call)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            erasing.erase_expired(clock.now())
        assert not default_storage.exists(str(pdf.file.name))
        assert OfficialPdf.objects.get(version=version).sha256 == pdf.sha256

    def test_the_chain_of_the_audit_log_stays_sound_and_tells_of_it(self) -> None:
        actor, _organisation = with_organisation()
        call = make_call()
        submitted(call, actor)
        _over(call)
        head = chain.head()
        erasing.erase_expired(clock.now())
        register.forget(actor, clock.now())
        report = chain.verify(known=head)
        assert report.is_sound
        assert Entry.objects.filter(action="proposal.persons_erased").count() == 1

    def test_a_second_run_finds_nothing(self) -> None:
        actor, _organisation = with_organisation()
        call = make_call()
        submitted(call, actor)
        _over(call)
        at = clock.now()
        assert {one.rule.name: one.count for one in erasing.erase_expired(at) if one.count} == {
            "persons in proposals": 1
        }
        assert [one.rule.name for one in erasing.erase_expired(at) if one.count or one.fault] == []

    def test_nothing_goes_a_day_earlier(self) -> None:
        actor, _organisation = with_organisation()
        call = make_call(answer_by=(clock.now() - ANSWERED + timedelta(days=1)).date())
        proposal, _version = submitted(call, actor)
        assert [one.rule.name for one in erasing.erase_expired(clock.now()) if one.count] == []
        assert "Maria Beispiel" in _all_texts(proposal)
        assert HOSTED > ANSWERED


class TestUnfinishedDrafts:
    def test_they_go_ninety_days_after_the_deadline(self) -> None:
        actor, _organisation = with_organisation()
        call = make_call()
        kept, _version = submitted(call, actor)
        draft(call, actor)
        just_before = call.closes_at + erase.UNFINISHED - timedelta(seconds=1)
        assert erase.delete_unfinished(just_before) == 0
        assert erase.delete_unfinished(just_before + timedelta(seconds=1)) == 1
        assert list(Proposal.objects.values_list("pk", flat=True)) == [kept.pk]

    def test_a_draft_with_a_deadline_of_its_own_counts_from_there(self) -> None:
        actor, _organisation = with_organisation()
        call = make_call()
        proposal = draft(call, actor)
        Proposal.objects.filter(pk=proposal.pk).update(closes_at_own=call.closes_at + timedelta(days=10))
        assert erase.delete_unfinished(call.closes_at + erase.UNFINISHED + timedelta(days=9)) == 0
        assert erase.delete_unfinished(call.closes_at + erase.UNFINISHED + timedelta(days=10)) == 1


class TestAPersonWhoAsks:
    def test_gets_all_that_is_known(self) -> None:
        actor, organisation = with_organisation()
        submitted(make_call(), actor)
        known = register.known_about(actor)
        assert known["organisations"] == [{"organisation": organisation.name, "role": "verwalten"}]
        assert str(known["account"]).count("antrag@example.org") == 1
        assert COMPLETE["description"]["background"] in str(known["proposals"])

    def test_is_erased_and_leaves_a_number(self) -> None:
        actor, organisation = with_organisation()
        colleague = member(organisation)
        proposal = draft(make_call(), actor)
        queue(occasion="x", kind="invitation", recipient=actor.email, context={})
        Message.objects.update(state=Message.State.SENT, sent_at=clock.now())
        stays = erasing.erase_person(actor, actor=None)
        actor.refresh_from_db()
        assert (actor.email, actor.name, actor.is_active) == (f"person-{actor.pk}@erased.invalid", "", False)
        assert list(Membership.objects.values_list("user", flat=True)) == [colleague.pk]
        assert Message.objects.filter(recipient="antrag@example.org").count() == 0
        assert Proposal.objects.filter(pk=proposal.pk).exists()
        assert stays == []

    def test_takes_drafts_along_that_nobody_else_works_on(self) -> None:
        actor, _organisation = with_organisation()
        draft(make_call(), actor)
        erasing.erase_person(actor, actor=None)
        assert Proposal.objects.count() == 0

    def test_learns_what_stays_and_why(self) -> None:
        actor, _organisation = with_organisation()
        proposal, _version = submitted(make_call(), actor)
        stays = erasing.erase_person(actor, actor=None)
        assert len(stays) == 1
        assert stays[0].startswith("Eingereichte Vorschläge bleiben, bis ihr Verfahren abgeschlossen ist.")
        assert Proposal.objects.filter(pk=proposal.pk, state="submitted").exists()

    def test_is_asked_for_by_an_address_that_exists(self) -> None:
        with pytest.raises(CommandError, match="no account"):
            call_command("person", "niemand@example.org")


def test_the_report_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    actor, organisation = with_organisation()
    at = clock.now()
    Invitation.objects.create(
        organisation=organisation,
        email="alt@example.org",
        role="edit",
        invited_by=actor,
        invited_at=at - timedelta(days=200),
        expires_at=at - timedelta(days=190),
    )
    call_command("erase_expired")
    assert "      1  invitations" in capsys.readouterr().out
    assert Invitation.objects.count() == 1
    call_command("erase_expired", now=True)
    assert Invitation.objects.count() == 0


def test_an_account_that_nobody_uses_goes_after_two_years() -> None:
    seldom = User.objects.create_user("selten@example.org")
    often = User.objects.create_user("oft@example.org")
    at = clock.now()
    User.objects.update(date_joined=at - timedelta(days=731), last_login=at - timedelta(days=731))
    User.objects.filter(pk=often.pk).update(last_login=at - timedelta(days=729))
    erasing.erase_expired(at)
    assert set(User.objects.values_list("email", flat=True)) == {
        f"person-{seldom.pk}@erased.invalid",
        "oft@example.org",
    }


def test_one_rule_that_fails_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    actor, _organisation = with_organisation()
    call = make_call()
    proposal, _version = submitted(call, actor)
    _over(call)
    Invitation.objects.all().delete()

    def breaks(at: object) -> int:
        message = "antrag@example.org"
        raise ValueError(message)

    broken = register.Rule("broken", "broken", lambda at: 1, breaks)
    monkeypatch.setattr("submissions.personal_data.RULES", [broken])
    found = {one.rule.name: (one.count, one.fault) for one in erasing.erase_expired(clock.now())}
    assert found["broken"] == (0, "ValueError")
    assert found["persons in proposals"] == (1, "")
    assert "antrag@example.org" not in caplog.text
    assert "Maria Beispiel" not in _all_texts(proposal)
