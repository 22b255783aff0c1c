"""The form sheet in the browser's words: save, conflict, late, read-only."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from submissions.domain.start import found
from submissions.models import Call, Membership, Proposal, Role, Section
from tests.submissions.build import CLOSES, draft, make_call, member, open_call, person, submitted

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


def url(proposal: Proposal, key: str = "topic") -> str:
    """Return the address of a task."""
    return reverse("submissions:section", args=[proposal.public_id, key])


def signed_in(user: Any) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def begin(client: Client, call: Call) -> Proposal:
    """Begin a draft as the button on the call page does."""
    response = client.post(reverse("submissions:start", args=[call.slug]))
    assert response.status_code == 302
    return Proposal.objects.latest("pk")


def test_a_draft_begins_without_an_account_and_is_bound_to_the_browser() -> None:
    mine, stranger = Client(), Client()
    proposal = begin(mine, open_call())
    assert mine.get(url(proposal)).status_code == 200
    assert stranger.get(url(proposal))["Location"] == f"{reverse('account_login')}?next={url(proposal)}"
    assert proposal.organisation is None


def test_a_closed_call_begins_no_draft_and_says_so() -> None:
    client = Client()
    response = client.post(reverse("submissions:start", args=[make_call().slug]), follow=True)
    assert Proposal.objects.count() == 0
    assert "Es kann kein Vorschlag mehr begonnen werden" in response.content.decode()


def test_a_half_filled_task_is_saved_and_leads_to_the_next() -> None:
    client = Client()
    proposal = begin(client, open_call())
    response = client.post(url(proposal, "organisation"), {"version": 0, "name": "Stadt Lindenfurt"})
    assert response["Location"] == url(proposal, "contact")
    assert Section.objects.get(proposal=proposal, key="organisation").content["name"] == "Stadt Lindenfurt"


def test_save_and_later_asks_for_the_address_and_comes_back() -> None:
    client = Client()
    proposal = begin(client, open_call())
    response = client.post(url(proposal), {"version": 0, "title": "Hitze", "action": "later"}, follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert Section.objects.get(proposal=proposal, key="topic").content["title"] == "Hitze"
    client.force_login(person())
    tasks = reverse("submissions:tasks", args=[proposal.public_id])
    arrived = client.get(f"{reverse('submissions:arrive')}?next={tasks}", follow=True)
    assert arrived.redirect_chain[-1][0] == tasks
    proposal.refresh_from_db()
    assert proposal.organisation is not None


def test_an_autosave_answers_with_the_new_version_and_the_time() -> None:
    client = Client()
    proposal = begin(client, open_call())
    response = client.post(url(proposal), {"version": 0, "title": "Hitze"}, headers={"Accept": "application/json"})
    facts = response.json()
    assert (facts["state"], facts["version"]) == ("saved", 1)
    assert facts["message"].startswith("Gespeichert um")


def test_a_second_tab_gets_409_with_both_texts_and_overwrites_nothing() -> None:
    client = Client()
    proposal = begin(client, open_call())
    client.post(url(proposal), {"version": 0, "title": "Aus Fenster eins"})
    automatic = client.post(
        url(proposal), {"version": 0, "title": "Aus Fenster zwei"}, headers={"Accept": "application/json"}
    )
    by_hand = client.post(url(proposal), {"version": 0, "title": "Aus Fenster zwei"})
    assert (automatic.status_code, automatic.json()) == (409, {"state": "conflict"})
    assert by_hand.status_code == 409
    page = by_hand.content.decode()
    assert "Aus Fenster eins" in page
    assert 'value="Aus Fenster zwei"' in page
    assert Section.objects.get(proposal=proposal, key="topic").content["title"] == "Aus Fenster eins"
    again = client.post(url(proposal), {"version": 1, "title": "Aus Fenster zwei"})
    assert again.status_code == 302


def test_markup_in_an_answer_is_shown_as_text() -> None:
    client = Client()
    proposal = begin(client, open_call())
    client.post(url(proposal), {"version": 0, "title": "<script>alert(1)</script>{{ 7*7 }}"})
    for address in (url(proposal), reverse("submissions:check", args=[proposal.public_id])):
        page = client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7*7 }}" in page


@pytest.mark.parametrize(
    ("key", "answers", "sentence"),
    [
        ("organisation", {"ags": "5315000"}, "acht Ziffern"),
        ("organisation", {"ags": "05315000", "land": "09"}, "anderen Land"),
        ("contact", {"phone": "ruf mich an"}, "Ziffern"),
        ("contact", {"email": "keine"}, "E-Mail"),
        ("topic", {"title": "x" * 151}, "150"),
        ("topic", {"title": "zwei\nZeilen"}, "eine Zeile"),
    ],
)
def test_what_cannot_be_right_is_said_at_the_field_and_the_typed_text_stays(
    key: str, answers: dict[str, str], sentence: str
) -> None:
    client = Client()
    proposal = begin(client, open_call())
    response = client.post(url(proposal, key), {"version": 0, **answers})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    for value in answers.values():
        assert value.split("\n")[0] in response.content.decode()


def test_a_city_needs_its_country_and_empty_rows_vanish() -> None:
    client = Client()
    proposal = begin(client, open_call())
    rows = {"version": 0, "cities-TOTAL_FORMS": 2, "cities-INITIAL_FORMS": 0}
    response = client.post(url(proposal, "cities"), {**rows, "cities-0-city": "Mombasa"})
    assert response.status_code == 422
    assert "Wählen Sie den Staat" in response.content.decode()
    client.post(url(proposal, "cities"), {**rows, "cities-0-city": "Mombasa", "cities-0-country": "KE"})
    saved = Section.objects.get(proposal=proposal, key="cities").content
    assert saved == {"rows": [{"country": "KE", "city": "Mombasa", "contact": ""}]}


def test_another_city_gets_another_row_without_javascript() -> None:
    client = Client()
    proposal = begin(client, open_call())
    rows = {"version": 0, "cities-TOTAL_FORMS": 2, "cities-INITIAL_FORMS": 0, "action": "add-city"}
    response = client.post(url(proposal, "cities"), rows, follow=True)
    assert 'name="cities-2-country"' in response.content.decode()


def test_with_the_last_possible_row_no_further_one_is_offered(client: Client) -> None:
    proposal = begin(client, open_call())
    ninth, tenth = (client.get(url(proposal, "cities") + f"?cities={rows}").content.decode() for rows in (9, 10))
    assert ('value="add-city"' in ninth, 'value="add-city"' in tenth) == (True, False)
    assert "Mehr als 10 Städte nimmt das Formblatt nicht auf." in tenth


def test_a_colleague_who_may_read_sees_the_text_and_cannot_write() -> None:
    call, author = open_call(), person()
    proposal = draft(call, author)
    assert proposal.organisation is not None
    reader = signed_in(member(proposal.organisation, Role.READ))
    page = reader.get(url(proposal))
    assert "Hitzevorsorge im Quartier" in page.content.decode()
    assert reader.post(url(proposal), {"version": 1, "title": "Fremd"}).status_code == 404
    assert Section.objects.get(proposal=proposal, key="topic").content["title"] == "Hitzevorsorge im Quartier"


def test_someone_of_another_organisation_finds_nothing_by_any_route() -> None:
    proposal = draft(open_call(), person())
    stranger = signed_in(person("fremd@example.org"))
    pages: list[tuple[str, list[object]]] = [
        ("tasks", []),
        ("section", ["topic"]),
        ("revisions", ["topic"]),
        ("check", []),
        ("receipt", []),
        ("meter", []),
        ("preview", []),
        ("text", []),
        ("pdf", [1]),
        ("letter", [1]),
        ("receipt_file", [1, "txt"]),
    ]
    for name, extra in pages:
        assert stranger.get(reverse(f"submissions:{name}", args=[proposal.public_id, *extra])).status_code == 404, name
    actions: list[tuple[str, list[object]]] = [
        ("submit", []),
        ("withdraw", []),
        ("reopen", []),
        ("discard", []),
        ("copy", []),
        ("restore", ["topic", 1]),
    ]
    for name, extra in actions:
        assert stranger.post(reverse(f"submissions:{name}", args=[proposal.public_id, *extra])).status_code == 404, name


def test_fields_that_are_not_in_the_form_are_ignored() -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    client.post(
        url(proposal), {"version": 1, "title": "Neu", "state": "submitted", "organisation": 99, "reference": "X"}
    )
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reference) == ("draft", None)
    assert Section.objects.get(proposal=proposal, key="topic").content == {"title": "Neu"}


def test_an_autosave_after_the_submission_is_refused_and_the_text_waits_in_the_form() -> None:
    author = person()
    proposal, _version = submitted(open_call(), author)
    client = signed_in(author)
    automatic = client.post(url(proposal), {"version": 1, "title": "Spät"}, headers={"Accept": "application/json"})
    assert (automatic.status_code, automatic.json()) == (409, {"state": "closed"})
    by_hand = client.post(url(proposal), {"version": 1, "title": "Spät getippt"})
    assert by_hand.status_code == 409
    assert "Spät getippt" in by_hand.content.decode()
    rows = {"cities-TOTAL_FORMS": 1, "cities-INITIAL_FORMS": 0, "cities-0-country": "CL", "cities-0-city": "Valdivia"}
    cities = client.post(url(proposal, "cities"), {"version": 1, **rows})
    assert "Valdivia, Chile" in cities.content.decode()
    client.post(reverse("submissions:reopen", args=[proposal.public_id]))
    assert "Spät getippt" in client.get(url(proposal)).content.decode()


def test_after_the_close_an_autosave_keeps_the_text() -> None:
    author = person()
    proposal = draft(make_call(), author)
    client = signed_in(author)
    response = client.post(url(proposal), {"version": 1, "title": "Nach Mitternacht"})
    assert response.status_code == 302
    assert Section.objects.get(proposal=proposal, key="topic").content["title"] == "Nach Mitternacht"
    assert CLOSES.year == 2020


def test_an_earlier_version_comes_back_at_a_click() -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    client.post(url(proposal), {"version": 1, "title": "Versehen"})
    listed = client.get(reverse("submissions:revisions", args=[proposal.public_id, "topic"])).content.decode()
    assert "Hitzevorsorge im Quartier" in listed
    client.post(reverse("submissions:restore", args=[proposal.public_id, "topic", 1]), {"version": 2})
    assert Section.objects.get(proposal=proposal, key="topic").content["title"] == "Hitzevorsorge im Quartier"


@pytest.mark.parametrize("key", ["topic", "description", "cities", "commitments", "organisation"])
def test_opening_and_saving_a_task_cost_a_constant_number_of_queries(
    key: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    client.get(url(proposal, key))
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(url(proposal, key))
    rows = {"cities-TOTAL_FORMS": 2, "cities-INITIAL_FORMS": 0, "cities-0-country": "KE"}
    with django_assert_max_num_queries(MOST_QUERIES):
        response = client.post(url(proposal, key), {"version": 1, "title": "Neu", **rows})
    assert response.status_code == 302


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_proposals_costs_the_same_queries_for_one_and_for_many(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    author = person()
    call = open_call()
    for _ in range(count):
        draft(call, author)
    assert Membership.objects.count() == 1
    client = signed_in(author)
    address = reverse("submissions:proposals")
    client.get(address)
    with django_assert_num_queries(7):
        assert client.get(address).content.decode().count("<article") == count


def test_after_the_session_ended_the_typed_text_waits_behind_the_sign_in() -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    client.logout()
    response = client.post(url(proposal), {"version": 1, "title": "Noch nicht gespeichert"})
    assert response.status_code == 404
    assert "Noch nicht gespeichert" in response.content.decode()
    client.force_login(author)
    assert "Noch nicht gespeichert" in client.get(url(proposal)).content.decode()
    assert client.post(url(proposal), {"version": 1, "title": "Noch nicht gespeichert"}).status_code == 302
    assert "war noch nicht gespeichert" not in client.get(url(proposal)).content.decode()


def test_an_autosave_after_the_session_ended_says_so() -> None:
    proposal = draft(open_call(), person())
    response = Client().post(url(proposal), {"version": 1, "title": "T"}, headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert response.json()["state"] == "signed-out"


def test_whoever_works_for_several_organisations_says_for_which_a_new_draft_is() -> None:
    author = person()
    draft(open_call(), author)
    second = found(author, "Stadtwerke Auenbrück")
    call = Call.objects.get()
    client = signed_in(author)
    address = reverse("submissions:start", args=[call.slug])
    assert "Stadtwerke Auenbrück" in client.post(address).content.decode()
    client.post(address, {"organisation": second.pk})
    assert Proposal.objects.latest("pk").organisation == second
    stranger = signed_in(person("fremd@example.org"))
    count = Proposal.objects.count()
    assert stranger.post(address, {"organisation": second.pk}).status_code == 404
    assert Proposal.objects.count() == count


def test_a_number_of_five_thousand_digits_is_no_version() -> None:
    client = Client()
    proposal = begin(client, open_call())
    for title in ("Erst", "Dann"):
        version = Section.objects.get(proposal=proposal, key="topic").version
        client.post(url(proposal), {"version": version, "title": title})
    restore = reverse("submissions:restore", args=[proposal.public_id, "topic", 1])
    assert client.post(restore, {"version": "9" * 5000}).status_code == 302
    assert client.get(url(proposal, "cities"), {"cities": "9" * 5000}).status_code == 200
    assert Section.objects.get(proposal=proposal, key="topic").content["title"] == "Dann"


@pytest.mark.parametrize("key", ["commitments", "cities"])
def test_the_enter_key_saves_and_never_presses_another_button(key: str) -> None:
    client = Client()
    proposal = begin(client, open_call())
    page = client.get(url(proposal, key)).content.decode()
    sheet = page[page.index('id="form-sheet"') :]
    first = sheet[sheet.index("<button") :].partition(">")[0]
    assert 'value="next"' in first


def test_earlier_versions_show_where_they_differ_and_countries_by_name() -> None:
    client = Client()
    proposal = begin(client, open_call())
    same = "Ein Satz, der bleibt. " * 40
    for number, word in enumerate(("damals", "jetzt")):
        client.post(url(proposal, "description"), {"version": number, "background": f"{same}So war es {word}."})
        rows = {"cities-TOTAL_FORMS": 1, "cities-INITIAL_FORMS": 0, "cities-0-country": "KE", "cities-0-city": word}
        client.post(url(proposal, "cities"), {"version": number, **rows})
    page = client.get(reverse("submissions:revisions", args=[proposal.public_id, "description"])).content.decode()
    assert "So war es damals." in page
    assert "So war es jetzt." in page
    assert page.count(same.strip()) == 1  # the whole text of then, to be opened
    page = client.get(reverse("submissions:revisions", args=[proposal.public_id, "cities"])).content.decode()
    assert "damals, Kenia" in page


def test_one_network_cannot_begin_drafts_without_end() -> None:
    address = reverse("submissions:start", args=[open_call().slug])
    answers = [Client().post(address).status_code for _ in range(61)]
    assert answers == [302] * 60 + [429]
    assert Proposal.objects.count() == 60
