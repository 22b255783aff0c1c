"""Counting a vote: every rule by hand, and what holds for all votes."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from review.domain.counting import RuleOfRound, Seat, TopicCount, Vote, count, order, unresolved
from review.models import Choice, VotingRound

Rule, Base, Quorum, Setting = VotingRound.Rule, VotingRound.Base, VotingRound.Quorum, VotingRound.Setting
LETTERS = {"j": "yes", "n": "no", "e": "abstain", "w": "objection", "b": "recused"}
TOPIC = 1


def counted(
    said: str, rule: RuleOfRound, present: frozenset[int] = frozenset(), deputies: dict[int, str] | None = None
) -> TopicCount:
    """Count a topic: a letter for each member (j, n, e, w, b, - for nothing), and letters for deputies by member."""
    deputies = deputies or {}
    seats, ballots = [], []
    for member, letter in enumerate(said, 1):
        deputy = 100 + member if member in deputies else None
        people = {member, deputy or member}
        seats.append(Seat(member, deputy, present & people))
        ballots += [Vote(TOPIC, member, LETTERS[letter])] if letter != "-" else []
    ballots += [Vote(TOPIC, 100 + member, LETTERS[letter]) for member, letter in deputies.items() if letter != "-"]
    return count([TOPIC], seats, ballots, rule)[0]


def rule_of(
    rule: str, base: str = Base.CAST, quorum: str = Quorum.MORE_THAN_HALF, setting: str = Setting.CIRCULAR, *share: int
) -> RuleOfRound:
    """Return a rule; the share is two thirds unless it is given."""
    numerator, denominator = share or (2, 3)
    return RuleOfRound(rule, base, numerator, denominator, quorum, setting)


CONSENSUS, SIMPLE, CHAIR = rule_of(Rule.CONSENSUS), rule_of(Rule.SIMPLE), rule_of(Rule.CHAIR)
TWO_THIRDS = rule_of(Rule.QUALIFIED)
SIMPLE_PRESENT, TWO_THIRDS_PRESENT = rule_of(Rule.SIMPLE, Base.PRESENT), rule_of(Rule.QUALIFIED, Base.PRESENT)


@pytest.mark.parametrize(
    ("rule", "said", "accepted"),
    [
        # Consensus: nobody objects, at least one says yes; a plain no or an abstention stops nothing.
        (CONSENSUS, "jjjjj", True),
        (CONSENSUS, "jeeee", True),
        (CONSENSUS, "jnnnn", True),
        (CONSENSUS, "jjjjw", False),
        (CONSENSUS, "eeeee", False),
        (CONSENSUS, "nnnnn", False),
        (CONSENSUS, "jjjjb", True),
        # Simple majority of the votes cast: more than half of yes and no.
        (SIMPLE, "jjnee", True),
        (SIMPLE, "jjnne", False),
        (SIMPLE, "jeeee", True),
        (SIMPLE, "eeeee", False),
        (SIMPLE, "jjjnn", True),
        (SIMPLE, "jjnnb", False),
        (SIMPLE, "jjnbb", True),
        (SIMPLE, "jjnwe", False),  # an objection counts as a no
        # Simple majority of those who take part: an abstention works like a no.
        (SIMPLE_PRESENT, "jjjee", True),
        (SIMPLE_PRESENT, "jjnee", False),
        (SIMPLE_PRESENT, "jjj--", True),
        (SIMPLE_PRESENT, "jjee", False),
        (SIMPLE_PRESENT, "jjeb", True),
        # Two thirds of the votes cast, reached exactly and missed by one.
        (TWO_THIRDS, "jjnee", True),
        (TWO_THIRDS, "jjjjnn", True),
        (TWO_THIRDS, "jjjnn", False),
        (TWO_THIRDS, "eeeee", False),
        (TWO_THIRDS, "jjjjn", True),
        # Two thirds of those who take part.
        (TWO_THIRDS_PRESENT, "jjjjee", True),
        (TWO_THIRDS_PRESENT, "jjjeee", False),
        (TWO_THIRDS_PRESENT, "jjj-e", True),
        # All of them.
        (rule_of(Rule.QUALIFIED, Base.CAST, Quorum.NONE, Setting.CIRCULAR, 1, 1), "jjje", True),
        (rule_of(Rule.QUALIFIED, Base.CAST, Quorum.NONE, Setting.CIRCULAR, 1, 1), "jjjn", False),
        # The chair decides afterwards.
        (CHAIR, "jjjnn", None),
        (CHAIR, "nnnnn", None),
        (CHAIR, "j----", False),  # without a quorum there is nothing to decide
    ],
)
def test_the_rule_decides(rule: RuleOfRound, said: str, accepted: bool | None) -> None:
    assert counted(said, rule).is_accepted is accepted


@pytest.mark.parametrize(
    ("quorum", "said", "numbers", "quorate"),
    [
        (Quorum.MORE_THAN_HALF, "jjj--", (3, 5), True),
        (Quorum.MORE_THAN_HALF, "jj---", (2, 5), False),
        (Quorum.MORE_THAN_HALF, "jj--", (2, 4), False),
        (Quorum.MORE_THAN_HALF, "jjb-", (2, 3), True),  # reached by a recusal: two of three
        (Quorum.MORE_THAN_HALF, "jjb---", (2, 5), False),
        (Quorum.MORE_THAN_HALF, "jjjb--", (3, 5), True),
        (Quorum.MORE_THAN_HALF, "jjb--", (2, 4), False),  # missed by a recusal: with a vote it were three of five
        (Quorum.AT_LEAST_HALF, "jj--", (2, 4), True),
        (Quorum.AT_LEAST_HALF, "j---", (1, 4), False),
        (Quorum.AT_LEAST_HALF, "bbbb", (0, 0), False),
        (Quorum.TWO_THIRDS, "jjjj--", (4, 6), True),
        (Quorum.TWO_THIRDS, "jjj--b", (3, 5), False),
        (Quorum.TWO_THIRDS, "jj-bbb", (2, 3), True),
        (Quorum.NONE, "j----", (1, 5), True),
        (Quorum.NONE, "-----", (0, 5), True),
        (Quorum.MORE_THAN_HALF, "-----", (0, 5), False),
        (Quorum.MORE_THAN_HALF, "eeeee", (5, 5), True),  # whoever abstains takes part
    ],
)
def test_the_quorum_is_counted_after_recusals(quorum: str, said: str, numbers: tuple[int, int], quorate: bool) -> None:
    found = counted(said, rule_of(Rule.SIMPLE, quorum=quorum))

    assert (found.present, found.entitled) == numbers
    assert found.is_quorate is quorate


@pytest.mark.parametrize(
    ("member", "deputy", "figures"),
    [
        ("j", "n", (1, 0, 0, 1)),  # the member votes: the deputy's ballot does not count
        ("-", "n", (0, 1, 0, 1)),  # the member does not: it counts
        ("b", "n", (0, 1, 1, 1)),  # the member is recused: the deputy votes for the seat
        ("b", "-", (0, 0, 1, 1)),  # the seat is counted, as the deputy may vote
        ("b", "b", (0, 0, 2, 0)),  # both are recused: the seat is out
        ("j", "b", (1, 0, 1, 1)),  # the deputy is recused: nothing changes for the member
        ("-", "b", (0, 0, 1, 1)),
    ],
)
def test_a_deputy_votes_only_where_the_member_does_not(
    member: str, deputy: str, figures: tuple[int, int, int, int]
) -> None:
    found = counted(member, SIMPLE, deputies={1: deputy})

    assert (found.yes, found.no, found.recused, found.entitled) == figures


def test_at_a_meeting_whoever_is_there_takes_part_without_a_ballot() -> None:
    meeting = rule_of(Rule.SIMPLE, Base.PRESENT, setting=Setting.MEETING)

    found = counted("jj---", meeting, present=frozenset({1, 2, 3, 4}))

    assert (found.present, found.entitled, found.is_accepted) == (4, 5, False)


def test_at_a_meeting_a_ballot_is_a_presence_and_a_recused_person_is_not_there() -> None:
    meeting = rule_of(Rule.SIMPLE, setting=Setting.MEETING)

    found = counted("jb-", meeting, present=frozenset({2}))

    assert (found.present, found.entitled) == (1, 2)


def test_in_a_circular_resolution_presence_means_nothing() -> None:
    found = counted("j--", SIMPLE, present=frozenset({2, 3}))

    assert found.present == 1


def test_an_objection_stands_as_such_only_under_consensus() -> None:
    assert (counted("jw", CONSENSUS).objections, counted("jw", CONSENSUS).no) == (1, 0)
    assert (counted("jw", SIMPLE).objections, counted("jw", SIMPLE).no) == (0, 1)


def tally(topic: int, yes: int, *, accepted: bool = True) -> TopicCount:
    """Return a count of which only yes and the verdict matter."""
    return TopicCount(topic, yes, 0, 0, 0, 0, yes, yes, is_quorate=True, is_accepted=accepted)


@pytest.mark.parametrize(
    ("yes", "places", "groups", "open_ties"),
    [
        ([5, 4, 3], 2, [[1], [2], [3]], []),
        ([5, 4, 4], 2, [[1], [2, 3]], [[2, 3]]),  # a tie at the last place
        ([5, 5, 4], 2, [[1, 2], [3]], []),  # a tie among the chosen needs no order
        ([5, 5, 5], 3, [[1, 2, 3]], []),  # as many as places
        ([5, 5, 5], 2, [[1, 2, 3]], [[1, 2, 3]]),
        ([5, 4, 3, 3], 2, [[1], [2], [3, 4]], [[3, 4]]),  # a tie on the reserve list
        ([5, 4, 4, 3, 3], 2, [[1], [2, 3], [4, 5]], [[2, 3], [4, 5]]),
        ([3, 4, 5], 2, [[3], [2], [1]], []),
    ],
)
def test_more_yes_go_first_and_a_tie_at_the_last_place_or_behind_stays_open(
    yes: list[int], places: int, groups: list[list[int]], open_ties: list[list[int]]
) -> None:
    found = order([tally(number, votes) for number, votes in enumerate(yes, 1)])

    assert found == groups
    assert unresolved(found, places) == open_ties


def test_what_is_not_accepted_is_in_no_order() -> None:
    assert order([tally(1, 5, accepted=False), tally(2, 1)]) == [[2]]


RULES = some.builds(
    RuleOfRound,
    some.sampled_from([str(rule) for rule in Rule]),
    some.sampled_from([str(base) for base in Base]),
    some.just(2),
    some.just(3),
    some.sampled_from([str(quorum) for quorum in Quorum]),
    some.sampled_from([str(setting) for setting in Setting]),
)
TOPICS, MEMBERS = (1, 2, 3), range(10, 18)
PEOPLE = [*MEMBERS, *(member + 100 for member in MEMBERS)]
VOTES = some.dictionaries(
    some.tuples(some.sampled_from(TOPICS), some.sampled_from(PEOPLE)), some.sampled_from(Choice.values)
).map(lambda found: [Vote(topic, person, choice) for (topic, person), choice in found.items()])
PRESENT = some.frozensets(some.sampled_from(PEOPLE))


def seats(present: frozenset[int], with_deputies: bool = True) -> list[Seat]:
    return [
        Seat(member, member + 100 if with_deputies else None, present & {member, member + 100}) for member in MEMBERS
    ]


@given(VOTES, PRESENT, RULES, some.randoms())
def test_the_order_of_ballots_and_seats_never_matters(
    votes: list[Vote], present: frozenset[int], rule: RuleOfRound, chance: object
) -> None:
    shuffled, other_seats = list(votes), seats(present)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(other_seats)  # type: ignore[attr-defined]

    assert count(TOPICS, seats(present), votes, rule) == count(TOPICS, other_seats, shuffled, rule)


@given(VOTES, PRESENT, RULES, some.sampled_from(list(MEMBERS)))
def test_a_recused_seat_counts_as_if_it_were_not_on_the_roll(
    votes: list[Vote], present: frozenset[int], rule: RuleOfRound, member: int
) -> None:
    others = [vote for vote in votes if vote.elector % 100 != member]
    recused = [Vote(topic, person, Choice.RECUSED) for topic in TOPICS for person in (member, member + 100)]

    with_recusal = count(TOPICS, seats(present), [*others, *recused], rule)
    without_seat = count(TOPICS, [seat for seat in seats(present) if seat.member != member], others, rule)

    assert [(row.yes, row.no, row.entitled, row.present, row.is_accepted) for row in with_recusal] == [
        (row.yes, row.no, row.entitled, row.present, row.is_accepted) for row in without_seat
    ]


@given(VOTES, PRESENT, RULES)
def test_no_seat_has_two_voices_and_nothing_is_accepted_without_a_quorum(
    votes: list[Vote], present: frozenset[int], rule: RuleOfRound
) -> None:
    for row in count(TOPICS, seats(present), votes, rule):
        assert row.yes + row.no + row.abstain + row.objections <= row.present <= row.entitled <= len(MEMBERS)
        assert row.is_quorate or row.is_accepted is False


@given(VOTES, PRESENT)
def test_one_more_yes_never_harms_a_topic(votes: list[Vote], present: frozenset[int]) -> None:
    silent = next((m for m in MEMBERS if not {m, m + 100} & {v.elector for v in votes if v.topic == 1}), None)
    if silent is None:
        return
    for rule in (CONSENSUS, SIMPLE, TWO_THIRDS, SIMPLE_PRESENT, TWO_THIRDS_PRESENT):
        before = count([1], seats(present), [v for v in votes if v.topic == 1], rule)[0]
        after = count([1], seats(present), [*(v for v in votes if v.topic == 1), Vote(1, silent, Choice.YES)], rule)[0]
        assert not (before.is_accepted and not after.is_accepted)
