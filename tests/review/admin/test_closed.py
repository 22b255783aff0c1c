"""A proposal with a conflict is closed by every route: address, list, search, filter, sort, count, export, PDF, history."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from connective.audit.log import record
from connective.mail.models import Message
from review.domain.assign import assign
from review.domain.score import open_sheet
from review.models import Declaration, Outcome, ReviewSettings
from submissions.models import Proposal, SubmittedVersion
from tests.review.admin.conftest import SECRET, World
from tests.review.answered import decisions
from tests.review.scored import AT, declare
from tests.submissions.build import open_call

AsPerson = Callable[[User], Client]

PROPOSAL_ROUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "file": ("get", {}),
    "check": ("get", {}),
    "save_check": ("post", {}),
    "reviews": ("get", {}),
    "reopen": ("post", {"sheet_id": 1}),
    "comment": ("post", {}),
    "history": ("get", {}),
    "declare": ("post", {}),
    "pdf": ("get", {"number": 1}),
    "letter": ("get", {"number": 1}),
    "single": ("get", {}),
}
CALL_LISTS = (
    "cockpit",
    "declarations",
    "conversations",
    "calibration",
    "shortlist",
    "ranking",
    "assignments",
    "criteria",
    "countries",
    "settings",
)
ROLES = ("office", "lead", "committee", "chair", "auditor", "conflicted")


@pytest.mark.parametrize("kind", [Declaration.Kind.MUNICIPALITY, Declaration.Kind.PERSONAL])
@pytest.mark.parametrize("role", ["office", "lead", "committee"])
def test_a_conflict_closes_the_proposal_in_every_role(
    world: World, as_person: AsPerson, role: str, kind: Declaration.Kind
) -> None:
    person = world.people[role]
    Declaration.objects.filter(proposal=world.closed, person=person).update(kind=kind)
    client = as_person(person)
    for name in CALL_LISTS:
        page = client.get(reverse(f"review:{name}", args=[world.call.pk]))
        if page.status_code == 200:
            assert SECRET not in page.content.decode(), name
    for route, (method, arguments) in PROPOSAL_ROUTES.items():
        address = reverse(f"review:{route}", kwargs={"proposal_id": world.closed.pk, **arguments})
        assert getattr(client, method)(address).status_code == 404, route


def without_the_search(page: Any) -> str:
    """Return the page without the words that were searched for, which it repeats."""
    text: str = page.content.decode()
    return text.replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "").replace(f"term={SECRET}", "")


def test_lists_searches_filters_sorts_and_counts_do_not_know_the_closed_proposal(
    world: World, as_person: AsPerson
) -> None:
    client = as_person(world.conflicted)
    listed = reverse("admin:submissions_proposal_changelist")
    filters = ("?reviews=enough", "?mine=undeclared", "?stage=unchecked", f"?call__id__exact={world.call.pk}")
    for query in ("", f"?q={SECRET}", "?o=2", "?_facets=True", *filters):
        page = client.get(listed + query)
        assert page.status_code == 200, query
        assert SECRET not in without_the_search(page), query
    assert client.get(f"{listed}?q={SECRET}").context["cl"].result_count == 0
    assert client.get(listed).context["cl"].result_count == 3
    assert as_person(world.office).get(listed).context["cl"].result_count == 4


@pytest.mark.parametrize(
    "lookup", ["title__contains", "organisation_name__startswith", "land", "call__title__contains"]
)
def test_a_filter_on_what_is_stored_is_refused(world: World, as_person: AsPerson, lookup: str) -> None:
    listed = reverse("admin:submissions_proposal_changelist")
    assert as_person(world.office).get(listed, {lookup: "x"}).status_code == 400


def test_an_export_of_an_impossible_filter_leads_to_the_list_as_the_list_itself_does(
    world: World, as_person: AsPerson
) -> None:
    open_call()  # the list offers the filter from two calls on
    client, listed = as_person(world.people["committee"]), reverse("admin:submissions_proposal_changelist")
    for address in (listed, reverse("admin:proposal_export", args=["csv"])):
        answer = client.get(address, {"call__id__exact": "1'"})
        assert (answer.status_code, answer["Location"]) == (302, f"{listed}?e=1")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_do_not_hold_the_closed_proposal(world: World, as_person: AsPerson, kind: str) -> None:
    client = as_person(world.conflicted)
    addresses = (
        reverse("admin:proposal_export", args=[kind]),
        reverse("review:ranking_export", args=[world.call.pk, kind]),
    )
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert SECRET.encode() not in answer.content
        if kind == "csv":
            assert world.first.title.encode() in answer.content


def test_the_admins_own_routes_do_not_show_the_closed_proposal(world: World, as_person: AsPerson) -> None:
    client = as_person(world.conflicted)
    for name in ("change", "history"):
        address = reverse(f"admin:submissions_proposal_{name}", args=[world.closed.pk])
        assert client.get(address).status_code == 404
    assert client.get(reverse("admin:submissions_proposal_change", args=["x"])).status_code == 404
    complete = {"app_label": "submissions", "model_name": "deadlineextension", "field_name": "proposal", "term": SECRET}
    answer = client.get(reverse("admin:autocomplete"), complete)
    assert answer.status_code in {403, 404}
    assert SECRET not in without_the_search(answer)
    delete = client.get(reverse("admin:submissions_proposal_delete", args=[world.closed.pk]))
    assert delete.status_code in {302, 403, 404}


def test_calls_and_organisations_with_proposals_cannot_be_deleted_for_the_page_would_name_them(
    world: World, as_person: AsPerson
) -> None:
    world.conflicted.user_permissions.set(Permission.objects.filter(content_type__app_label="submissions"))
    client = as_person(world.conflicted)
    organisation = world.closed.organisation_id
    for address in (
        reverse("admin:submissions_call_delete", args=[world.call.pk]),
        reverse("admin:submissions_organisation_delete", args=[organisation]),
    ):
        answer = client.get(address)
        assert answer.status_code == 403
        assert SECRET not in answer.content.decode()
    page = client.get(reverse("admin:submissions_call_changelist"))
    assert page.status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_nobody_sees_text_or_scores_before_a_declaration(world: World, as_person: AsPerson, role: str) -> None:
    person = world.people[role]
    Declaration.objects.filter(person=person).delete()
    client = as_person(person)
    page = client.get(reverse("review:file", args=[world.first.pk]))
    if role == "auditor":
        assert "Hitzeaktionsplan" in page.content.decode()
        return
    assert "Hitzeaktionsplan" not in page.content.decode()
    for route in ("reviews", "history", "pdf", "single"):
        arguments = {"proposal_id": world.first.pk, **PROPOSAL_ROUTES[route][1]}
        assert client.get(reverse(f"review:{route}", kwargs=arguments)).status_code == 404


def test_others_sheets_open_with_ones_own(world: World, as_person: AsPerson) -> None:
    assign(world.first, world.chair, actor=world.office, at=AT)
    declare(world.chair, [world.first])
    address = reverse("review:reviews", args=[world.first.pk])
    assert as_person(world.chair).get(address).status_code == 404
    ranking = as_person(world.chair).get(reverse("review:ranking", args=[world.call.pk]))
    assert (len(ranking.context["ranking"]), ranking.context["ranking"].closed_count) == (0, 1)
    assert as_person(world.committee).get(address).status_code == 200


def test_blind_mode_hides_names_in_pages_search_exports_and_pdf(world: World, as_person: AsPerson) -> None:
    ReviewSettings.objects.update(blind=True)
    assign(world.new, world.chair, actor=world.office, at=AT)
    declare(world.chair, [world.new])
    name = world.new.organisation_name
    Proposal.objects.filter(pk=world.new.pk).update(title=f"Radverkehr in {name}")
    version = SubmittedVersion.objects.get(proposal=world.new)
    content = json.loads(version.content)
    told = {name, content["contact"]["name"], content["contact"]["email"], "Musterweg"}
    client = as_person(world.chair)
    pages = [
        client.get(reverse("review:file", args=[world.new.pk])),
        client.get(reverse("review:check", args=[world.new.pk])),
        client.get(reverse("review:history", args=[world.new.pk])),
        client.get(reverse("admin:submissions_proposal_changelist")),
        client.get(reverse("admin:proposal_export", args=["csv"])),
        client.get(reverse("review:cockpit", args=[world.call.pk])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert not [word for word in told if word in page.content.decode()], page.request["PATH_INFO"]
    found = client.get(reverse("admin:submissions_proposal_changelist"), {"q": name.removeprefix("Stadt ")})
    assert found.context["cl"].result_count == 0
    pdf = client.get(reverse("review:pdf", args=[world.new.pk, 1]))
    assert pdf["Content-Type"] == "application/pdf"
    assert name not in pdf["Content-Disposition"]
    assert name.encode("utf-16-be") not in pdf.content
    assert client.get(reverse("review:letter", args=[world.new.pk, 1])).status_code == 404


def test_somebody_elses_sheet_is_not_reopened_by_whoever_is_not_the_lead(world: World, as_person: AsPerson) -> None:
    sheet = world.committee.score_sheets.get(version__proposal=world.first)
    address = reverse("review:reopen", args=[world.first.pk, sheet.pk])
    assert as_person(world.office).post(address, {"reason": "x"}).status_code == 404
    assert as_person(world.lead).post(address, {"reason": ""}).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "submitted"
    as_person(world.lead).post(address, {"reason": "Neue Angaben."})
    sheet.refresh_from_db()
    assert sheet.state == "open"
    assert open_sheet(world.first, actor=world.committee, at=AT) == sheet


def test_messages_and_the_audit_log_leave_out_the_closed_proposal(world: World, as_person: AsPerson) -> None:
    decided = decisions(world.call, [world.closed, world.first], [Outcome.REJECTION] * 2, world.lead)
    with transaction.atomic():
        for subject in (world.closed, world.first, *decided):
            record("proposal.submitted", actor=None, subject=subject)
    for proposal in (world.closed, world.first):
        Message.objects.create(
            occasion=f"version:{proposal.version_in_force_id}",
            kind="receipt",
            recipient="antrag@example.org",
            language="de",
            subject=f"Eingang: {proposal.title}",
            body="Text",
            message_id=f"<{proposal.pk}@example.org>",
            created_at=AT,
            queued_at=AT,
        )
    Declaration.objects.filter(proposal=world.closed, person=world.lead).update(kind="land")
    client = as_person(world.lead)
    listed = reverse("admin:mail_message_changelist")
    assert client.get(listed).context["cl"].result_count == 1
    assert SECRET not in client.get(listed).content.decode()
    log = reverse("admin:audit_entry_changelist")
    assert client.get(log, {"action__exact": "proposal.submitted"}).context["cl"].result_count == 2
    assert as_person(world.auditor).get(log, {"action__exact": "proposal.submitted"}).context["cl"].result_count == 4
