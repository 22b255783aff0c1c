"""A vote from its preparation to its opening."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from review.domain import open_round, prepare_round
from review.domain import shortlist as shortlists
from review.domain.close_round import close
from review.domain.declare import correct
from review.domain.declare import declare as declare_conflict
from review.domain.errors import NotPermitted
from review.domain.recount import recount
from review.domain.roles import set_roles
from review.domain.rounds import RoundMovedOn
from review.domain.visible import proposals_for
from review.models import Ballot, BallotChange, Elector, ReviewRole, VotingRound
from submissions.domain.errors import UnderDecision
from submissions.domain.withdraw import withdraw
from submissions.models import Call
from tests.review import voted
from tests.review.scored import AT, declare, person_with
from tests.review.voted import AFTER, DURING, OPENS, SETTINGS, Committee, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    return voted.call_with(3)


@pytest.fixture
def who() -> Committee:
    return voted.committee()


class TestPreparing:
    def test_a_round_votes_on_the_fixed_shortlist_in_its_order(self, call: Call, who: Committee) -> None:
        round_ = voted.prepared(call, who)

        assert [topic.proposal.title for topic in voted.topics(round_)] == ["Thema 1", "Thema 2", "Thema 3"]
        assert (round_.number, round_.state) == (1, "draft")

    def test_without_a_fixed_shortlist_there_is_no_round(self, call: Call, who: Committee) -> None:
        with pytest.raises(prepare_round.NoFixedShortlist):
            prepare_round.prepare(call, SETTINGS, actor=who.office, at=AT)

    def test_a_call_has_one_round_in_work(self, call: Call, who: Committee) -> None:
        voted.prepared(call, who)

        with pytest.raises(prepare_round.RoundInWork):
            voted.prepared(call, who)

    def test_after_a_certified_round_there_can_be_another(self, call: Call, who: Committee) -> None:
        voted.certified_round(call, who=who)

        assert voted.prepared(call, who).number == 2

    @pytest.mark.parametrize(
        "wrong",
        [{"closes_at": OPENS}, {"places": 0}, {"share_numerator": 1}, {"share_numerator": 4, "share_denominator": 3}],
    )
    def test_settings_that_cannot_be_are_refused_with_a_sentence(
        self, call: Call, who: Committee, wrong: dict[str, object]
    ) -> None:
        assert refused(lambda: voted.prepared(call, who, **wrong)) is prepare_round.SettingsRefused

    def test_topics_can_be_left_out_but_not_by_somebody_with_a_conflict(self, call: Call, who: Committee) -> None:
        round_ = voted.prepared(call, who)
        first, second = (topic.proposal for topic in voted.topics(round_)[:2])
        declare(who.office, [first], "land")

        prepare_round.change(round_, SETTINGS, actor=who.office, at=AT, left_out=[first.pk, second.pk])

        assert [topic.proposal.title for topic in voted.topics(round_)] == ["Thema 1", "Thema 3"]

    def test_a_round_in_preparation_can_be_discarded_and_an_open_one_cannot(self, call: Call, who: Committee) -> None:
        prepare_round.discard(voted.prepared(call, who), actor=who.office, at=AT)
        round_ = voted.opened(call, who)

        assert round_.number == 1
        assert refused(lambda: prepare_round.discard(round_, actor=who.office, at=AT)) is RoundMovedOn
        assert refused(lambda: prepare_round.change(round_, SETTINGS, actor=who.office, at=AT)) is RoundMovedOn

    def test_only_office_and_lead_hold_a_vote(self, call: Call, who: Committee) -> None:
        voted.shortlist_of(call, who.lead)
        auditor = person_with(ReviewRole.AUDITOR, "revision@example.org")
        for person in (who.chair, who.members[0], auditor):
            with pytest.raises(NotPermitted):
                prepare_round.prepare(call, SETTINGS, actor=person, at=AT)
        round_ = voted.prepared(call, who)
        for person in (who.chair, who.members[0], auditor):
            assert refused(lambda person=person: open_round.open_round(round_, actor=person, at=AT)) is NotPermitted  # type: ignore[misc]


class TestOpening:
    def test_the_roll_is_the_chair_the_members_and_their_deputies(self, call: Call, who: Committee) -> None:
        deputy = voted.deputy_of(who.members[0])

        round_ = voted.opened(call, who)

        roll = Elector.objects.filter(round=round_)
        assert {elector.person for elector in roll} == {*who.voters, deputy}
        assert voted.elector(round_, who.chair).is_chair
        assert voted.elector(round_, deputy).deputy_for == voted.elector(round_, who.members[0])
        assert round_.opened_by == who.office

    def test_a_deputy_without_the_role_or_with_a_seat_is_on_the_roll_only_as_what_they_are(
        self, call: Call, who: Committee
    ) -> None:
        deputy = voted.deputy_of(who.members[0])
        set_roles(deputy, [ReviewRole.DEPUTY, ReviewRole.COMMITTEE], actor=None)

        round_ = voted.opened(call, who)

        assert voted.elector(round_, deputy).deputy_for is None

    def test_the_roll_does_not_change_after_the_opening(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)
        person_with(ReviewRole.COMMITTEE, "neu@example.org")
        set_roles(who.members[0], [], actor=None)

        assert {elector.person for elector in round_.roll.all()} == set(who.voters)
        with pytest.raises(IntegrityError), transaction.atomic():
            round_.roll.update(is_chair=False)

    def test_declared_conflicts_become_recusals(self, call: Call, who: Committee) -> None:
        round_ = voted.prepared(call, who)
        topic = voted.topics(round_)[1]
        declare(who.members[0], [topic.proposal], "municipality")
        declare(who.members[1], [topic.proposal])

        open_round.open_round(round_, actor=who.office, at=OPENS)

        ballot = Ballot.objects.get()
        assert (ballot.topic, ballot.elector.person, ballot.choice) == (topic, who.members[0], "recused")
        assert ballot.reason == "eigene Kommune"
        assert BallotChange.objects.get().choice == "recused"

    def test_a_conflict_declared_while_the_vote_is_open_replaces_the_ballot_and_keeps_its_history(
        self, call: Call, who: Committee
    ) -> None:
        round_ = voted.opened(call, who)
        topic, member = voted.topics(round_)[0], who.members[0]
        voted.vote(round_, {member: ["yes", "yes", "yes"]})

        declare_conflict(topic.proposal, kind="land", actor=member, at=DURING)

        assert Ballot.objects.get(topic=topic).choice == "recused"
        said = BallotChange.objects.filter(topic=topic).order_by("number").values_list("number", "choice")
        assert list(said) == [(1, "yes"), (2, "recused")]
        assert not proposals_for(member, call).filter(pk=topic.proposal_id).exists()
        assert Ballot.objects.filter(choice="recused").count() == 1

    def test_when_the_lead_corrects_the_conflict_the_person_votes_anew(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)
        topic, member = voted.topics(round_)[0], who.members[0]
        declare_conflict(topic.proposal, kind="land", actor=member, at=DURING)

        correct(topic.proposal, member, kind="none", note="Verwechslung.", actor=who.lead, at=DURING)

        assert not Ballot.objects.exists()
        close(round_, actor=who.office, at=AFTER)
        assert recount(round_) == []

    def test_a_conflict_outside_of_the_roll_changes_no_ballot(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)

        declare_conflict(voted.topics(round_)[0].proposal, kind="land", actor=who.office, at=DURING)

        assert not BallotChange.objects.exists()

    def test_what_is_missing_is_said_and_nothing_is_opened(self, call: Call, who: Committee) -> None:
        round_ = voted.prepared(call, who, rule=VotingRound.Rule.CHAIR)
        for person in who.voters:
            set_roles(person, [], actor=None)

        with pytest.raises(open_round.CannotOpen) as refusal:
            open_round.open_round(round_, actor=who.office, at=OPENS - timedelta(seconds=1))

        assert len(refusal.value.missing) == 3
        assert not Elector.objects.exists()

    def test_two_chairs_are_one_too_many(self, call: Call, who: Committee) -> None:
        round_ = voted.prepared(call, who)
        person_with(ReviewRole.CHAIR, "vorsitz2@example.org")

        with pytest.raises(open_round.CannotOpen):
            open_round.open_round(round_, actor=who.office, at=OPENS)

    def test_a_proposal_withdrawn_in_time_is_found_and_drops_out(self, call: Call, who: Committee) -> None:
        round_ = voted.prepared(call, who)
        withdraw(voted.topics(round_)[0].proposal, actor=who.office, at=OPENS)

        with pytest.raises(open_round.CannotOpen):
            open_round.open_round(round_, actor=who.office, at=OPENS)
        prepare_round.change(round_, SETTINGS, actor=who.office, at=AT)
        open_round.open_round(round_, actor=who.office, at=OPENS)

        assert [topic.proposal.title for topic in voted.topics(round_)] == ["Thema 2", "Thema 3"]

    def test_from_the_opening_on_nothing_of_the_call_is_withdrawn(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)
        call.refresh_from_db()

        assert call.voting_since == OPENS
        with pytest.raises(UnderDecision):
            withdraw(voted.topics(round_)[0].proposal, actor=who.office, at=DURING)

    def test_the_list_is_not_made_anew_while_the_committee_votes(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)

        with pytest.raises(shortlists.ListUnderVote):
            shortlists.reopen(round_.shortlist, reason="Neue Lage.", actor=who.lead, at=DURING)

    def test_opening_twice_has_one_effect(self, call: Call, who: Committee) -> None:
        round_ = voted.opened(call, who)

        open_round.open_round(round_, actor=who.office, at=DURING)

        assert round_.roll.count() == len(who.voters)
        assert refused(lambda: open_round.open_round(round_, actor=who.lead, at=DURING)) is RoundMovedOn

    def test_deputies_see_what_they_vote_on(self, call: Call, who: Committee) -> None:
        deputy = voted.deputy_of(who.members[0])
        voted.opened(call, who)

        assert proposals_for(deputy, call).count() == 3
        assert not proposals_for(deputy, call).filter(may_read=True).exists()


def test_settings_are_those_of_the_form(call: Call, who: Committee) -> None:
    round_ = voted.prepared(call, who)
    changed = replace(SETTINGS, places=1, note="Bitte bis Freitag.", quorum=VotingRound.Quorum.TWO_THIRDS)

    prepare_round.change(round_, changed, actor=who.lead, at=AT)

    assert (round_.places, round_.note, round_.quorum) == (1, "Bitte bis Freitag.", "two_thirds")
