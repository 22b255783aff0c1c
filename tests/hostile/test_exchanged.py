"""A number exchanged in an address or a form finds nothing of anybody else, changes nothing, and stands in the log."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connective import clock
from connective.accounts.models import User
from connective.audit.models import Entry
from review.models import ReviewRole
from submissions.domain import team
from submissions.domain.letter import take
from submissions.models import Invitation, Membership, Organisation, Proposal, Role, Section, SectionRevision
from tests.review.answered import answered_call
from tests.review.scored import person_with
from tests.submissions.build import draft, member, open_call, submitted, with_organisation
from tests.submissions.domain.test_letter import pdf_with

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Two:
    """Two organisations with all that an address can name; `mine` is the one of the person who tries."""

    client: Client
    own: Proposal
    own_organisation: Organisation
    theirs: Proposal
    their_version: Proposal
    their_member: Membership
    their_invitation: Invitation
    their_letter: int


@pytest.fixture
def two() -> Two:
    """Both have a draft; the other one also has a colleague, an invitation, a letter and a submitted proposal."""
    me, mine = with_organisation()
    other, organisation = with_organisation("fremd@example.org")
    call, at = open_call(), clock.now()
    theirs = draft(call, other)
    client = Client()
    client.force_login(me, backend="django.contrib.auth.backends.ModelBackend")
    colleague = member(organisation)
    return Two(
        client,
        draft(call, me),
        mine,
        theirs,
        submitted(call, other)[0],
        Membership.objects.get(user=colleague),
        team.invite(organisation, email="neu@example.org", role=Role.READ, actor=other, at=at),
        take(theirs, pdf_with(), actor=other, at=at).pk,
    )


type_of_address = Callable[[Two], str]
POSTS: dict[str, tuple[type_of_address, dict[str, Any]]] = {
    "their draft": (lambda two: _url("section", two.theirs.public_id, "topic"), {"version": 1, "title": "Meins"}),
    "submit theirs": (lambda two: _url("submit", two.theirs.public_id), {"consent": "1", "seal": "0" * 64}),
    "withdraw theirs": (lambda two: _url("withdraw", two.their_version.public_id), {}),
    "reopen theirs": (lambda two: _url("reopen", two.their_version.public_id), {}),
    "copy theirs": (lambda two: _url("copy", two.theirs.public_id), {"call": "aufruf-2021"}),
    "restore theirs": (lambda two: _url("restore", two.theirs.public_id, "topic", 1), {"version": 1}),
    "measure theirs": (lambda two: _url("meter", two.theirs.public_id), {"background": "x"}),
    "invite to theirs": (
        lambda two: _url("invite", two.theirs.organisation_id),
        {"email": "x@example.org", "role": "manage"},
    ),
    "their colleague under my organisation": (
        lambda two: _url("membership", two.own_organisation.pk, two.their_member.pk),
        {"action": "leave"},
    ),
    "their colleague": (
        lambda two: _url("membership", two.theirs.organisation_id, two.their_member.pk),
        {"action": "manage"},
    ),
    "their invitation under my organisation": (
        lambda two: _url("revoke_invitation", two.own_organisation.pk, two.their_invitation.pk),
        {},
    ),
    "somebody else's invitation": (
        lambda two: _url("answer_invitation", two.their_invitation.pk),
        {"action": "accept"},
    ),
    "an earlier text of theirs under mine": (
        lambda two: _url("restore", two.own.public_id, "topic", 77),
        {"version": 1},
    ),
}
GETS: dict[str, type_of_address] = {
    "their letter under mine": lambda two: _url("letter", two.own.public_id, two.their_letter),
    "their letter": lambda two: _url("letter", two.theirs.public_id, two.their_letter),
    "their PDF": lambda two: _url("pdf", two.their_version.public_id, 1),
    "their receipt": lambda two: _url("receipt_file", two.their_version.public_id, 1, "txt"),
    "their text": lambda two: _url("text", two.theirs.public_id),
    "their preview": lambda two: _url("preview", two.theirs.public_id),
    "their people": lambda two: _url("team", two.theirs.organisation_id),
    "their answer": lambda two: reverse("answers:answer", args=[two.their_version.public_id]),
}


def _url(name: str, *args: object) -> str:
    return reverse(f"submissions:{name}", args=args)


def everything() -> list[list[object]]:
    """Return what could have been changed."""
    models = (Proposal, Section, SectionRevision, Membership, Invitation, Organisation, User, Entry)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


def is_logged_without_a_trace_of_people(caplog: pytest.LogCaptureFixture, route: str, two: Two) -> bool:
    """Say whether a warning names the route, and nothing of whom or what it is about."""
    lines = [record.getMessage() for record in caplog.records if record.name == "connective.requests"]
    told = [
        record
        for record in caplog.records
        if record.levelno == logging.WARNING and f"{route} 404" in record.getMessage()
    ]
    secret = (str(two.theirs.public_id), str(two.their_version.public_id), "@", "Lindenfurt")
    return bool(told) and not any(word in line for word in secret for line in lines)


@pytest.mark.parametrize("name", POSTS)
def test_what_is_somebody_elses_is_not_found_not_changed_and_logged(
    two: Two, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    address, data = POSTS[name]
    before = everything()
    answer = two.client.post(address(two), {**data, "organisation": two.theirs.organisation_id})
    assert answer.status_code == 404
    assert everything() == before
    assert is_logged_without_a_trace_of_people(caplog, f"POST {answer.resolver_match.view_name}", two)


@pytest.mark.parametrize("name", GETS)
def test_what_is_somebody_elses_is_not_shown_and_logged(two: Two, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    answer = two.client.get(GETS[name](two), headers={"HX-Request": "true", "HX-Current-URL": GETS[name](two)})
    assert answer.status_code == 404
    assert is_logged_without_a_trace_of_people(caplog, f"GET {answer.resolver_match.view_name}", two)


def test_fields_that_no_form_has_are_ignored(two: Two) -> None:
    more = {
        "state": "submitted",
        "call": 99,
        "organisation": two.theirs.organisation_id,
        "reference": "TA1-0001",
        "version_in_force": 1,
        "public_id": str(two.theirs.public_id),
        "saved_by": two.their_member.user_id,
        "key": "contact",
    }
    address = _url("section", two.own.public_id, "topic")
    assert two.client.post(address, {"version": 1, "title": "Neu", **more}).status_code == 302
    two.own.refresh_from_db()
    assert (two.own.title, two.own.state, two.own.reference) == ("Neu", Proposal.State.DRAFT, None)
    assert (two.own.organisation, two.own.version_in_force) == (two.own_organisation, None)
    assert Section.objects.get(proposal=two.own, key="topic").content == {"title": "Neu"}


@pytest.mark.parametrize("version", ["0", "77", "-1", "9" * 30, "x"])
def test_a_version_that_no_page_showed_overwrites_nothing(two: Two, version: str) -> None:
    before = Section.objects.get(proposal=two.own, key="topic").content
    answer = two.client.post(_url("section", two.own.public_id, "topic"), {"version": version, "title": "Neu"})
    assert answer.status_code in {409, 422}
    assert Section.objects.get(proposal=two.own, key="topic").content == before


def test_the_seal_of_another_proposal_submits_nothing(two: Two) -> None:
    checked = two.client.get(_url("check", two.own.public_id)).context["seal"]
    topic = {"version": 1, "title": "Nach dem Prüfen geändert"}
    two.client.post(_url("section", two.own.public_id, "topic"), topic)
    for seal in (checked, "0" * 64, ""):
        answer = two.client.post(_url("submit", two.own.public_id), {"consent": "1", "seal": seal})
        assert answer.status_code == 409
    two.own.refresh_from_db()
    assert two.own.state == Proposal.State.DRAFT


def test_numbers_of_another_call_find_nothing_in_this_one() -> None:
    one, other = answered_call(), answered_call()
    client = Client()
    client.force_login(
        person_with(ReviewRole.LEAD, "leitung@example.org"), backend="django.contrib.auth.backends.ModelBackend"
    )
    letter, decision = other.letters[0], other.decisions[0]
    addresses = [
        reverse("review:answer", args=[one.call.pk, letter.pk]),
        reverse("review:answer_file", args=[one.call.pk, letter.pk]),
        reverse("review:decision", args=[one.call.pk, decision.proposal_id]),
        reverse("review:event", args=[one.call.pk, other.proposals[0].event_plan.pk]),
    ]
    assert [client.get(address).status_code for address in addresses] == [404] * 4
    posts = [
        reverse("review:answer_bounce", args=[one.call.pk, letter.pk]),
        reverse("review:answer_resend", args=[one.call.pk, letter.pk]),
        reverse("review:decision_correct", args=[one.call.pk, one.proposals[0].pk, decision.pk]),
        reverse("review:decision_correct", args=[one.call.pk, decision.proposal_id, decision.pk]),
    ]
    assert [client.post(address, {"reason": "x", "outcome": "rejection"}).status_code for address in posts] == [404] * 4
