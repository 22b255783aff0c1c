"""Whoever chooses English reads English on every page of the way, with dates as they are written in Britain."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from connective.mail.models import Message
from connective.mail.queue import render
from submissions.domain.countries import all_countries
from submissions.models import Call, Proposal, SectionKey
from submissions.tasks import finish_receipt
from tests.english import assert_english, german_pieces
from tests.submissions.build import CLOSES, current_seal, draft, in_time, make_call, person

pytestmark = pytest.mark.django_db

ENGLISH_ANSWERS = {
    "organisation": {"name": "Lindenfurt", "kind": "municipality", "land": "05", "street": "Markt 1"}
    | {"postcode": "50000", "town": "Lindenfurt", "ags": "05999001", "website": "", "owning_municipality": ""},
    "contact": {"name": "Maria Example", "function": "Head of department", "department": "", "phone": "0228 555-0100"}
    | {"email": "maria@example.org", "deputy_name": "", "deputy_email": ""},
    "topic": {"title": "Heat protection", "themes": ["Klima und Nachhaltigkeit"]},
    "description": {"background": "Our centre heats up.", "learning_goals": "How others make shade."}
    | {"contribution": "Our heat action plan.", "further_goals": ""},
    "commitments": {"follow_up": "Yes.", "supported": True, "supported_by_name": "Kim Example"}
    | {"supported_by_function": "Mayor"},
}


@pytest.fixture
def call() -> Call:
    """The call of 2021, with its English texts."""
    texts = {"title_en": "Call for topics 2021", "introduction_en": "What it is about.", "after_closing_en": "We read."}
    call = make_call(**texts, contact="Ms Example, 0228 555-0101", privacy_text="Notice.")
    call.country_list.name = "DAC list"
    call.country_list.save()
    call.themes.create(name="Klima und Nachhaltigkeit", name_en="Climate and sustainability")
    return call


@pytest.fixture
def reader(client: Client) -> Client:
    """A browser in which English was chosen."""
    client.post(reverse("site:language"), {"language": "en", "next": "/"})
    return client


@pytest.fixture
def at_work(call: Call) -> Iterator[None]:
    """A time at which the call is open: noon of the day before the last."""
    with time_machine.travel(CLOSES - timedelta(hours=36)):
        yield


def english(reader: Client, address: str, status: int = 200) -> str:
    """Open a page, make sure that it is English throughout, and return it."""
    answer = reader.get(address)
    assert answer.status_code == status
    html = answer.content.decode()
    assert '<html lang="en"' in html
    assert_english(html)
    return html


def own_draft(reader: Client, call: Call) -> Proposal:
    """Begin a proposal whose answers are English, and sign in as its author."""
    author = person("author@example.org", name="Alex Author")
    reader.force_login(author)
    return draft(call, author, **ENGLISH_ANSWERS)


def test_a_german_sentence_would_be_found() -> None:
    with pytest.raises(AssertionError):
        assert_english("<p>Geben Sie Ihre E-Mail-Adresse ein.</p>")
    with pytest.raises(AssertionError):
        assert_english("<p>not marked und nicht translated</p>")
    assert len(german_pieces()) > 400


@pytest.mark.usefixtures("at_work")
def test_the_call_is_english_while_it_is_open(reader: Client, call: Call) -> None:
    html = english(reader, f"/aufruf/{call.slug}/")
    assert "Friday, 4 December 2020, midnight at the end of the day (24:00)" in html
    assert "1 day left" in html
    assert "by 15 January 2021" in html
    assert "Climate and sustainability" in html


@pytest.mark.parametrize("days", [-90, 1, 90])
def test_the_call_is_english_before_and_after(reader: Client, call: Call, days: int) -> None:
    with time_machine.travel(CLOSES.replace(hour=12), tick=False) as traveller:
        traveller.shift(days * 86_400)
        english(reader, f"/aufruf/{call.slug}/")
        english(reader, "/")


@pytest.mark.usefixtures("at_work")
def test_signing_in_is_english(reader: Client, call: Call) -> None:
    english(reader, reverse("account_login"))
    answer = reader.post(reverse("account_login"), {"email": "nobody"})
    assert_english(answer.content.decode())
    reader.post(reverse("account_login"), {"email": "author@example.org"})
    html = english(reader, reverse("account_confirm_login_code"))
    assert "We are sending a 6-digit code" in html
    assert_english(" ".join(render("sign_in_code", {"code": "123456", "minutes": 15}, "en")))


@pytest.mark.usefixtures("at_work")
def test_the_form_sheet_is_english(reader: Client, call: Call) -> None:
    proposal = own_draft(reader, call)
    english(reader, reverse("submissions:tasks", args=[proposal.public_id]))
    for key in SectionKey.values:
        html = english(reader, reverse("submissions:section", args=[proposal.public_id, key]))
        assert "Last saved: 4 December 2020, 00:00" in html
        english(reader, reverse("submissions:revisions", args=[proposal.public_id, key]))
    english(reader, reverse("submissions:proposals"))
    english(reader, reverse("submissions:meter", args=[proposal.public_id]))


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("key", SectionKey.values)
def test_what_is_wrong_with_an_answer_is_said_in_english(reader: Client, call: Call, key: str) -> None:
    proposal = own_draft(reader, call)
    wrong = {"version": "1", "ags": "1", "email": "x", "phone": "x", "website": "x", "land": "99", "mode": "x"}
    answer = reader.post(reverse("submissions:section", args=[proposal.public_id, key]), wrong, follow=True)
    assert_english(answer.content.decode())


@pytest.mark.usefixtures("at_work")
def test_what_is_missing_is_said_in_english(reader: Client, call: Call) -> None:
    reader.post(reverse("submissions:start", args=[call.slug]))
    proposal = Proposal.objects.get()
    assert proposal.language == "en"
    html = english(reader, reverse("submissions:check", args=[proposal.public_id]))
    assert "Missing: " in html


@pytest.mark.usefixtures("at_work")
def test_check_receipt_and_the_mail_are_english(reader: Client, call: Call) -> None:
    proposal = own_draft(reader, call)
    html = english(reader, reverse("submissions:check", args=[proposal.public_id]))
    assert "Kenya" in html
    sent = {"seal": current_seal(proposal), "consent": "1"}
    reader.post(reverse("submissions:submit", args=[proposal.public_id]), sent)
    address = reverse("submissions:receipt", args=[proposal.public_id])
    english(reader, address)
    version = proposal.versions.get()
    finish_receipt(version.pk)
    mail = Message.objects.get(kind="receipt")
    assert (mail.language, "Ihr Themenvorschlag" in mail.body) == ("en", False)
    assert "Call for topics 2021" in mail.body
    html = english(reader, address)
    assert "3 December 2020, 12:00:" in html
    for page in ("tasks", "check", "proposals"):
        english(reader, reverse(f"submissions:{page}", args=[proposal.public_id] if page != "proposals" else []))


@pytest.mark.usefixtures("at_work")
def test_verifying_a_receipt_is_english(reader: Client) -> None:
    english(reader, "/beleg/")
    for sent in ({}, {"reference": "TA2021-0007", "sha256": "0" * 64}):
        assert_english(reader.post("/beleg/", sent).content.decode())


def test_being_too_late_is_said_in_english(reader: Client, call: Call) -> None:
    proposal = own_draft(reader, call)
    with time_machine.travel(CLOSES):
        reader.force_login(User.objects.get())
        answer = reader.post(reverse("submissions:submit", args=[proposal.public_id]), {"seal": "x", "consent": "1"})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert_english(html)
    assert "The deadline was Friday, 4 December 2020, midnight at the end of the day (24:00)." in html


@pytest.mark.usefixtures("at_work")
def test_working_together_is_english(reader: Client, call: Call) -> None:
    proposal = own_draft(reader, call)
    english(reader, reverse("submissions:team", args=[proposal.organisation_id]))


def test_pages_that_are_not_there_say_so_in_english(reader: Client) -> None:
    english(reader, "/nowhere/", status=404)


def test_countries_have_english_names_in_english_order(reader: Client, call: Call) -> None:
    with time_machine.travel(in_time(call)):
        proposal = own_draft(reader, call)
        html = english(reader, reverse("submissions:section", args=[proposal.public_id, "cities"]))
    assert dict(all_countries("en"))["CI"] in unescape(html)
    assert "Frankreich" not in html
