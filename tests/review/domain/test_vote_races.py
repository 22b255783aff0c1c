"""Many at once on one vote; real threads, a real database."""

from datetime import timedelta

import pytest

from connective.accounts.models import User
from connective.audit.models import Entry
from review.domain.attendance import record_attendance
from review.domain.cast_ballot import cast
from review.domain.certify_round import certify
from review.domain.close_round import close
from review.domain.declare import correct, declare
from review.domain.open_round import open_round
from review.domain.prepare_round import prepare
from review.domain.recount import recount
from review.domain.settle import cast_vote, draw_lot
from review.models import Attendance, Ballot, Choice, Elector, Settlement, Tally, TopicTally, VotingRound, VotingTopic
from submissions.domain.withdraw import withdraw
from submissions.models import Proposal
from tests.review import voted
from tests.review.scored import AT
from tests.review.scored import declare as declared
from tests.review.voted import AFTER, CLOSES, DURING, OPENS, SETTINGS
from tests.submissions.domain.test_races import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_preparations_at_once_there_is_one() -> None:
    call, who = voted.call_with(3), voted.committee()
    voted.shortlist_of(call, who.lead)

    results = at_once(*[lambda: prepare(call, SETTINGS, actor=who.office, at=AT) for _ in range(8)])

    assert sorted(kinds(results)) == ["RoundInWork"] * 7 + ["VotingRound"]
    assert VotingRound.objects.count() == 1


def test_ten_clicks_open_a_round_once() -> None:
    call, who = voted.call_with(3), voted.committee()
    round_ = voted.prepared(call, who)

    results = at_once(
        *[lambda: open_round(voted.again(round_), actor=who.office, at=OPENS) for _ in range(5)],
        *[lambda: open_round(voted.again(round_), actor=who.lead, at=OPENS) for _ in range(5)],
    )

    assert sorted(kinds(results)) == ["RoundMovedOn"] * 5 + ["VotingRound"] * 5
    assert Elector.objects.count() == len(who.voters)
    assert Entry.objects.filter(action="vote.opened").count() == 1


def test_ten_clicks_of_two_people_close_a_round_once() -> None:
    call, who = voted.call_with(3), voted.committee()
    round_ = voted.opened(call, who)
    voted.vote(round_, {person: ["yes", "no", "abstain"] for person in who.voters})

    results = at_once(
        *[lambda: close(voted.again(round_), actor=who.office, at=AFTER) for _ in range(5)],
        *[lambda: close(voted.again(round_), actor=who.lead, at=AFTER) for _ in range(5)],
    )

    assert sorted(kinds(results)) == ["RoundMovedOn"] * 5 + ["Tally"] * 5
    assert Tally.objects.count() == Entry.objects.filter(action="vote.closed").count() == 1


def test_a_conflict_declared_while_a_round_opens_is_always_a_recusal() -> None:
    call, who = voted.call_with(3), voted.committee(8)
    round_ = voted.prepared(call, who)
    first, second, _third = (topic.proposal for topic in voted.topics(round_))

    results = at_once(
        *[
            lambda person=person, proposal=proposal: declare(proposal, kind="land", actor=person, at=OPENS)
            for person in who.members[:4]
            for proposal in (first, second)
        ],
        lambda: open_round(voted.again(round_), actor=who.office, at=OPENS),
    )

    assert sorted(kinds(results)) == ["Declaration"] * 8 + ["VotingRound"]
    assert Ballot.objects.filter(choice=Choice.RECUSED).count() == 8


def test_what_is_withdrawn_is_not_voted_on_and_what_is_voted_on_not_withdrawn() -> None:
    call, who = voted.call_with(3), voted.committee()
    round_ = voted.prepared(call, who)
    proposal = voted.topics(round_)[0].proposal

    results = at_once(
        lambda: open_round(voted.again(round_), actor=who.office, at=OPENS),
        lambda: withdraw(proposal, actor=who.office, at=OPENS),
    )

    proposal = Proposal.objects.get(pk=proposal.pk)
    opened = voted.again(round_).state == VotingRound.State.OPEN
    assert set(kinds(results)) == ({"VotingRound", "UnderDecision"} if opened else {"CannotOpen", "Proposal"})
    assert opened == (proposal.version_in_force_id is not None)


def test_a_conflict_and_the_close_at_once_leave_a_tally_that_counts_again() -> None:
    call, who = voted.call_with(3), voted.committee(6)
    round_ = voted.opened(call, who)
    voted.vote(round_, {person: ["yes", "no", "yes"] for person in who.voters})
    proposal = voted.topics(round_)[0].proposal

    results = at_once(
        *[lambda person=person: declare(proposal, kind="land", actor=person, at=DURING) for person in who.members],
        lambda: close(voted.again(round_), actor=who.office, at=AFTER),
    )

    assert sorted(kinds(results)) == ["Declaration"] * 6 + ["Tally"]
    assert recount(voted.again(round_)) == []


def test_attendance_ticked_twice_at_once_is_written_once() -> None:
    call, who = voted.call_with(1), voted.committee()
    elector = voted.elector(voted.opened(call, who), who.chair)

    at_once(*[lambda: record_attendance(elector, True, actor=who.office, at=DURING) for _ in range(6)])

    assert Attendance.objects.count() == 1


def test_of_a_casting_vote_and_lots_at_once_one_counts() -> None:
    call, who = voted.call_with(3), voted.committee()
    round_ = voted.closed(call, who)
    ranked = voted.topics(round_)

    results = at_once(
        *[lambda: draw_lot(voted.again(round_), actor=who.office, at=AFTER) for _ in range(5)],
        lambda: cast_vote(voted.again(round_), ranked, reason="Gut.", actor=who.chair, at=AFTER),
    )

    assert sorted(kinds(results)) == ["AlreadySettled"] * 5 + ["Settlement"]
    assert Settlement.objects.count() == 1


def test_ten_clicks_of_two_people_certify_once() -> None:
    call, who = voted.call_with(2), voted.committee()
    round_ = voted.closed(call, who)

    results = at_once(
        *[lambda: certify(voted.again(round_), actor=who.lead, at=AFTER) for _ in range(5)],
        *[lambda: certify(voted.again(round_), actor=who.chair, at=AFTER) for _ in range(5)],
    )

    assert sorted(kinds(results)) == ["RoundMovedOn"] * 5 + ["VotingRound"] * 5
    assert Entry.objects.filter(action="vote.certified").count() == 1


def test_a_ballot_and_the_close_never_miss_each_other() -> None:
    call, who = voted.call_with(2), voted.committee(8)
    round_ = voted.opened(call, who)
    asked = voted.topics(round_)
    for person in who.voters:
        declared(person, [topic.proposal for topic in asked])
    received = CLOSES - timedelta(milliseconds=1)

    def cast_one(person: User, topic: VotingTopic) -> Ballot:
        return cast(topic, "yes", reason="", statement="", based_on=0, actor=person, at=received)

    results = at_once(
        *[lambda person=person: cast_one(person, asked[0]) for person in who.voters],
        lambda: close(voted.again(round_), actor=who.office, at=CLOSES),
        *[lambda person=person: cast_one(person, asked[1]) for person in who.voters],
    )

    taken = kinds(results).count("Ballot")
    assert sorted(kinds(results)) == sorted(["Ballot"] * taken + ["Tally"] + ["VoteClosed"] * (18 - taken))
    assert Ballot.objects.count() == taken == sum(row.yes for row in TopicTally.objects.all())
    assert recount(voted.again(round_)) == []


def test_a_ballot_and_a_conflict_at_once_leave_a_recusal() -> None:
    call, who = voted.call_with(1), voted.committee(6)
    topic = voted.topics(voted.opened(call, who))[0]
    for person in who.voters:
        declared(person, [topic.proposal])

    at_once(
        *[
            lambda person=person: cast(topic, "no", reason="", statement="", based_on=0, actor=person, at=DURING)
            for person in who.members
        ],
        *[
            lambda person=person: correct(
                topic.proposal, person, kind="land", note="Erst jetzt bemerkt.", actor=who.lead, at=DURING
            )
            for person in who.members
        ],
    )

    assert set(Ballot.objects.values_list("choice", flat=True)) == {Choice.RECUSED.value}
    assert Ballot.objects.count() == len(who.members)
