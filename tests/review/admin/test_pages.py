"""Every page answers each role as the table of permissions says."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from review.domain.assign import assign
from review.models import Assignment, CommitteePaper
from review.tasks import make_paper
from submissions.models import OfficialPdf
from tests.review.admin.conftest import World
from tests.review.scored import AT, KEYS, declare

AsPerson = Callable[[User], Client]

CALL_PAGES = ("cockpit", "calibration", "shortlist", "conversations", "ranking", "criteria", "countries", "settings")


@pytest.mark.parametrize("role", ["office", "lead", "committee", "chair", "auditor", "conflicted"])
def test_each_role_reads_the_pages_of_a_call(world: World, as_person: AsPerson, role: str) -> None:
    client = as_person(world.people[role])
    for name in CALL_PAGES:
        assert client.get(reverse(f"review:{name}", args=[world.call.pk])).status_code == 200, name
    assert client.get(reverse("admin:submissions_proposal_changelist")).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("review:definitions")).status_code == 200


@pytest.mark.parametrize("part", ["file", "check", "reviews", "history"])
def test_the_lead_reads_all_parts_of_a_file(world: World, as_person: AsPerson, part: str) -> None:
    assert as_person(world.lead).get(reverse(f"review:{part}", args=[world.first.pk])).status_code == 200


def test_only_a_page_that_shows_a_pdf_lets_an_object_of_the_own_host_in(world: World, as_person: AsPerson) -> None:
    client, address = as_person(world.lead), reverse("review:file", args=[world.first.pk])
    without = client.get(address)
    version = world.first.versions.latest("number")
    OfficialPdf.objects.create(version=version, file="official/a.pdf", size=1, sha256="0" * 64, made_at=AT)
    shown = client.get(address)
    assert ["<object" in page.content.decode() for page in (without, shown)] == [False, True]
    assert ["object-src 'self'" in page["Content-Security-Policy"] for page in (without, shown)] == [False, True]


def test_the_lead_manages_people_and_declarations(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    assert client.get(reverse("review:people")).status_code == 200
    assert client.get(reverse("review:person", args=[world.chair.pk])).status_code == 200
    assert client.get(reverse("review:declarations", args=[world.call.pk])).status_code == 200


def test_the_office_previews_an_automatic_assignment_and_then_makes_it(world: World, as_person: AsPerson) -> None:
    client = as_person(world.office)
    address = reverse("review:assign", args=[world.call.pk])
    page = client.get(address, {"art": "auto", "je": "2", "person": [str(world.chair.pk), str(world.lead.pk)]})
    plan = page.context["preview"]
    assert plan["count"] == 2
    assert not Assignment.objects.filter(proposal=world.new).exists()
    client.post(address, {"pairs": plan["typed"]})
    assert set(world.new.assignments.values_list("reviewer", flat=True)) == {world.chair.pk, world.lead.pk}
    assert client.get(reverse("review:assignments", args=[world.call.pk])).status_code == 200


def test_a_reviewer_fills_saves_and_submits_a_sheet(world: World, as_person: AsPerson) -> None:
    assign(world.new, world.chair, actor=world.office, at=AT)
    declare(world.chair, [world.new])
    client = as_person(world.chair)
    address = reverse("review:file", args=[world.new.pk])
    page = client.get(address)
    assert page.context["may_score"]
    scores = {f"value-{key}": "3" for key in KEYS} | {"value-support": "na", "reason-support": "Unklar."}
    typed = {"version": "0", "statement": "Gut.", "recommendation": "select", **scores}
    saved = client.post(address, typed, headers={"accept": "application/json"})
    assert saved.json()["state"] == "saved"
    sheet = world.chair.score_sheets.get()
    assert saved.json()["version"] == sheet.row_version
    stale = client.post(address, typed | {"statement": "Anders."}, headers={"accept": "application/json"})
    assert (stale.status_code, stale.json()["state"]) == (409, "conflict")
    conflict = client.post(address, typed | {"statement": "Anders.", "action": "save"})
    assert conflict.status_code == 409
    assert "Gut." in conflict.content.decode()
    assert "Anders." in conflict.content.decode()
    done = client.post(address, typed | {"version": str(sheet.row_version), "action": "submit"})
    assert done.status_code == 302
    assert client.get(reverse("review:reviews", args=[world.new.pk])).status_code == 200
    assert client.get(address).context["sheet_submitted"]


def test_an_incomplete_sheet_says_what_is_missing_and_keeps_what_was_typed(world: World, as_person: AsPerson) -> None:
    assign(world.new, world.chair, actor=world.office, at=AT)
    declare(world.chair, [world.new])
    client = as_person(world.chair)
    page = client.post(
        reverse("review:file", args=[world.new.pk]),
        {"version": "0", "value-multilateral": "4", "statement": "Anfang", "action": "submit"},
    )
    assert page.status_code == 422
    assert ("id_recommendation_0", "Ihre Empfehlung") in page.context["sheet_missing"]
    again = client.post(
        reverse("review:file", args=[world.new.pk]),
        {"version": page.context["sheet_form"]["version"].value(), "statement": "Weiter", "action": "save"},
    )
    assert again.status_code == 302


def test_a_shortlist_is_chosen_with_a_reason_fixed_and_made_anew(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    declare(world.lead, [world.new])
    page = reverse("review:shortlist", args=[world.call.pk])
    client.post(reverse("review:shortlist_begin", args=[world.call.pk]), {"size": "1"})
    shown = client.get(page).context
    places = [place.proposal.reference for place in shown["view"].places]
    assert places == [world.first.reference]
    change = reverse("review:shortlist_change", args=[world.call.pk, 1])
    client.post(
        change,
        {"mark": shown["view"].mark, f"remove-{world.first.pk}": "1", "add": str(world.second.pk), "reason": ""},
    )
    mark = client.get(page).context["view"].mark
    refused = client.post(reverse("review:shortlist_fix", args=[world.call.pk, 1]), {"mark": mark})
    assert refused.status_code == 422
    client.post(change, {"mark": mark, f"place-{world.second.pk}": "1", f"reason-{world.second.pk}": "Ausgewogener."})
    mark = client.get(page).context["view"].mark
    fixed = client.post(reverse("review:shortlist_fix", args=[world.call.pk, 1]), {"mark": mark})
    assert fixed.status_code == 302
    for kind in ("csv", "xlsx"):
        assert client.get(reverse("review:shortlist_export", args=[world.call.pk, 1, kind])).status_code == 200
        assert client.get(reverse("review:ranking_export", args=[world.call.pk, kind])).status_code == 200
    client.post(reverse("review:shortlist_reopen", args=[world.call.pk, 1]), {"reason": "Neue Lage."})
    assert [one.number for one in client.get(page).context["lists"]] == [2, 1]


def test_the_lead_changes_criteria_rules_countries_roles_and_declarations(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    criteria = reverse("review:criteria", args=[world.call.pk])
    page = client.get(criteria)
    forms = page.context["forms"]
    typed = {f"{forms.prefix}-{name}": str(value) for name, value in forms.management_form.initial.items()}
    for form in forms.initial_forms:
        typed |= {form.add_prefix(name): str(value) for name, value in form.initial.items() if value not in {False, ""}}
    typed |= {"form-0-label": "Neue Bezeichnung", "shown": page.context["shown"], "reason": "Klarer."}
    assert client.post(criteria, typed).status_code == 302
    assert world.call.criteria_sets.count() == 2
    rules = {"reviews_per_proposal": "3", "disagreement_threshold": "25", "weight_variation": "20"}
    assert client.post(reverse("review:settings", args=[world.call.pk]), rules).status_code == 302
    country = {"iso2": "FR", "developing": "yes", "reason": "Nur zum Versuch."}
    assert client.post(reverse("review:countries", args=[world.call.pk]), country).status_code == 302
    roles = {"roles": ["committee"], "land": "05", "employer": "Stadt Beispiel"}
    assert client.post(reverse("review:person", args=[world.chair.pk]), roles).status_code == 302
    correction = {
        "person": str(world.conflicted.pk),
        "reference": world.closed.reference,
        "kind": "none",
        "note": "Irrtum.",
    }
    assert client.post(reverse("review:declarations", args=[world.call.pk]), correction).status_code == 302
    assert world.closed.declarations.get(person=world.conflicted, is_current=True).kind == "none"


def test_the_paper_is_asked_for_made_and_downloaded_by_its_person_alone(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    client.post(reverse("review:shortlist_begin", args=[world.call.pk]), {"size": "1"})
    asked = client.post(reverse("review:paper_ask", args=[world.call.pk, 1]))
    paper = CommitteePaper.objects.get()
    assert asked["Location"] == reverse("review:paper", args=[paper.pk])
    assert client.get(asked["Location"], headers={"accept": "application/json"}).json()["state"] == "queued"
    make_paper(paper.pk)
    assert client.get(asked["Location"]).context["may_open"]
    data = b"".join(client.get(reverse("review:paper_file", args=[paper.pk])).streaming_content)  # type: ignore[attr-defined]
    assert data.startswith(b"%PDF")
    assert as_person(world.office).get(reverse("review:paper_file", args=[paper.pk])).status_code == 404


def test_the_ranking_is_filtered_and_searched(world: World, as_person: AsPerson) -> None:
    client = as_person(world.lead)
    address = reverse("review:ranking", args=[world.call.pk])

    def shown(**asked: str) -> list[str]:
        return [row.title for row in client.get(address, asked).context["listed"]]

    first, second, closed, _new = (world.first.title, world.second.title, world.closed.title, world.new.title)
    assert shown() == [first, closed, second]
    assert shown(q="schwamm") == [second]
    assert shown(nur="disagrees") == [second]
    assert shown(nur="unranked") == []
    assert shown(nur="tied") == []
    ranking = client.get(address).context["ranking"]
    rows = ranking.rows()
    assert shown(nur="not_firm") == [row.title for row in rows if row.rank and not row.firm]
    assert shown(nur="musts") == [row.title for row in rows if row.musts_not_met]


def test_the_list_is_filtered_by_stage_and_by_what_is_left_to_do(world: World, as_person: AsPerson) -> None:
    address = reverse("admin:submissions_proposal_changelist")

    def shown(person: User, **asked: str) -> list[str]:
        return [proposal.title for proposal in as_person(person).get(address, asked).context["cl"].result_list]

    assert len(shown(world.lead, stage="unchecked")) == 4
    assert shown(world.lead, stage="reviewed") == []
    assert shown(world.lead, reviews="none") == [world.new.title]
    assert len(shown(world.committee, mine="done")) == 3
    assert shown(world.office, mine="undeclared") == [world.new.title]


def test_an_action_on_the_list_leads_to_the_preview_of_assignments(world: World, as_person: AsPerson) -> None:
    client = as_person(world.office)
    chosen = {"action": "assign", "_selected_action": [str(world.new.pk)]}
    answer = client.post(reverse("admin:submissions_proposal_changelist"), chosen)
    assert answer["Location"].endswith(f"?vorschlag={world.new.pk}")
    preview = client.get(f"{answer['Location']}&person={world.chair.pk}").context["preview"]
    assert [(proposal.pk, person.pk) for proposal, person in preview["pairs"]] == [(world.new.pk, world.chair.pk)]


def test_save_and_next_leads_to_the_proposal_with_the_fewest_reviews(world: World, as_person: AsPerson) -> None:
    for proposal in (world.first, world.new):
        assign(proposal, world.chair, actor=world.office, at=AT)
    declare(world.chair, [world.first, world.new])
    client = as_person(world.chair)
    start = client.get(reverse("review:go_on", args=[world.call.pk]))
    assert start["Location"] == reverse("review:file", args=[world.new.pk]) + "#bogen"
    typed = {"version": "0", "statement": "Anfang.", "action": "next"}
    following = client.post(reverse("review:file", args=[world.new.pk]), typed)
    assert following["Location"] == reverse("review:file", args=[world.first.pk])


def test_what_was_typed_when_the_session_had_ended_comes_back(world: World, as_person: AsPerson) -> None:
    assign(world.new, world.chair, actor=world.office, at=AT)
    declare(world.chair, [world.new])
    address = reverse("review:file", args=[world.new.pk])
    client = as_person(world.chair)
    client.logout()
    typed = {"version": "0", "statement": "Fast verloren."}
    lost = client.post(address, typed, headers={"referer": f"http://testserver{address}", "accept": "text/html"})
    assert lost.status_code == 403
    client.force_login(world.chair, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(address)
    assert page.context["sheet_form"]["statement"].value() == "Fast verloren."
