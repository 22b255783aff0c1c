"""A vote from its close to the certified result: tally, ties, ruling, recount."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from connective.accounts.models import User
from connective.audit.models import Entry
from review.domain import certify_round, close_round, settle
from review.domain.attendance import record_attendance
from review.domain.certify_round import RoundResult, certify, outcome, result_of
from review.domain.close_round import close
from review.domain.errors import NotPermitted, ReasonNeeded
from review.domain.recount import recount
from review.domain.rounds import NotPresiding, RoundMovedOn
from review.domain.sentences import sentence
from review.models import Ballot, Choice, Settlement, TopicTally, VotingRound
from submissions.models import Call
from tests.review import voted
from tests.review.voted import AFTER, CLOSES, DURING, Committee, refused

pytestmark = pytest.mark.django_db

YES, NO, ABSTAIN, OBJECTION, RECUSED = (choice.value for choice in (Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.OBJECTION, Choice.RECUSED))  # fmt: skip


@pytest.fixture
def call() -> Call:
    return voted.call_with(3)


@pytest.fixture
def who() -> Committee:
    return voted.committee()


def references(result: RoundResult) -> tuple[list[str], list[str], list[str]]:
    """Return a result as the last digits of the references."""
    return tuple(  # type: ignore[return-value]
        [(topic.proposal.reference or "")[-1] for topic in part]
        for part in (result.accepted, result.reserve, result.rejected)
    )


class TestClosing:
    def test_it_closes_from_the_closing_instant_on(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)

        assert refused(lambda: close(round_, actor=who.office, at=CLOSES - timedelta(milliseconds=1))) is (
            close_round.TooEarly
        )
        close(round_, actor=who.office, at=CLOSES)

        assert round_.state == "closed"

    def test_it_closes_earlier_once_every_seat_has_voted_or_is_recused_everywhere(
        self, call: Call, who: Committee
    ) -> None:
        deputy = voted.deputy_of(who.members[0])
        round_ = voted.opened(call, who)
        voted.vote(round_, {key: [YES, YES, YES] for key in who.voters[2:]} | {who.chair: [YES, RECUSED, NO]})
        assert refused(lambda: close(round_, actor=who.office, at=DURING)) is close_round.TooEarly
        assert [seat.member for seat in close_round.seats_to_vote(round_)] == [voted.elector(round_, who.members[0]).pk]

        voted.vote(round_, {deputy: [YES, YES, NO]})
        close(round_, actor=who.office, at=DURING)

        assert round_.state == "closed"

    def test_the_figures_are_frozen_with_all_that_they_rest_on(self, call: Call, who: Committee) -> None:
        round_ = voted.closed(call, who, {who.chair: [YES, NO, ABSTAIN], who.members[0]: [YES, YES, RECUSED]})

        rows = TopicTally.objects.filter(topic__round=round_).order_by("topic__position")
        figures = [(row.yes, row.no, row.abstain, row.recused, row.entitled, row.present) for row in rows]
        assert figures == [(2, 0, 0, 0, 5, 2), (1, 1, 0, 0, 5, 2), (0, 0, 1, 1, 4, 1)]
        content = json.loads(round_.tally.content)
        assert len(content["seats"]) == 5
        assert len(content["ballots"]) == 6
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(yes=9)

    def test_closing_twice_has_one_effect(self, call: Call, who: Committee) -> None:
        round_ = voted.closed(call, who)

        assert close(round_, actor=who.office, at=AFTER) == round_.tally
        assert refused(lambda: close(round_, actor=who.lead, at=AFTER)) is RoundMovedOn

    def test_attendance_is_recorded_while_the_round_is_open_and_the_last_word_counts(
        self, call: Call, who: Committee
    ) -> None:
        round_ = voted.opened(call, who, setting=VotingRound.Setting.MEETING)
        present = [voted.elector(round_, person) for person in who.voters]
        for person in present:
            record_attendance(person, True, actor=who.office, at=DURING)
        record_attendance(present[0], True, actor=who.office, at=DURING)
        record_attendance(present[0], False, actor=who.office, at=DURING)
        voted.vote(round_, {who.members[0]: [YES, YES, YES]})

        close(round_, actor=who.office, at=AFTER)

        assert present[0].attendances.count() == 2
        assert {(row.present, row.entitled) for row in TopicTally.objects.all()} == {(4, 5)}
        assert refused(lambda: record_attendance(present[1], False, actor=who.office, at=AFTER)) is RoundMovedOn

    @pytest.mark.parametrize(
        ("changes", "said", "expected"),
        [
            (
                {},
                "jjjjjne",
                (
                    "5 Ja, 1 Nein, 1 Enthaltung; beschlussfähig mit 7 von 7; einfache Mehrheit der abgegebenen Stimmen "
                    "erreicht."
                ),
            ),
            (
                {},
                "jjjjjneb-",
                (
                    "5 Ja, 1 Nein, 1 Enthaltung; 1 befangen; beschlussfähig mit 7 von 8; einfache Mehrheit der "
                    "abgegebenen Stimmen erreicht."
                ),
            ),
            ({}, "j------", "1 Ja, 0 Nein, 0 Enthaltungen; nicht beschlussfähig mit 1 von 7; nicht angenommen."),
            (
                {"rule": "consensus"},
                "jjjjw",
                "4 Ja, 0 Nein, 1 Widerspruch, 0 Enthaltungen; beschlussfähig mit 5 von 5; kein Konsens.",
            ),
            (
                {"rule": "consensus"},
                "eeeee",
                "0 Ja, 0 Nein, 5 Enthaltungen; beschlussfähig mit 5 von 5; kein Konsens, niemand hat zugestimmt.",
            ),
            (
                {"rule": "qualified", "base": "present"},
                "jjjje",
                "4 Ja, 0 Nein, 1 Enthaltung; beschlussfähig mit 5 von 5; Mehrheit von 2/3 der Anwesenden erreicht.",
            ),
            (
                {"rule": "chair"},
                "jjjnn",
                (
                    "3 Ja, 2 Nein, 0 Enthaltungen; beschlussfähig mit 5 von 5; beratende Abstimmung, der Vorsitz "
                    "entscheidet."
                ),
            ),
        ],
    )
    def test_a_tally_is_explained_in_a_sentence(self, changes: dict[str, str], said: str, expected: str) -> None:
        letters = {"j": YES, "n": NO, "e": ABSTAIN, "w": OBJECTION, "b": RECUSED, "-": ""}
        who = voted.committee(len(said) - 1)
        choices = {person: [letters[letter]] for person, letter in zip(who.voters, said, strict=True)}

        voted.closed(voted.call_with(1), who, choices, **changes)

        assert sentence(TopicTally.objects.select_related("topic__round").get()) == expected


def tied(call: Call, who: Committee, **changes: object) -> VotingRound:
    """Hold a vote in which the first topic has more yes than the second and the third, which are equal."""
    said = {person: [YES, YES, YES] for person in who.voters[:4]} | {who.voters[4]: [YES, NO, NO]}
    return voted.closed(call, who, said, **changes)


class TestSettling:
    def test_a_tie_at_the_last_place_stops_the_certification(self, call: Call, who: Committee) -> None:
        round_ = tied(call, who)

        pending = settle.needs_settlement(round_)
        assert pending is not None
        assert [[topic.position for topic in tie] for tie in pending.ties] == [[2, 3]]
        assert refused(lambda: certify(round_, actor=who.lead, at=AFTER)) is certify_round.NotSettled

    def test_without_a_tie_at_the_last_place_there_is_nothing_to_settle(self, call: Call, who: Committee) -> None:
        round_ = tied(call, who, places=3)

        assert settle.needs_settlement(round_) is None
        assert refused(lambda: settle.draw_lot(round_, actor=who.office, at=AFTER)) is settle.NothingToSettle
        certify(round_, actor=who.lead, at=AFTER)
        assert references(result_of(round_)) == (["1", "2", "3"], [], [])

    def test_the_casting_vote_of_the_chair_orders_the_tie(self, call: Call, who: Committee) -> None:
        round_ = tied(call, who)
        _first, second, third = voted.topics(round_)

        settle.cast_vote(round_, [third, second], reason="Ergänzt das erste.", actor=who.chair, at=AFTER)

        assert references(outcome(round_)) == (["1", "3"], ["2"], [])
        certify(round_, actor=who.lead, at=AFTER)
        assert references(result_of(round_)) == (["1", "3"], ["2"], [])
        with pytest.raises(IntegrityError), transaction.atomic():
            Settlement.objects.update(reason="Anders.")

    def test_a_casting_vote_has_a_reason_and_all_tied_topics_once_and_is_cast_once(
        self, call: Call, who: Committee
    ) -> None:
        round_ = tied(call, who)
        first, second, third = voted.topics(round_)

        def cast(*ranked: object, reason: str = "Gut.", actor: User = who.chair) -> Callable[[], object]:
            return lambda: settle.cast_vote(round_, ranked, reason=reason, actor=actor, at=AFTER)  # type: ignore[arg-type]

        assert refused(cast(third, second, reason=" ")) is ReasonNeeded
        assert refused(cast(third)) is settle.OrderRefused
        assert refused(cast(third, third)) is settle.OrderRefused
        assert refused(cast(third, first)) is settle.OrderRefused
        for person in (who.lead, who.office, who.members[0]):
            assert refused(cast(third, second, actor=person)) is NotPresiding
        cast(third, second)()
        assert refused(cast(second, third)) is settle.AlreadySettled
        assert refused(lambda: settle.draw_lot(round_, actor=who.office, at=AFTER)) is settle.AlreadySettled

    def test_a_recused_chair_casts_no_vote_but_the_deputy_does(self, call: Call, who: Committee) -> None:
        deputy = voted.deputy_of(who.chair)
        said = {person: [YES, YES, YES] for person in who.members} | {
            who.chair: [YES, RECUSED, NO],
            deputy: ["", NO, ""],
        }
        round_ = voted.closed(call, who, said)
        _first, second, third = voted.topics(round_)
        assert settle.needs_settlement(round_) is not None

        assert (
            refused(lambda: settle.cast_vote(round_, [second, third], reason="Gut.", actor=who.chair, at=AFTER))
            is NotPresiding
        )
        settle.cast_vote(round_, [second, third], reason="Gut.", actor=deputy, at=AFTER)

        assert references(outcome(round_)) == (["1", "2"], ["3"], [])

    def test_a_lot_can_be_repeated_by_anyone(self, call: Call, who: Committee) -> None:
        round_ = tied(call, who)

        made = settle.draw_lot(round_, actor=who.office, at=AFTER)

        pair = [topic.proposal.reference or "" for topic in voted.topics(round_)[1:]]
        winner = settle.lot_order(pair, made.seed)[0]
        assert references(outcome(round_))[0] == ["1", winner[-1]]
        assert len(made.seed) == 64
        assert recount(round_) == []

    def test_the_lot_follows_from_the_seed_alone(self) -> None:
        # sha256("abc:TA2021-0002") = 7f…, sha256("abc:TA2021-0003") = 4b… : computed with sha256sum
        lots = {reference: settle.lot_of(reference, "abc") for reference in ("TA2021-0002", "TA2021-0003")}

        assert settle.lot_order(lots, "abc") == sorted(lots, key=lambda reference: lots[reference])
        assert settle.lot_order(reversed(list(lots)), "abc") == settle.lot_order(lots, "abc")

    def test_every_tie_of_the_reserve_list_is_ordered_by_the_same_act(self, who: Committee) -> None:
        call = voted.call_with(5)
        said = {person: [YES, YES, YES, YES, YES] for person in who.members} | {who.chair: [YES, YES, YES, NO, NO]}
        round_ = voted.closed(call, who, said)
        order = voted.topics(round_)
        assert settle.needs_settlement(round_) is not None

        settle.cast_vote(
            round_, [order[4], order[2], order[0], order[3], order[1]], reason="Gut.", actor=who.chair, at=AFTER
        )

        assert references(outcome(round_)) == (["3", "1"], ["2", "5", "4"], [])

    def test_the_chair_decides_after_a_consultative_vote(self, call: Call, who: Committee) -> None:
        round_ = voted.closed(call, who, rule=VotingRound.Rule.CHAIR)
        first, second, third = voted.topics(round_)
        assert settle.needs_settlement(round_) is not None

        def rule(chosen: list[object], reserve: list[object], actor: User = who.chair) -> Callable[[], object]:
            return lambda: settle.rule(round_, chosen, reserve, reason="Gut.", actor=actor, at=AFTER)  # type: ignore[arg-type]

        assert refused(rule([first, second, third], [])) is settle.TooManyChosen
        assert refused(rule([first], [first])) is settle.TooManyChosen
        assert refused(rule([first], [], who.lead)) is NotPresiding
        rule([third], [first])()

        certify(round_, actor=who.lead, at=AFTER)
        assert references(result_of(round_)) == (["3"], ["1"], ["2"])

    def test_a_recused_chair_rules_on_what_is_open_to_the_chair(self, call: Call, who: Committee) -> None:
        said = {person: [YES, YES, YES] for person in who.members} | {who.chair: [RECUSED, YES, YES]}
        round_ = voted.closed(call, who, said, rule=VotingRound.Rule.CHAIR)
        first, second, _third = voted.topics(round_)

        with pytest.raises(settle.TooManyChosen):
            settle.rule(round_, [first], [], reason="Gut.", actor=who.chair, at=AFTER)
        settle.rule(round_, [second], [], reason="Gut.", actor=who.chair, at=AFTER)

        assert references(outcome(round_)) == (["2"], [], ["1", "3"])


class TestCertifying:
    def test_a_second_person_certifies(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)
        close(round_, actor=who.lead, at=AFTER)

        assert refused(lambda: certify(round_, actor=who.lead, at=AFTER)) is certify_round.SamePerson
        assert refused(lambda: certify(round_, actor=who.office, at=AFTER)) is NotPermitted
        certify(round_, actor=who.chair, at=AFTER)
        certify(round_, actor=who.chair, at=AFTER)

        assert (round_.state, round_.certified_by) == ("certified", who.chair)
        assert Entry.objects.filter(action="vote.certified").count() == 1

    def test_there_is_no_result_before(self, call: Call, who: Committee) -> None:
        round_ = voted.closed(call, who)

        with pytest.raises(RoundMovedOn):
            result_of(round_)

    def test_a_tally_that_no_longer_fits_its_ballots_is_not_certified(self, call: Call, who: Committee) -> None:
        round_ = voted.closed(call, who, {who.chair: [YES, YES, NO], who.members[0]: [YES, YES, NO]})
        Ballot.objects.filter(choice=NO).update(choice=YES)

        found = recount(round_)

        assert any("is not what was received last" in line for line in found)
        assert any("counted again" in line for line in found)
        assert refused(lambda: certify(round_, actor=who.lead, at=AFTER)) is certify_round.CountDiffers

    def test_chosen_reserve_and_rejected_are_told_apart(self, who: Committee) -> None:
        round_ = voted.certified_round(voted.call_with(4), who=who)

        assert references(result_of(round_)) == (["1", "2"], ["3"], ["4"])


def test_each_step_is_in_the_audit_log_and_none_tells_a_vote(call: Call, who: Committee) -> None:
    voted.certified_round(call, who=who)

    entries = Entry.objects.filter(action__startswith="vote.").order_by("sequence")
    assert [entry.action for entry in entries] == ["vote.prepared", "vote.opened", "vote.closed", "vote.certified"]
    assert not any(choice in entry.payload for entry in entries for choice in ("yes", "abstain", "objection"))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.lists(some.lists(some.sampled_from(["", *Choice.values]), min_size=3, max_size=3), min_size=5, max_size=5),
    some.sampled_from([str(rule) for rule in VotingRound.Rule]),
    some.sampled_from([str(quorum) for quorum in VotingRound.Quorum]),
)
def test_counting_again_always_finds_what_was_frozen(said: list[list[str]], rule: str, quorum: str) -> None:
    with transaction.atomic():
        who = voted.committee()
        round_ = voted.closed(
            voted.call_with(3), who, dict(zip(who.voters, said, strict=True)), rule=rule, quorum=quorum, places=1
        )
        pending = settle.needs_settlement(round_)
        if pending and not pending.is_ruling:
            settle.draw_lot(round_, actor=who.office, at=AFTER)
        assert recount(round_) == []
        result = outcome(round_)
        assert len(result.accepted) <= 1
        assert len(result.accepted) + len(result.reserve) + len(result.rejected) == 3
        transaction.set_rollback(True)
