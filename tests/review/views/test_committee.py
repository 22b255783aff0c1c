"""The committee's pages: who gets in, what they may know, what happens to a click."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from review.domain.close_round import close
from review.domain.declare import declare
from review.models import Ballot, Declaration, ReviewRole, VotingRound
from tests.review.scored import person_with
from tests.review.voted import (
    AFTER,
    CLOSES,
    DURING,
    Committee,
    call_with,
    certified_round,
    committee,
    deputy_of,
    opened,
    prepared,
    topics,
    vote,
)

pytestmark = pytest.mark.django_db


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _topic(round_: VotingRound, position: int = 1, name: str = "topic") -> str:
    return reverse(f"committee:{name}", args=[round_.pk, position])


def _world(**changes: object) -> tuple[VotingRound, Committee]:
    who = committee()
    return opened(call_with(3), who, **changes), who


@pytest.fixture(autouse=True)
def _during_the_vote() -> Iterator[None]:
    with time_machine.travel(DURING, tick=False):
        yield


class TestWhoGetsIn:
    @pytest.mark.parametrize("role", [ReviewRole.OFFICE, ReviewRole.LEAD, ReviewRole.AUDITOR, None])
    def test_nobody_who_is_not_on_the_roll(self, role: ReviewRole | None) -> None:
        round_, _who = _world()
        stranger = person_with(role, "fremd@example.org") if role else User.objects.create_user("fremd@example.org")
        client = _signed_in(stranger)
        for address in (reverse("committee:round", args=[round_.pk]), _topic(round_)):
            assert client.get(address).status_code == 404
        assert client.post(_topic(round_, name="ballot"), {"choice": "yes", "based_on": 0}).status_code == 404
        assert client.get(reverse("committee:votes")).status_code == 404

    def test_strangers_are_asked_to_sign_in(self) -> None:
        round_, _who = _world()
        response = Client().get(reverse("committee:round", args=[round_.pk]))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))

    def test_a_member_who_came_later_is_not_on_the_roll(self) -> None:
        round_, _who = _world()
        late = person_with(ReviewRole.COMMITTEE, "spaet@example.org")
        assert _signed_in(late).get(reverse("committee:round", args=[round_.pk])).status_code == 404
        assert _signed_in(late).get(reverse("committee:votes")).status_code == 200

    def test_a_round_in_preparation_is_nobodys(self) -> None:
        who = committee()
        round_ = prepared(call_with(2), who)
        assert _signed_in(who.chair).get(reverse("committee:round", args=[round_.pk])).status_code == 404

    def test_a_deputy_is_told_when_the_vote_counts(self) -> None:
        who = committee()
        deputy = deputy_of(who.members[0])
        round_ = opened(call_with(2), who)
        page = _signed_in(deputy).get(reverse("committee:round", args=[round_.pk])).content.decode()
        assert f"Sie vertreten {who.members[0].name}" in page


def test_the_list_of_votes_says_what_is_left_and_costs_the_same_for_one_and_for_three(
    query_count: Callable[[Callable[[], object]], int],
) -> None:
    who, counts = committee(), []
    client, address = _signed_in(who.members[0]), reverse("committee:votes")
    for rounds in (1, 3):
        while VotingRound.objects.count() < rounds:
            opened(call_with(3), who)
        counts.append(query_count(lambda: client.get(address)))
    assert counts[0] == counts[1] <= 13
    vote(VotingRound.objects.order_by("pk")[0], {who.members[0]: ("yes", "no", "")})
    page = client.get(address).content.decode()
    assert (page.count("Ihnen fehlt noch 1 Thema."), page.count("Ihnen fehlen noch 3 Themen.")) == (1, 2)


class TestATopic:
    def test_opens_with_the_declaration_and_not_before(self) -> None:
        round_, who = _world()
        client = _signed_in(who.members[0])
        before = client.get(_topic(round_)).content.decode()
        assert "Unsere Innenstadt heizt sich auf." not in before
        assert "Ihr Stimmzettel" not in before
        assert client.post(_topic(round_, name="ballot"), {"choice": "yes", "based_on": 0}).status_code == 404
        response = client.post(_topic(round_, name="declare"), {"kind": "none", "note": ""})
        assert response["Location"] == _topic(round_)
        after = client.get(_topic(round_)).content.decode()
        assert "Unsere Innenstadt heizt sich auf." in after
        assert "Ihr Stimmzettel" in after

    def test_closes_with_a_conflict_and_leaves_no_trace_of_its_text(self) -> None:
        round_, who = _world()
        client = _signed_in(who.members[0])
        client.post(_topic(round_, name="declare"), {"kind": "land", "note": ""})
        title = topics(round_)[0].proposal.title
        for address in (reverse("committee:round", args=[round_.pk]), _topic(round_)):
            assert title not in client.get(address).content.decode().replace("Thema 1 von 3", "")
        assert client.post(_topic(round_, name="ballot"), {"choice": "yes", "based_on": 0}).status_code == 404
        assert Ballot.objects.get().choice == "recused"
        proposal = topics(round_)[0].proposal
        for name in ("review:file", "review:single"):
            assert client.get(reverse(name, args=[proposal.pk])).status_code == 404


class TestAVote:
    def test_leads_to_the_next_topic_and_stands_on_the_overview(self) -> None:
        round_, who = _world()
        client = _declared(round_, who.members[0])
        response = client.post(_topic(round_, name="ballot"), {"choice": "yes", "based_on": 0, "statement": ""})
        assert response["Location"] == _topic(round_, 2)
        page = client.get(reverse("committee:round", args=[round_.pk])).content.decode()
        assert "Ihre Stimme: Ja" in page

    def test_from_a_second_tab_shows_both_and_loses_none(self) -> None:
        round_, who = _world()
        client = _declared(round_, who.members[0])
        client.post(_topic(round_, name="ballot"), {"choice": "yes", "based_on": 0, "statement": "Aus dem ersten."})
        response = client.post(
            _topic(round_, name="ballot"), {"choice": "no", "based_on": 0, "statement": "Aus dem zweiten."}
        )
        assert response.status_code == 409
        page = response.content.decode()
        assert "Aus dem ersten." in page
        assert "Aus dem zweiten." in page
        assert 'name="based_on" value="1"' in page

    def test_that_comes_too_late_is_explained_and_its_text_is_shown(self) -> None:
        round_, who = _world()
        client = _declared(round_, who.members[0])
        with time_machine.travel(CLOSES, tick=False):
            client.force_login(who.members[0])
            response = client.post(
                _topic(round_, name="ballot"), {"choice": "yes", "based_on": 0, "statement": "Mein Text."}
            )
        assert response.status_code == 403
        assert "Mein Text." in response.content.decode()
        assert Ballot.objects.count() == 0

    def test_that_comes_too_late_and_is_incomplete_loses_no_text_either(self) -> None:
        round_, who = _world(rule="consensus")
        client = _declared(round_, who.members[0])
        with time_machine.travel(CLOSES, tick=False):
            client.force_login(who.members[0])
            typed = {"choice": "objection", "based_on": 0, "reason": " ", "statement": "Mein Text."}
            response = client.post(_topic(round_, name="ballot"), typed)
        assert response.status_code == 403
        assert "Mein Text." in response.content.decode()

    def test_that_objects_without_a_reason_comes_back_with_a_sentence(self) -> None:
        round_, who = _world(rule="consensus")
        client = _declared(round_, who.members[0])
        response = client.post(_topic(round_, name="ballot"), {"choice": "objection", "based_on": 0, "statement": "S"})
        assert response.status_code == 422
        assert "Ein Widerspruch braucht einen Grund." in response.content.decode()

    @pytest.mark.parametrize("choice", ["", "recused", "objection", "maybe"])
    def test_that_does_not_exist_is_refused(self, choice: str) -> None:
        round_, who = _world()
        client = _declared(round_, who.members[0])
        response = client.post(_topic(round_, name="ballot"), {"choice": choice, "based_on": 0, "statement": ""})
        assert response.status_code == 422
        assert Ballot.objects.count() == 0


class TestNoInterimResult:
    def test_is_in_any_page_header_or_count_of_a_member(self) -> None:
        round_, who = _world()
        client = _declared(round_, who.members[0])
        addresses = [reverse("committee:votes"), reverse("committee:round", args=[round_.pk]), _topic(round_)]

        def seen() -> list[tuple[int, str, list[tuple[str, str]]]]:
            answers = [client.get(address) for address in addresses]
            told = ("Content-Length", "ETag", "Last-Modified")
            return [
                (answer.status_code, _without_tokens(answer.content.decode()), [(n, answer.get(n, "")) for n in told])
                for answer in answers
            ]

        before = seen()
        vote(round_, {person: ["no", "yes", "abstain"] for person in (who.chair, *who.members[1:])})
        assert seen() == before

    @pytest.mark.parametrize("state", ["open", "closed"])
    def test_is_shown_before_the_result_is_certified(self, state: str) -> None:
        round_, who = _world()
        vote(round_, {who.chair: ["no", "no", "no"]})
        if state == "closed":
            close(round_, actor=who.office, at=CLOSES + timedelta(seconds=1))
        page = _signed_in(who.members[0]).get(reverse("committee:round", args=[round_.pk])).content.decode()
        assert "Nein" not in page.replace("(Ja und Nein", "")

    def test_and_the_certified_result_is_explained(self) -> None:
        who = committee()
        round_ = certified_round(call_with(4), who=who)
        with time_machine.travel(AFTER + timedelta(days=1)):
            page = _signed_in(who.chair).get(reverse("committee:round", args=[round_.pk])).content.decode()
        assert "beschlussfähig mit 5 von 5" in page
        told = re.findall(r"(Ausgewählt|Nachrückliste 1|Nicht ausgewählt): \d Ja", page)
        assert told == ["Ausgewählt", "Ausgewählt", "Nachrückliste 1", "Nicht ausgewählt"]


def _declared(round_: VotingRound, person: User) -> Client:
    for topic in topics(round_):
        declare(topic.proposal, kind=Declaration.Kind.NONE, actor=person, at=DURING)
    return _signed_in(person)


def _without_tokens(page: str) -> str:
    return re.sub(r'(value="[A-Za-z0-9]{64}"|nonce="[^"]*")', "", page)
