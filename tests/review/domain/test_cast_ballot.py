"""Ballots: one per elector and topic, changed until the close, nobody else's business."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connections, transaction

from connective.accounts.models import User
from connective.audit.models import Entry
from connective.errors import DomainError
from connective.mail.models import Message
from review.domain import vote_mails
from review.domain.cast_ballot import BallotConflict, ChoiceRefused, VoteClosed, VoteNotOpen, cast, offered
from review.domain.close_round import close
from review.domain.declare import declare
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.models import Ballot, BallotChange, Choice, Declaration, Elector, TopicTally, VotingRound, VotingTopic
from tests.review.scored import AT
from tests.review.voted import CLOSES, DURING, Committee, call_with, committee, deputy_of, opened, prepared, topics

pytestmark = pytest.mark.django_db

NONE = Declaration.Kind.NONE


def ready(count: int = 2, **changes: object) -> tuple[VotingRound, Committee, VotingTopic]:
    """Return an open round whose first member has declared "no conflict" on the first topic."""
    who = committee()
    round_ = opened(call_with(count), who, **changes)
    first = topics(round_)[0]
    declare(first.proposal, kind=NONE, actor=who.members[0], at=DURING)
    return round_, who, first


def vote(topic: VotingTopic, person: User, choice: str = "yes", **changes: object) -> Ballot:
    given = {"reason": "", "statement": "", "based_on": 0, "at": DURING, **changes}
    return cast(topic, choice, actor=person, **given)  # type: ignore[arg-type]


class TestABallot:
    def test_is_cast_and_changed_and_every_change_is_kept(self) -> None:
        _round, who, topic = ready()
        vote(topic, who.members[0], "yes")
        vote(topic, who.members[0], "no", based_on=1)
        assert [one.choice for one in Ballot.objects.all()] == ["no"]
        assert [(one.number, one.choice) for one in BallotChange.objects.all()] == [(1, "yes"), (2, "no")]

    def test_is_cast_once_by_a_double_click(self) -> None:
        _round, who, topic = ready()
        first = vote(topic, who.members[0])
        assert vote(topic, who.members[0]) == first
        assert BallotChange.objects.count() == 1

    def test_from_another_tab_is_a_conflict_that_shows_what_is_there(self) -> None:
        _round, who, topic = ready()
        vote(topic, who.members[0], "yes")
        with pytest.raises(BallotConflict) as conflict:
            vote(topic, who.members[0], "no", based_on=0)
        assert conflict.value.current is not None
        assert conflict.value.current.choice == "yes"

    @pytest.mark.parametrize(("before", "refusal"), [(timedelta(0), VoteClosed), (timedelta(milliseconds=1), None)])
    def test_is_taken_until_the_closing_instant(self, before: timedelta, refusal: type[DomainError] | None) -> None:
        _round, who, topic = ready()
        if refusal is None:
            assert vote(topic, who.members[0], at=CLOSES - before).choice == "yes"
        else:
            with pytest.raises(refusal):
                vote(topic, who.members[0], at=CLOSES - before)

    def test_is_not_taken_before_the_opening_or_after_the_close(self) -> None:
        who = committee()
        draft = prepared(call_with(1), who)
        with pytest.raises(VoteNotOpen):
            vote(topics(draft)[0], who.members[0])

    @pytest.mark.parametrize(
        ("rule", "votes"),
        [
            ("consensus", ("yes", "abstain", "objection")),
            ("simple", ("yes", "no", "abstain")),
            ("qualified", ("yes", "no", "abstain")),
            ("chair", ("yes", "no", "abstain")),
        ],
    )
    def test_has_the_votes_of_its_rule_alone(self, rule: str, votes: tuple[str, ...]) -> None:
        round_, who, topic = ready(rule=rule)
        assert tuple(choice.value for choice in offered(round_)) == votes
        for choice in set(Choice.values) - set(votes):
            with pytest.raises(ChoiceRefused):
                vote(topic, who.members[0], choice, reason="Weil.")

    def test_that_objects_needs_a_reason(self) -> None:
        _round, who, topic = ready(rule="consensus")
        with pytest.raises(ReasonNeeded):
            vote(topic, who.members[0], "objection", reason=" ")
        assert vote(topic, who.members[0], "objection", reason="Weil.").reason == "Weil."

    def test_is_not_for_those_who_are_not_on_the_roll(self) -> None:
        _round, who, topic = ready()
        for outsider in (who.office, who.lead):
            with pytest.raises(NotPermitted):
                vote(topic, outsider)

    def test_waits_for_the_declaration(self) -> None:
        _round, who, topic = ready()
        with pytest.raises(Closed):
            vote(topic, who.members[1])

    def test_leaves_no_vote_in_the_audit_log(self) -> None:
        _round, who, topic = ready()
        vote(topic, who.members[0], "no", statement="Geheimnis")
        texts = " ".join(Entry.objects.filter(action="vote.ballot").values_list("payload", flat=True))
        assert "no" not in texts.replace("number", "")
        assert "Geheimnis" not in texts

    def test_is_one_by_constraint(self) -> None:
        _round, who, topic = ready()
        ballot = vote(topic, who.members[0])
        with pytest.raises(IntegrityError), transaction.atomic():
            Ballot.objects.create(topic=topic, elector=ballot.elector, choice="no", cast_at=AT)


class TestARecusal:
    def test_takes_the_ballot_away_and_closes_the_topic(self) -> None:
        _round, who, topic = ready()
        vote(topic, who.members[0], "yes")
        Declaration.objects.filter(person=who.members[0]).update(is_current=False)
        declare(topic.proposal, kind="land", actor=who.members[0], at=DURING)
        assert [one.choice for one in Ballot.objects.filter(topic=topic)] == ["recused"]
        with pytest.raises(Closed):
            vote(topic, who.members[0], based_on=2)

    def test_never_counts_in_the_tally(self) -> None:
        round_, who, topic = ready(1)
        declare(topic.proposal, kind="land", actor=who.members[1], at=DURING)
        vote(topic, who.members[0], "yes")
        close(round_, actor=who.office, at=CLOSES)
        told = TopicTally.objects.get(topic=topic)
        assert (told.recused, told.entitled, told.yes) == (1, 4, 1)


class TestMails:
    def test_everybody_on_the_roll_is_invited_once(self) -> None:
        who = committee()
        deputy = deputy_of(who.members[0])
        opened(call_with(1), who)
        invited = set(Message.objects.filter(kind="vote_invitation").values_list("recipient", flat=True))
        assert invited == {person.email for person in (*who.voters, deputy)}

    def test_a_receipt_comes_once_for_all_votes_of_a_sitting_and_again_for_a_change(self) -> None:
        _round, who, topic = ready()
        vote(topic, who.members[0], "yes")
        assert vote_mails.send_receipts(DURING + timedelta(seconds=119)) == 0
        for _again in range(2):
            vote_mails.send_receipts(DURING + timedelta(minutes=2))
        vote(topic, who.members[0], "no", based_on=1, at=DURING + timedelta(minutes=5))
        vote_mails.send_receipts(DURING + timedelta(minutes=7))
        receipts = Message.objects.filter(kind="vote_receipt").order_by("pk")
        assert [message.recipient for message in receipts] == [who.members[0].email] * 2
        assert ": Ja (" in receipts[0].body
        assert ": Nein (" in receipts[1].body

    def test_only_seats_that_still_have_to_vote_are_reminded(self) -> None:
        round_, who, topic = ready(1)
        vote(topic, who.members[0])
        vote_mails.remind(round_.closes_at - timedelta(hours=20))
        vote_mails.remind(round_.closes_at - timedelta(hours=19))
        reminded = sorted(Message.objects.filter(kind="vote_reminder").values_list("recipient", flat=True))
        assert reminded == sorted(person.email for person in who.voters if person != who.members[0])

    def test_no_mail_of_a_vote_tells_what_others_did(self) -> None:
        round_, who, topic = ready(1)
        vote(topic, who.members[0], "no")
        vote_mails.remind(round_.closes_at - timedelta(hours=20))
        vote_mails.send_receipts(DURING + timedelta(minutes=2))
        others = Message.objects.exclude(recipient=who.members[0].email).exclude(kind="vote_invitation")
        assert [
            message.body for message in others if "Nein" in message.body or who.members[0].name in message.body
        ] == []


@pytest.mark.django_db(transaction=True)
def test_of_twenty_tabs_one_wins_and_the_others_see_it() -> None:
    _round, who, topic = ready()
    elector = Elector.objects.get(person=who.members[0])
    results: list[str] = []
    start = Barrier(20)

    def tab(number: int) -> None:
        start.wait()
        try:
            vote(topic, who.members[0], "yes" if number % 2 else "no", statement=str(number))
            results.append("cast")
        except BallotConflict:
            results.append("conflict")
        finally:
            connections.close_all()

    threads = [Thread(target=tab, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["cast"] + ["conflict"] * 19
    assert Ballot.objects.filter(elector=elector).count() == BallotChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_ballot_beside_the_close_is_counted_or_refused_and_never_lost() -> None:
    round_, who, topic = ready(1)
    for person in (who.chair, *who.members[1:]):
        declare(topic.proposal, kind=NONE, actor=person, at=DURING)
        vote(topic, person)
    results: list[str] = []
    start = Barrier(2)

    def late() -> None:
        start.wait()
        try:
            vote(topic, who.members[0], at=CLOSES - timedelta(milliseconds=1))
            results.append("cast")
        except VoteClosed:
            results.append("refused")
        finally:
            connections.close_all()

    def closing() -> None:
        start.wait()
        try:
            close(round_, actor=who.office, at=CLOSES)
        finally:
            connections.close_all()

    threads = [Thread(target=late), Thread(target=closing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = TopicTally.objects.get(topic=topic).yes
    assert (results, counted) in [(["cast"], 5), (["refused"], 4)]
    assert Ballot.objects.filter(topic=topic).count() == counted
