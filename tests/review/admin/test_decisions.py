"""The office's pages of decisions and minutes."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from connective.audit.append_only import suspended
from review.domain import minutes
from review.domain.draft_decision import DraftText, save_draft
from review.domain.rounds import RoundMovedOn
from review.models import BallotChange, Decision, Declaration, Minutes, Outcome, ReviewRole
from submissions.models import Membership, Organisation, Role
from tests.review.decided import DECIDED, Decided, decided_call, titled, voted_call
from tests.review.scored import person_with
from tests.review.voted import AFTER, again, call_with, committee, opened

pytestmark = pytest.mark.django_db


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _page(world: Decided) -> str:
    return reverse("review:decisions", args=[world.call.pk])


class TestTheWayOfTheOffice:
    def test_from_what_the_vote_comes_to_to_recorded_decisions(self) -> None:
        world = voted_call()
        office, lead = _signed_in(world.who.office), _signed_in(world.who.lead)
        page = lead.get(_page(world)).content.decode()
        assert "Titel und Form der Veranstaltung fehlen" in page
        assert "Entscheidungen festhalten" not in page
        proposal = world.call.proposals.order_by("reference").first()
        assert proposal
        address = reverse("review:decision", args=[world.call.pk, proposal.pk])
        typed = {"based_on": "0", "final_title": "Dialog", "final_mode": "both", "feedback": "Glückwunsch."}
        assert office.post(address, typed).status_code == 302
        assert "noch nicht von einer zweiten Person geprüft" in lead.get(_page(world)).content.decode()
        assert (
            lead.post(
                reverse("review:decision_review", args=[world.call.pk, proposal.pk]), {"based_on": "1"}
            ).status_code
            == 302
        )
        assert "Entscheidungen festhalten" in lead.get(_page(world)).content.decode()
        assert office.post(reverse("review:decisions_record", args=[world.call.pk])).status_code == 403
        assert lead.post(reverse("review:decisions_record", args=[world.call.pk])).status_code == 302
        assert Decision.objects.filter(final_title="Dialog", feedback="Glückwunsch.").count() == 1

    def test_a_second_tab_sees_both_texts_and_loses_none(self) -> None:
        world = voted_call()
        proposal = world.call.proposals.order_by("reference").first()
        assert proposal
        save_draft(proposal, DraftText(feedback="Meines zuerst."), based_on=0, actor=world.who.lead, at=AFTER)
        address = reverse("review:decision", args=[world.call.pk, proposal.pk])
        response = _signed_in(world.who.office).post(address, {"based_on": "0", "feedback": "Und meines."})
        assert response.status_code == 409
        page = response.content.decode()
        assert "Meines zuerst." in page
        assert "Und meines." in page
        assert 'name="based_on" value="1"' in page

    def test_a_correction_keeps_what_was_decided(self) -> None:
        world = decided_call()
        rejected = world.of(Outcome.REJECTION)[0]
        address = reverse("review:decision_correct", args=[world.call.pk, rejected.proposal_id, rejected.pk])
        given = {"outcome": "reserve", "reserve_rank": "2", "reason": "Verwechselt."}
        assert _signed_in(world.who.lead).post(address, {**given, "reason": ""}).status_code == 422
        assert _signed_in(world.who.lead).post(address, given).status_code == 302
        assert _signed_in(world.who.lead).post(address, given).status_code == 409
        page = _signed_in(world.who.lead).get(reverse("review:decision", args=[world.call.pk, rejected.proposal_id]))
        assert page.content.decode().count("SHA-256</dt>") == 2

    def test_the_chair_rules_on_every_proposal_without_a_vote(self) -> None:
        call, who = call_with(2), committee()
        page, act = reverse("review:decisions", args=[call.pk]), reverse("review:decisions_rule", args=[call.pk])
        first, second = call.proposals.order_by("reference")
        shown = _signed_in(who.chair).get(page).content.decode()
        assert all(f'name="outcome_{one.pk}"' in shown for one in (first, second))
        given = {f"outcome_{first.pk}": "rejection", f"outcome_{second.pk}": "reserve"}
        assert _signed_in(who.lead).post(act, {**given, "reason": "Eilfall."}).status_code == 403
        assert _signed_in(who.chair).post(act, given).status_code == 422
        assert _signed_in(who.chair).post(act, {**given, "reason": "Eilfall."}).status_code == 302
        assert list(Decision.objects.values_list("proposal", "outcome")) == [
            (first.pk, "rejection"),
            (second.pk, "reserve"),
        ]

    def test_a_chair_with_a_conflict_is_not_offered_to_rule(self) -> None:
        call, who = call_with(2), committee()
        concerned = call.proposals.order_by("reference").first()
        assert concerned
        Declaration.objects.create(
            proposal=concerned, person=who.chair, kind="personal", declared_at=AFTER, declared_by=who.chair
        )
        page, act = reverse("review:decisions", args=[call.pk]), reverse("review:decisions_rule", args=[call.pk])
        assert 'name="outcome_' not in _signed_in(who.chair).get(page).content.decode()
        assert _signed_in(who.chair).post(act, {"reason": "Eilfall."}).status_code == 409
        assert Decision.objects.count() == 0


class TestWhoSeesDecisions:
    @pytest.mark.parametrize(("role", "status"), [("committee", 403), ("deputy", 403), ("auditor", 200)])
    def test_only_those_who_prepare_decide_or_audit(self, role: str, status: int) -> None:
        world = decided_call()
        person = person_with(ReviewRole(role), f"{role}-x@example.org")
        assert _signed_in(person).get(_page(world)).status_code == status

    def test_a_conflict_closes_the_decision_too(self) -> None:
        world = decided_call()
        one = world.decisions[0]
        Declaration.objects.create(
            proposal=one.proposal,
            person=world.who.office,
            kind="personal",
            declared_at=AFTER,
            declared_by=world.who.office,
        )
        client = _signed_in(world.who.office)
        assert client.get(reverse("review:decision", args=[world.call.pk, one.proposal_id])).status_code == 404
        assert str(one.proposal.reference) not in client.get(_page(world)).content.decode()

    def test_an_applicant_learns_nothing_from_any_page_of_theirs(self) -> None:
        world = voted_call()
        titled(world)
        applicant = User.objects.get(email="antrag@example.org")
        organisation = Organisation.objects.filter(proposals__call=world.call).first()
        assert organisation
        Membership.objects.create(organisation=organisation, user=applicant, role=Role.MANAGE)
        proposal = organisation.proposals.get(call=world.call)
        client = _signed_in(applicant)
        pages = [
            reverse("submissions:proposals"),
            reverse("submissions:tasks", args=[proposal.public_id]),
            reverse("submissions:receipt", args=[proposal.public_id]),
            reverse("submissions:call", args=[world.call.slug]),
        ]

        def seen() -> list[tuple[int, str]]:
            answers = [client.get(page) for page in pages]
            return [(answer.status_code, _without_tokens(answer.content.decode())) for answer in answers]

        before = seen()
        from review.domain.decide import decide

        decide(world.call, actor=world.who.lead, at=DECIDED)
        assert seen() == before
        assert client.get(_page(world)).status_code in (302, 403)


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r'(value="[A-Za-z0-9]{64}"|nonce="[^"]*"|content="[A-Za-z0-9]{64}")', "", page)


class TestMinutes:
    def test_tell_the_whole_vote_in_a_tagged_pdf(self, tmp_path: Path) -> None:
        world = decided_call()
        asked = minutes.request_minutes(world.round, actor=world.who.lead, at=DECIDED)
        minutes.make(asked.pk)
        asked.refresh_from_db()
        assert asked.state == Minutes.State.READY
        data = asked.file.open().read()
        assert hashlib.sha256(data).hexdigest() == asked.sha256
        (tmp_path / "minutes.pdf").write_bytes(data)
        with pikepdf.open(tmp_path / "minutes.pdf") as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == "de"
        assert asked.chain_head == Decision.objects.order_by("-sequence").first().sha256  # type: ignore[union-attr]

    def test_are_made_once_and_a_second_request_waits_with_the_first(self) -> None:
        world = decided_call()
        first = minutes.request_minutes(world.round, actor=world.who.lead, at=DECIDED)
        assert minutes.request_minutes(world.round, actor=world.who.office, at=DECIDED) == first
        minutes.make(first.pk)
        name = Minutes.objects.get(pk=first.pk).file.name
        minutes.make(first.pk)
        assert Minutes.objects.get(pk=first.pk).file.name == name
        assert minutes.request_minutes(world.round, actor=world.who.lead, at=DECIDED + timedelta(1)).number == 2

    def test_are_not_made_of_a_vote_that_is_not_certified(self) -> None:
        who = committee()
        round_ = opened(call_with(2), who)
        with pytest.raises(RoundMovedOn):
            minutes.request_minutes(again(round_), actor=who.lead, at=AFTER)

    def test_are_closed_to_whoever_has_a_conflict_with_a_topic(self) -> None:
        world = decided_call()
        asked = minutes.request_minutes(world.round, actor=world.who.lead, at=DECIDED)
        minutes.make(asked.pk)
        address = reverse("review:minutes_file", args=[world.call.pk, asked.pk])
        assert _signed_in(world.who.office).get(address).status_code == 200
        Declaration.objects.create(
            proposal=world.decisions[0].proposal,
            person=world.who.office,
            kind="personal",
            declared_at=AFTER,
            declared_by=world.who.office,
        )
        assert _signed_in(world.who.office).get(address).status_code == 404


def test_the_list_costs_the_same_for_few_and_many(query_count: Callable[[Callable[[], object]], int]) -> None:
    few, many = decided_call(rejected=1), None
    client = _signed_in(few.who.lead)
    costs = query_count(lambda: client.get(_page(few)))
    many = decided_call(rejected=12)
    assert query_count(lambda: client.get(_page(many))) == costs
    assert costs <= 25


class TestVerifyDecisions:
    def test_says_ok_with_the_head(self, capsys: pytest.CaptureFixture[str]) -> None:
        world = decided_call()
        call_command("verify_decisions")
        assert capsys.readouterr().out == (
            f"OK {world.call.slug}: 1 votes, 4 decisions, head {world.decisions[-1].sha256}\n"
        )

    def test_refuses_an_unknown_call(self) -> None:
        with pytest.raises(CommandError, match="no call"):
            call_command("verify_decisions", call="unbekannt")


@pytest.mark.django_db(transaction=True)
def test_verify_decisions_finds_a_ballot_that_was_changed() -> None:
    decided_call()
    with suspended(connection):
        BallotChange.objects.filter(pk=BallotChange.objects.order_by("pk").first().pk).update(choice="no")  # type: ignore[union-attr]
    with pytest.raises(CommandError, match="DOES NOT FIT"):
        call_command("verify_decisions")
