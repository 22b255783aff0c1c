"""Calls in the admin: copied, extended with a reason, and never overwritten unseen."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from connective import clock
from connective.accounts.models import User
from connective.audit.models import Entry
from submissions.admin.call import CallAdmin
from submissions.admin.unseen_changes import mark
from submissions.domain.deadline import extend_call
from submissions.models import Call, DeadlineExtension, Theme
from tests.submissions.build import CLOSES, draft, make_call, open_call, person, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    """A browser of somebody in the office."""
    return in_group("office")


def in_group(name: str) -> Client:
    """Return a browser of somebody who works in the admin and belongs to one group."""
    user = User.objects.create_user(f"{name}@example.org", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=name)[0])
    client = Client()
    client.force_login(user)
    return client


def change(call: Call) -> str:
    """Return the address of the call's page."""
    return reverse("admin:submissions_call_change", args=[call.pk])


def shown(client: Client, call: Call) -> dict[str, Any]:
    """Return what the form of a call would send back unchanged."""
    form = client.get(change(call)).context["adminform"].form
    data: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if name.endswith("_at") and value is not None:
            local = timezone.localtime(value)
            data[f"{name}_0"], data[f"{name}_1"] = local.strftime("%d.%m.%Y"), local.strftime("%H:%M:%S")
        else:
            data[name] = "" if value is None else value
    for prefix in ("themes", "extensions"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


def test_a_copy_takes_texts_rules_and_themes_and_is_not_published(office: Client) -> None:
    call = make_call(max_per_organisation=2)
    Theme.objects.create(call=call, name="Klima")
    office.post(reverse("admin:call_copy", args=[call.pk]))
    copy = Call.objects.latest("pk")
    assert (copy.introduction, copy.max_per_organisation, copy.is_published) == (call.introduction, 2, False)
    assert [theme.name for theme in copy.themes.all()] == ["Klima"]
    assert copy.closes_at == call.closes_at + timedelta(days=364)
    assert copy.reference_prefix != call.reference_prefix
    assert copy.next_number == 1


def test_a_copy_can_be_made_again_and_again(office: Client) -> None:
    call = make_call()
    for _ in range(3):
        office.post(reverse("admin:call_copy", args=[call.pk]))
    assert Call.objects.count() == 4
    assert Call.objects.values("slug").distinct().count() == 4


def test_an_extension_needs_a_reason_and_is_written_down(office: Client) -> None:
    call = make_call()
    address = reverse("admin:call_extend", args=[call.pk])
    later = {"closes_at_0": "06.12.2020", "closes_at_1": "00:00"}
    assert office.post(address, later).status_code == 200
    assert DeadlineExtension.objects.count() == 0
    office.post(address, {**later, "reason": "Störung des Netzes"})
    call.refresh_from_db()
    assert call.closes_at == CLOSES + timedelta(days=1)
    assert DeadlineExtension.objects.get().reason == "Störung des Netzes"
    assert Entry.objects.filter(action="call.deadline_extended").count() == 1


@pytest.mark.parametrize(("day", "hour"), [("28.03.2021", "02:30"), ("31.10.2021", "02:30")], ids=["missing", "double"])
def test_an_hour_that_is_missing_or_double_at_a_clock_change_is_refused_kindly(
    office: Client, day: str, hour: str
) -> None:
    call = make_call()
    address = reverse("admin:call_extend", args=[call.pk])
    page = office.post(address, {"closes_at_0": day, "closes_at_1": hour, "reason": "x"}).content.decode()
    assert DeadlineExtension.objects.count() == 0
    assert "Europe/Berlin" in page


def test_one_proposal_gets_a_deadline_of_its_own(office: Client) -> None:
    call, author = make_call(), person()
    proposal, _version = submitted(call, author)
    never_submitted = draft(call, author)
    address = reverse("admin:call_extend", args=[call.pk])
    until = {"closes_at_0": "07.12.2020", "closes_at_1": "12:00", "reason": "Krankheit"}
    assert "keinen Vorschlag" in office.post(address, {**until, "only_for": "TA2021-9999"}).content.decode()
    for named, name in ((proposal, proposal.reference), (never_submitted, never_submitted.code.upper())):
        office.post(address, {**until, "only_for": name})
        named.refresh_from_db()
        assert named.closes_at == CLOSES + timedelta(days=2, hours=12)
    call.refresh_from_db()
    assert call.closes_at == CLOSES


def test_the_deadline_of_a_published_call_is_not_in_its_form(office: Client) -> None:
    call = make_call()
    data = {**shown(office, call), "title": "Neuer Titel", "closes_at_0": "01.01.2020", "closes_at_1": "00:00"}
    office.post(change(call), data)
    call.refresh_from_db()
    assert (call.title, call.closes_at) == ("Neuer Titel", CLOSES)


def test_what_somebody_else_saved_in_between_is_not_overwritten_unseen(office: Client) -> None:
    call = make_call()
    mine = shown(office, call)
    Call.objects.filter(pk=call.pk).update(contact="Von der Kollegin")
    response = office.post(change(call), {**mine, "title": "Von mir"})
    call.refresh_from_db()
    assert response.status_code == 200
    assert "von jemand anderem geändert" in response.content.decode()
    assert "Von mir" in response.content.decode()
    assert (call.contact, call.title) == ("Von der Kollegin", "Themenaufruf 2021")


def test_the_office_sees_how_many_drafts_there_are_and_none_of_their_texts(office: Client) -> None:
    call, author = make_call(), person()
    draft(call, author, topic={"title": "Geheimer Entwurf"})
    submitted(call, author)
    calls = office.get(reverse("admin:submissions_call_changelist")).content.decode()
    proposals = office.get(reverse("admin:submissions_proposal_changelist") + "?q=Geheimer").content.decode()
    assert '<td class="field-drafts">1</td>' in calls
    assert "Geheimer Entwurf" not in proposals
    assert "0 Themenvorschläge" in proposals


def test_a_call_with_proposals_is_not_deleted(office: Client) -> None:
    call, author = make_call(), person()
    submitted(call, author)
    address = reverse("admin:submissions_call_delete", args=[call.pk])
    office.post(address, {"post": "yes"})
    assert Call.objects.filter(pk=call.pk).exists()
    assert address not in office.get(change(call)).content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_of_calls_costs_the_same_queries_for_one_and_for_many(
    office: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_call()
    office.get(reverse("admin:submissions_call_changelist"))
    with django_assert_max_num_queries(9):
        office.get(reverse("admin:submissions_call_changelist"))


@pytest.mark.parametrize(("group", "reads"), [("auditor", 200), ("committee", 403), ("chair", 403)])
def test_the_auditor_reads_calls_and_changes_none_and_the_committee_has_no_business_there(
    group: str, reads: int
) -> None:
    call = make_call()
    client = in_group(group)
    assert client.get(change(call)).status_code == reads
    assert client.post(change(call), {"title": "Fremd"}).status_code == 403
    client.post(reverse("admin:call_copy", args=[call.pk]))
    client.post(
        reverse("admin:call_extend", args=[call.pk]),
        {"closes_at_0": "06.12.2020", "closes_at_1": "00:00", "reason": "x"},
    )
    assert Call.objects.count() == 1
    assert DeadlineExtension.objects.count() == 0


def test_saving_a_call_takes_no_number_and_no_extension_back_that_came_in_between(rf: RequestFactory) -> None:
    call, actor = open_call(), person("leitung@example.org", is_staff=True, is_superuser=True)
    admin = CallAdmin(Call, site)
    request = rf.post("/")
    request.user = actor
    seen = Call.objects.get(pk=call.pk)
    form = admin.get_form(request, seen, change=True, fields=["title"])(
        {"title": "Neu", "seen": mark(seen)}, instance=seen
    )
    changed = form.save(commit=False)
    submitted(call, actor)
    later = call.closes_at + timedelta(days=1)
    extend_call(call, closes_at=later, reason="Störung", actor=actor, at=clock.now())
    admin.save_model(request, changed, form, change=True)
    call.refresh_from_db()
    assert (call.title, call.next_number, call.closes_at) == ("Neu", 2, later)


def test_the_deadline_of_a_call_with_proposals_stays_fixed_when_it_is_hidden(rf: RequestFactory) -> None:
    call = open_call()
    draft(call, person())
    call.is_published = False
    assert "closes_at" in CallAdmin(Call, site).get_readonly_fields(rf.get("/"), call)
