"""Votes and decisions as a file that anyone can check, and what the command finds in the database."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from connective.audit.append_only import suspended
from review.domain import decision_chain, decision_file
from review.domain.certify_round import certify, outcome
from review.domain.close_round import close
from review.domain.correct_decision import Change, correct
from review.domain.decide import decide, listed, obstacles
from review.domain.decision_faults import faults_of
from review.domain.minutes import is_open_to, make, request_minutes
from review.domain.settle import draw_lot
from review.models import Decision, Declaration, Minutes, Outcome
from tests.review.decided import DECIDED, Decided, decided_call, draft_title, titled, voted_call
from tests.review.scored import proposals
from tests.review.voted import AFTER, CLOSES, again, call_with, committee, opened, vote

pytestmark = pytest.mark.django_db

LATER = DECIDED + timedelta(days=1)


def _drawn() -> Decided:
    """Return a call whose reserve list a lot has ordered: three topics are tied for one place."""
    who = committee()
    call = call_with(3, places=1)
    round_ = opened(call, who, places=1)
    vote(round_, dict.fromkeys(who.voters, ("yes", "yes", "yes")))
    close(again(round_), actor=who.office, at=CLOSES)
    draw_lot(again(round_), actor=who.office, at=AFTER)
    certify(again(round_), actor=who.lead, at=AFTER)
    chosen = outcome(again(round_)).accepted[0]
    draft_title(chosen.proposal, who.office)
    return Decided(call, again(round_), who, decide(call, actor=who.lead, at=DECIDED))


def _in_tally(told: dict[str, Any], part: str, place: int, **changes: object) -> None:
    tally = json.loads(told["rounds"][0]["tally"])
    tally[part][place].update(changes)
    told["rounds"][0]["tally"] = json.dumps(tally)


def _turn_the_lot(told: dict[str, Any]) -> None:
    settlement = told["rounds"][0]["settlement"]
    content = json.loads(settlement["content"])
    content["ties"] = [tie[::-1] for tie in content["ties"]]
    settlement["content"] = json.dumps(content)


class TestTheFile:
    def test_of_a_sound_call_fits_without_the_database(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], django_db_blocker: Any
    ) -> None:
        world = _drawn()
        lapsed = world.of(Outcome.REJECTION) or world.of(Outcome.RESERVE)
        correct(lapsed[-1], Change(Outcome.REJECTION), reason="Verzicht.", actor=world.who.lead, at=LATER)
        file = tmp_path / "calls.json"
        call_command("verify_decisions", call=world.call.slug, export=file)
        with django_db_blocker.block():
            call_command("verify_decisions", source=file)
        assert capsys.readouterr().out.endswith(f"OK {file}\n")

    @pytest.mark.parametrize(
        ("tamper", "fault"),
        [
            (lambda told: _in_tally(told, "ballots", 0, choice="no"), "the figures do not follow"),
            (lambda told: _in_tally(told, "counts", 0, yes=4), "the figures do not follow"),
            (_turn_the_lot, "the order of the lot"),
            (lambda told: told["decisions"].pop(0), "decision 1: is missing"),
            (lambda told: told["decisions"].reverse(), "does not follow the decision before it"),
            (lambda told: told["decisions"][0].update(content='{"sequence":1}'), "no file"),
            (lambda told: told["rounds"][0].update(certified=False), "rests on a vote that is not certified"),
            (lambda told: told.update(format="other"), "no file"),
        ],
    )
    def test_that_was_tampered_with_does_not_fit(
        self, tmp_path: Path, tamper: Callable[[dict[str, Any]], object], fault: str
    ) -> None:
        told = json.loads(decision_file.export(_drawn().call))
        tamper(told)
        file = tmp_path / "call.json"
        file.write_text(json.dumps(told))
        with pytest.raises(CommandError, match=fault):
            call_command("verify_decisions", source=file)

    def test_needs_a_call_to_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="needs --call"):
            call_command("verify_decisions", export=tmp_path / "x.json")

    def test_that_is_not_there_is_an_answer_and_no_traceback(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no file"):
            call_command("verify_decisions", source=tmp_path / "missing.json")


@pytest.mark.django_db(transaction=True)
class TestTheDatabase:
    def test_whose_chain_lost_its_end_does_not_fit(self) -> None:
        world = decided_call()
        last = world.decisions[-1]
        with suspended(connection):
            Decision.objects.filter(pk=last.pk).delete()
        assert decision_chain.verify(world.call) == []
        assert f"the decision {last.sha256} was recorded, but is not there" in faults_of(world.call)

    def test_whose_decision_was_written_anew_with_a_chain_that_is_sound_does_not_fit(self) -> None:
        world = decided_call()
        last = Decision.objects.get(pk=world.decisions[-1].pk)
        last.outcome, last.reserve_rank = Outcome.RESERVE, 2
        last.content = decision_chain.content_of(last)
        last.sha256 = decision_chain.hash_of(last.content, last.previous_sha256)
        with suspended(connection):
            last.save()
        assert decision_chain.verify(world.call) == []
        found = faults_of(world.call)
        assert f"decision {last.sequence}: is not what the vote came to" in found
        assert f"the audit log knows nothing of the last decision {last.sha256}" in found

    def test_that_is_sound_fits_after_corrections_too(self) -> None:
        world = decided_call()
        change = Change(Outcome.RESERVE, reserve_rank=2)
        correct(world.of(Outcome.REJECTION)[0], change, reason="Verwechselt.", actor=world.who.lead, at=LATER)
        assert faults_of(world.call) == []


class TestWhatAConflictCloses:
    def test_a_reader_with_a_conflict_is_not_told_which_proposal_lacks_what(self) -> None:
        world = voted_call()
        accepted = outcome(world.round).accepted[0].proposal
        assert str(accepted.reference) in " ".join(obstacles(world.call, world.who.lead))
        _conflict(world, accepted.pk)
        told = obstacles(world.call, world.who.lead)
        assert told == ["Bei einem Vorschlag, der Ihnen wegen Befangenheit verschlossen ist, fehlen noch Angaben."]

    def test_minutes_are_closed_by_a_proposal_that_was_decided_without_a_vote(self) -> None:
        world = voted_call()
        (unvoted,) = proposals(world.call, ["Nicht auf der Auswahlliste"])
        titled(world)
        assert unvoted in [one.proposal for one in decide(world.call, actor=world.who.lead, at=DECIDED)]
        asked = request_minutes(world.round, actor=world.who.lead, at=LATER)
        assert is_open_to(world.who.lead, asked)
        _conflict(world, unvoted.pk)
        assert not is_open_to(world.who.lead, asked)


def _conflict(world: Decided, proposal_id: int) -> None:
    Declaration.objects.create(
        proposal_id=proposal_id,
        person=world.who.lead,
        kind="personal",
        declared_at=AFTER,
        declared_by=world.who.lead,
    )


def test_decisions_are_read_with_the_reserve_list_before_the_rejections() -> None:
    world = decided_call()
    assert [one.outcome for one in listed(world.call)] == ["acceptance", "reserve", "rejection", "rejection"]


def test_minutes_that_cannot_be_made_say_so_and_can_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = decided_call()
    asked = request_minutes(world.round, actor=world.who.lead, at=LATER)
    with monkeypatch.context() as broken:
        broken.setattr("review.domain.minutes.STYLESHEET", "missing.css")
        make(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Minutes.State.FAILED
    second = request_minutes(world.round, actor=world.who.lead, at=LATER)
    make(second.pk)
    second.refresh_from_db()
    assert (second.number, second.state) == (2, Minutes.State.READY)
