"""Nobody gets more of what is expensive than work needs, and nobody who works is kept from it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connective import clock
from connective.accounts import rate_limits
from connective.accounts.models import User
from review.models import ReviewRole
from submissions.models import Call, Proposal, Section
from tests.review.scored import person_with
from tests.submissions.build import draft, open_call, with_organisation
from tests.submissions.domain.test_letter import pdf_with

pytestmark = pytest.mark.django_db

type_of_act = Callable[[Client, Proposal], HttpResponseBase]


def _of_proposal(name: str, *more: object) -> Callable[[Proposal], str]:
    return lambda proposal: reverse(f"submissions:{name}", args=[proposal.public_id, *more])


def _of_call(name: str, *more: object) -> Callable[[Proposal], str]:
    return lambda proposal: reverse(f"review:{name}", args=[proposal.call_id, *more])


def _always(name: str) -> Callable[[Proposal], str]:
    return lambda _proposal: reverse(name)


def _begin(proposal: Proposal) -> str:
    return reverse("submissions:start", args=[proposal.call.slug])


def _get(address: Callable[[Proposal], str]) -> type_of_act:
    return lambda client, proposal: client.get(address(proposal))


def _post(address: Callable[[Proposal], str], **data: Any) -> type_of_act:
    return lambda client, proposal: client.post(address(proposal), data)


def _upload(client: Client, proposal: Proposal) -> HttpResponseBase:
    letter = BytesIO(pdf_with())
    letter.name = "brief.pdf"
    version = Section.objects.get(proposal=proposal, key="commitments").version
    answers = {"version": version, "follow_up": f"Fassung {version}", "letter": letter}
    return client.post(_of_proposal("section", "commitments")(proposal), answers)


SIGNED_IN = [
    ("begin_draft", _post(_begin)),
    ("begin_draft", _post(_of_proposal("copy"), call="unbekannt")),
    ("change_submission", _post(_of_proposal("withdraw"))),
    ("change_submission", _post(_of_proposal("reopen"))),
    ("document", _get(_of_proposal("preview"))),
    ("meter", _post(_of_proposal("meter"), background="Text")),
    ("upload", _upload),
]
ANYBODY = [
    ("begin_draft_of_network", _post(_begin)),
    ("document_of_network", _get(_of_proposal("preview"))),
    ("meter_of_network", _get(_of_proposal("meter"))),
    ("provider_of_network", _post(_always("accounts:oidc"))),
    ("suggest_of_network", _get(_always("submissions:municipalities"))),
    ("upload_of_network", _upload),
    ("verify_receipt_of_network", _post(_always("submissions:verify"), reference="TA1-0001", sha256="0" * 64)),
]
STAFF = [
    ("document", _post(_of_call("minutes_ask"))),
    ("document", _post(_of_call("letters_make"))),
    ("document", _post(_of_call("paper_ask", 1))),
    ("export", _get(_of_call("ranking_export", "csv"))),
    ("export", _get(_of_call("shortlist_export", 1, "xlsx"))),
    ("export", _get(_of_call("interests_export", "csv"))),
    ("export", _get(_of_call("vote_export", 1))),
    ("export", _get(lambda _proposal: reverse("admin:proposal_export", args=["csv"]))),
    ("staff_page", _get(_of_call("ranking"))),
    ("staff_page", _get(_always("admin:submissions_proposal_changelist"))),
    ("staff_page", _get(_always("committee:votes"))),
]


@pytest.fixture
def one_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that lets through one use of an action in ten minutes."""

    def limit(action: str) -> None:
        per = rate_limits.EXPENSIVE[action].rpartition("/")[2]
        monkeypatch.setitem(rate_limits.EXPENSIVE, action, f"1/10m/{per}")

    return limit


@pytest.fixture
def author() -> tuple[Client, Proposal]:
    """Somebody who is signed in, with a draft."""
    user, _organisation = with_organisation()
    return signed_in(user), draft(open_call(), user)


def signed_in(user: User) -> Client:
    """Return the browser of a person."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def anonymous(call: Call) -> tuple[Client, Proposal]:
    """Return the browser of somebody who is not signed in, with a draft."""
    client = Client()
    client.post(reverse("submissions:start", args=[call.slug]))
    proposal = Proposal.objects.latest("pk")
    return client, proposal


def refuses_the_second(client: Client, proposal: Proposal, act: type_of_act) -> str:
    """Do it twice; return the page that answers the second time."""
    assert act(client, proposal).status_code != 429
    second = act(client, proposal)
    assert second.status_code == 429
    assert second.headers["Retry-After"] == str(rate_limits.RETRY_AFTER)
    return second.getvalue().decode()


@pytest.mark.parametrize(("action", "act"), SIGNED_IN)
def test_a_person_gets_only_so_much(
    author: tuple[Client, Proposal], one_only: Callable[[str], None], action: str, act: type_of_act
) -> None:
    one_only(action)
    page = refuses_the_second(*author, act)
    assert "Bitte warten Sie einige Minuten" in page
    assert "Aus Ihrem Netz" not in page


@pytest.mark.parametrize(("action", "act"), ANYBODY)
def test_a_network_gets_only_so_much(one_only: Callable[[str], None], action: str, act: type_of_act) -> None:
    client, proposal = anonymous(open_call())
    cache.clear()  # the preparation has used something, too
    one_only(action)
    assert "Bitte warten Sie einige Minuten" in refuses_the_second(client, proposal, act)


@pytest.mark.parametrize(("action", "act"), STAFF)
def test_staff_get_only_so_much(one_only: Callable[[str], None], action: str, act: type_of_act) -> None:
    user, _organisation = with_organisation()
    proposal = draft(open_call(), user)
    client = signed_in(person_with(ReviewRole.LEAD, "leitung@example.org"))
    one_only(action)
    assert "Von Ihnen kamen" in refuses_the_second(client, proposal, act)


def test_each_limit_is_in_one_of_the_tables() -> None:
    tested = {action for table in (SIGNED_IN, ANYBODY, STAFF) for action, _act in table}
    assert tested == set(rate_limits.EXPENSIVE)


def test_one_persons_use_takes_nothing_from_a_colleague(
    author: tuple[Client, Proposal], one_only: Callable[[str], None]
) -> None:
    client, proposal = author
    one_only("document")
    other, _organisation = with_organisation("zweite@example.org")
    theirs = draft(proposal.call, other)
    preview = _get(_of_proposal("preview"))
    refuses_the_second(client, proposal, preview)
    assert preview(signed_in(other), theirs).status_code == 200


def test_too_many_letters_keep_the_text_in_the_form(
    author: tuple[Client, Proposal], one_only: Callable[[str], None]
) -> None:
    client, proposal = author
    one_only("upload")
    page = refuses_the_second(client, proposal, _upload)
    assert f"Fassung {Section.objects.get(proposal=proposal, key='commitments').version}" in page
    assert "sehr viele Dateien hochgeladen" in page
    assert proposal.letters.count() == 1


def test_saving_and_submitting_have_no_limit(author: tuple[Client, Proposal], monkeypatch: pytest.MonkeyPatch) -> None:
    client, proposal = author
    for action, rate in rate_limits.EXPENSIVE.items():
        monkeypatch.setitem(rate_limits.EXPENSIVE, action, f"0/10m/{rate.rpartition('/')[2]}")
    address = _of_proposal("section", "topic")(proposal)
    for version in range(1, 13):
        typed = {"version": version, "title": f"Titel {version}"}
        assert client.post(address, typed, headers={"Accept": "application/json"}).json()["state"] == "saved"
    checked = client.get(_of_proposal("check")(proposal))
    assert checked.status_code == 200
    sent = client.post(
        _of_proposal("submit")(proposal), {"seal": checked.context["seal"], "consent": proposal.call.privacy_version}
    )
    assert sent.status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SUBMITTED


def test_what_staff_send_is_never_refused_for_reading_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate_limits.EXPENSIVE, "staff_page", "0/10m/user")
    call = open_call()
    client = signed_in(person_with(ReviewRole.LEAD, "leitung@example.org"))
    assert client.get(reverse("review:settings", args=[call.pk])).status_code == 429
    assert client.post(reverse("review:settings", args=[call.pk]), {}).status_code == 422


def test_a_script_is_told_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate_limits.EXPENSIVE, "suggest_of_network", "0/10m/ip")
    response = Client().get(reverse("submissions:municipalities"), headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (429, {"state": "later"})


def test_without_the_cache_nobody_is_kept_from_working(settings: Settings) -> None:
    call = open_call()
    settings.CACHES = {
        "default": {
            "BACKEND": "connective.cache.Cache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    client, proposal = anonymous(call)
    assert proposal.created_at <= clock.now()
    assert client.get(_of_proposal("preview")(proposal)).status_code == 200
