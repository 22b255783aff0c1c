"""The pages of a vote: what each role sees and may do in each state, and that nothing leaks before the close."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connective import clock
from connective.accounts.models import User
from review import urls
from review.domain.prepare_round import discard
from review.models import Attendance, Choice, Elector, ReviewRole, Settlement, Tally, VotingRound
from submissions.models import Call
from tests.review import voted
from tests.review.scored import AT, declare, person_with
from tests.review.voted import Committee

pytestmark = pytest.mark.django_db

AsPerson = Callable[[User], Client]
YES, NO, ABSTAIN = Choice.YES.value, Choice.NO.value, Choice.ABSTAIN.value

TELLING = ("Content-Length", "Content-Disposition", "ETag", "Last-Modified", "Location", "X-Robots-Tag")
"""Headers that could tell something."""
TYPED = {
    "setting": "circular",
    "rule": "simple",
    "base": "cast",
    "share_numerator": "2",
    "share_denominator": "3",
    "quorum": "more_than_half",
    "places": "2",
    "opens_at": "2026-01-01T09:00",
    "closes_at": "2100-01-01T09:00",
    "note": "",
}


@pytest.fixture
def call() -> Call:
    return voted.call_with(3)


@pytest.fixture
def who() -> Committee:
    return voted.committee()


def page_of(call: Call, name: str = "vote", *more: object) -> str:
    return reverse(f"review:{name}", args=[call.pk, *more])


def tied(call: Call, who: Committee, **changes: object) -> VotingRound:
    said = {person: [YES, YES, YES] for person in who.voters[:4]} | {who.voters[4]: [YES, NO, NO]}
    return voted.closed(call, who, said, **changes)


def test_the_office_prepares_changes_and_opens_a_vote(call: Call, who: Committee, as_person: AsPerson) -> None:
    voted.shortlist_of(call, who.lead)
    client = as_person(who.office)
    form = client.get(page_of(call, "vote_prepare")).context["form"]
    assert len(form["topics"].value()) == 3
    topics = form["topics"].value()

    wrong = client.post(page_of(call, "vote_prepare"), TYPED | {"topics": topics, "closes_at": "2020-01-01T09:00"})
    assert wrong.status_code == 422
    assert client.post(page_of(call, "vote_prepare"), TYPED | {"topics": topics}).status_code == 302
    assert client.post(page_of(call, "vote_prepare"), TYPED | {"topics": topics[:2]}).status_code == 302
    round_ = VotingRound.objects.get()
    assert round_.topics.count() == 2
    shown = client.get(page_of(call))
    assert shown.context["missing"] == []
    assert next(seat.member for seat in shown.context["seats"]) == who.chair

    assert client.post(page_of(call, "vote_open", 1)).status_code == 302
    round_.refresh_from_db()
    assert round_.state == "open"
    assert client.post(page_of(call, "vote_discard", 1)).status_code == 409


def test_what_is_missing_stands_in_place_of_the_button(call: Call, who: Committee, as_person: AsPerson) -> None:
    voted.prepared(call, who)
    client = as_person(who.office)

    shown = client.get(page_of(call))

    assert len(shown.context["missing"]) == 1  # the time is over, seen from today
    assert page_of(call, "vote_open", 1) not in shown.content.decode()
    assert client.post(page_of(call, "vote_open", 1)).status_code == 409
    assert client.post(page_of(call, "vote_discard", 1)).status_code == 302
    assert not VotingRound.objects.exists()


def test_without_a_fixed_shortlist_the_page_leads_there(call: Call, who: Committee, as_person: AsPerson) -> None:
    client = as_person(who.office)

    assert page_of(call, "shortlist") in client.get(page_of(call)).content.decode()
    assert client.get(page_of(call, "vote_prepare")).status_code == 302


def test_attendance_is_ticked_and_the_vote_closed_by_one_and_certified_by_another(
    call: Call, who: Committee, as_person: AsPerson
) -> None:
    round_ = voted.opened(call, who, setting=VotingRound.Setting.MEETING)
    client = as_person(who.office)
    present = [str(elector.pk) for elector in Elector.objects.filter(round=round_)]
    client.post(page_of(call, "vote_attendance", 1), {"present": present})
    client.post(page_of(call, "vote_attendance", 1), {"present": present[1:]})
    assert Attendance.objects.count() == 6
    voted.vote(round_, {person: [YES, YES, NO] for person in who.members[:3]})

    assert client.post(page_of(call, "vote_close", 1)).status_code == 302
    assert client.post(page_of(call, "vote_certify", 1)).status_code == 403
    assert [line["row"].present for line in client.get(page_of(call)).context["figures"]] == [4, 4, 4]
    client = as_person(who.lead)
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        client.post(page_of(call, "vote_certify", 1))  # asks once more who is there
    assert voted.again(round_).state == "closed"
    assert client.post(page_of(call, "vote_certify", 1)).status_code == 302
    done = client.get(page_of(call))
    assert [[p.title for p in proposals] for _label, proposals in done.context["result"]] == [
        ["Thema 1", "Thema 2"],
        [],
        ["Thema 3"],
    ]
    assert client.get(page_of(call, "vote_export", 1)).json()["seats"]


def test_the_chair_casts_the_vote_that_resolves_a_tie(call: Call, who: Committee, as_person: AsPerson) -> None:
    round_ = tied(call, who)
    _first, second, third = voted.topics(round_)
    address = page_of(call, "vote_casting", 1)
    typed = {f"place-{second.pk}": "2", f"place-{third.pk}": "1", "reason": "Ergänzt das erste."}
    assert as_person(who.lead).post(address, typed).status_code == 409
    client = as_person(who.chair)
    assert client.get(page_of(call)).context["casting"] is not None
    assert client.post(address, typed | {"reason": ""}).status_code == 422
    assert client.post(address, typed | {f"place-{third.pk}": "2"}).status_code == 409
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 409

    shown = client.get(page_of(call))
    assert [p.title for p in shown.context["result"][0][1]] == ["Thema 1", "Thema 3"]
    assert "Ergänzt das erste." in shown.content.decode()


def test_a_lot_shows_its_seed_and_how_to_repeat_it(call: Call, who: Committee, as_person: AsPerson) -> None:
    tied(call, who)
    client = as_person(who.office)

    assert client.post(page_of(call, "vote_lot", 1)).status_code == 302

    seed = Settlement.objects.get().seed
    assert f"{seed}:" in client.get(page_of(call)).content.decode()
    assert "sha256sum" in client.get(page_of(call)).content.decode()


def test_the_chair_rules_after_a_consultative_vote(call: Call, who: Committee, as_person: AsPerson) -> None:
    round_ = voted.closed(call, who, rule=VotingRound.Rule.CHAIR)
    first, second, third = voted.topics(round_)
    client = as_person(who.chair)
    typed = {f"fate-{first.pk}": "reserve", f"rank-{first.pk}": "1", f"fate-{second.pk}": "not", "reason": "Gut."}
    assert client.post(page_of(call, "vote_ruling", 1), typed | {f"fate-{third.pk}": ""}).status_code == 422
    assert client.post(page_of(call, "vote_ruling", 1), typed | {f"fate-{third.pk}": "chosen"}).status_code == 302

    titles = [[p.title for p in part] for _label, part in client.get(page_of(call)).context["result"]]
    assert titles == [["Thema 3"], ["Thema 1"], ["Thema 2"]]


def test_somebody_with_a_conflict_sees_nothing_of_the_topic_in_any_state(
    call: Call, who: Committee, as_person: AsPerson
) -> None:
    round_ = voted.prepared(call, who)
    closed = voted.topics(round_)[1].proposal
    discard(round_, actor=who.office, at=AT)
    tied(call, who)
    declare(who.office, [closed], "land")
    client = as_person(who.office)

    assert "Thema 1" in client.get(page_of(call)).content.decode()
    assert "Thema 2" not in client.get(page_of(call)).content.decode()
    assert client.get(page_of(call, "vote_export", 1)).status_code == 404
    client.post(page_of(call, "vote_lot", 1))
    assert "Thema 2" not in client.get(page_of(call)).content.decode()


def test_the_committee_sees_no_round_in_preparation_and_no_turnout(
    call: Call, who: Committee, as_person: AsPerson
) -> None:
    round_ = voted.prepared(call, who)
    client = as_person(who.members[0])
    assert client.get(page_of(call)).context["round"] is None
    assert client.get(page_of(call) + "?runde=1").status_code == 404
    discard(round_, actor=who.office, at=AT)
    voted.opened(call, who)

    shown = client.get(page_of(call))
    assert shown.context["round"].state == "open"
    assert "rows" not in shown.context
    for act in ("vote_prepare",):
        assert client.get(page_of(call, act)).status_code == 403
    for act in ("vote_open", "vote_close", "vote_attendance", "vote_discard", "vote_certify", "vote_lot"):
        assert client.post(page_of(call, act, 1)).status_code == 403


def test_the_auditor_reads_and_does_nothing(call: Call, who: Committee, as_person: AsPerson) -> None:
    voted.closed(call, who)
    client = as_person(person_with(ReviewRole.AUDITOR, "revision@example.org"))

    assert client.get(page_of(call)).status_code == 200
    for act in ("vote_open", "vote_close", "vote_attendance", "vote_discard", "vote_certify", "vote_lot"):
        assert client.post(page_of(call, act, 1)).status_code == 403
    assert Tally.objects.count() == 1


def everything_that_answers(client: Client, call: Call) -> dict[str, bytes]:
    """Return what every page of the review and every list of the administration answers, by address."""
    proposal = call.proposals.order_by("reference")[1]
    known = {
        "call_id": call.pk,
        "proposal_id": proposal.pk,
        "number": 1,
        "kind": "csv",
        "user_id": Elector.objects.order_by("pk")[1].person_id,
    }
    addresses = [reverse("admin:index")]
    for pattern in urls.urlpatterns:
        if pattern.name == "single":  # a PDF of what was submitted; it bears the time at which it was made
            continue
        needed = pattern.pattern.converters
        if set(needed) <= set(known):
            addresses.append(reverse(f"review:{pattern.name}", kwargs={name: known[name] for name in needed}))
    lists = (f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry)
    addresses += [reverse(name) for name in lists]
    answers = {}
    for address in addresses:
        response = client.get(address)
        body = response.getvalue() if response.streaming else response.content
        told = [response.status_code, *(response.headers.get(name) for name in TELLING)]
        answers[address] = repr(told).encode() + _without_tokens(body)
    return answers


def _without_tokens(body: bytes) -> bytes:
    """Return a page without what differs at each look: the token of its forms, and the nonce of its scripts."""
    return re.sub(rb'(csrfmiddlewaretoken" value|nonce)="[^"]*"', b"", body)


@pytest.mark.parametrize("role", ["office", "lead", "chair", "auditor", "administrator"])
def test_before_the_close_all_votes_look_the_same_to_everybody(
    call: Call, who: Committee, as_person: AsPerson, role: str
) -> None:
    """Two votes that could not differ more look the same, byte by byte."""
    people = {
        "office": who.office,
        "lead": who.lead,
        "chair": who.chair,
        "auditor": person_with(ReviewRole.AUDITOR, "revision@example.org"),
        "administrator": User.objects.create_superuser("verwaltung@example.org"),
    }
    round_ = voted.opened(call, who)
    voted.vote(round_, {person: [YES, YES, YES] for person in who.voters[1:]})
    with time_machine.travel(voted.DURING, tick=False):
        client = as_person(people[role])
        seen = everything_that_answers(client, call)
        for topic in voted.topics(round_):
            topic.ballots.update(choice=NO)
        again = everything_that_answers(client, call)

    assert [address for address in seen if seen[address] != again[address]] == []
    assert sum(body.startswith(b"[200") for body in seen.values()) >= 3
    assert seen[page_of(call, "vote_export", 1)].startswith((b"[404", b"[403"))


def test_the_audit_log_hides_a_vote_from_whoever_has_a_conflict_in_it(
    call: Call, who: Committee, as_person: AsPerson
) -> None:
    round_ = tied(call, who)
    client = as_person(who.lead)
    address = reverse("admin:audit_entry_changelist")
    assert b"vote.closed" in client.get(address).content

    declare(who.lead, [voted.topics(round_)[1].proposal], "land")

    assert b"vote.closed" not in client.get(address).content


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_page_costs_the_same_for_one_topic_and_for_many(who: Committee, as_person: AsPerson, state: str) -> None:
    client = as_person(who.office)
    counts = []
    for number, size in enumerate((1, 5)):
        call = voted.call_with(size, slug=f"aufruf-{number}", reference_prefix=f"TB202{number}")
        (voted.opened if state == "open" else voted.closed)(call, who)
        client.get(page_of(call))
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of(call))
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 30
