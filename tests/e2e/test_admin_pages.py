"""The stock pages of the administration, as staff meet them: every list and form, light and dark, wide and narrow.

Each is loaded once, on a desktop, and then made as narrow as a phone's screen.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page, expect

from connective import clock
from connective.accounts.models import User
from connective.mail.queue import queue
from submissions.domain.deadline import extend_call
from submissions.domain.municipality_register import load_sample
from submissions.models import Call, PastEvent
from tests.e2e.conftest import WIDTHS, Accessible, at_widths, follow
from tests.submissions.build import member, open_call, submitted, with_organisation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def administrator(transactional_db: None) -> User:
    """Somebody who may do everything, in a portal in which a little has happened."""
    person = User.objects.create_superuser("verwaltung@example.org", name="Gerrit Büro")
    person.groups.add(Group.objects.get_or_create(name="lead")[0])  # mail and audit log are no superuser's
    call = open_call()
    author, organisation = with_organisation()
    member(organisation)
    submitted(call, author, clock.now())
    call.themes.create(name="Klima und Nachhaltigkeit", name_en="Climate and sustainability")
    later = call.closes_at + timedelta(days=1)
    extend_call(call, closes_at=later, reason="Störung des Netzes", actor=person, at=clock.now())
    first_day = date(2020, 9, 1)
    PastEvent.objects.create(
        host="Stadt Lindenfurt", topic="Wasser in der Stadt", starts_on=first_day, ends_on=first_day
    )
    load_sample()
    with transaction.atomic():
        queue(occasion="Beispiel", kind="invitation", recipient="kollegin@example.org", context={})
    return person


@pytest.fixture(params=list(WIDTHS))
def office(request: pytest.FixtureRequest, administrator: User, enter: Callable[..., Page]) -> Page:
    """The administrator's browser, on a desktop and on a phone."""
    return enter(administrator, viewport={"width": WIDTHS[request.param], "height": 900})


def pages_of(model: type[models.Model], person: User) -> list[str]:
    """Return the addresses of those pages of a model that the person may open: list, empty form, filled form."""
    site, request = admin.site._registry[model], RequestFactory().get("/")
    request.user = person
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    addresses = [reverse(f"{name}_changelist")]
    if site.has_add_permission(request):
        addresses.append(reverse(f"{name}_add"))
    row = site.get_queryset(request).first()
    if row is not None:
        addresses.append(reverse(f"{name}_change", args=[row.pk]))
    return addresses


def test_every_page_of_the_administration_is_accessible(
    administrator: User, enter: Callable[..., Page], accessible: Accessible
) -> None:
    office = enter(administrator)
    office.goto(reverse("admin:index"))
    at_widths(office, accessible, "Verwaltung")
    event = PastEvent.objects.get().pk
    for address in (  # of which all models have the same
        reverse("admin:app_list", args=["submissions"]),
        reverse("admin:submissions_pastevent_history", args=[event]),
        reverse("admin:submissions_pastevent_delete", args=[event]),
    ):
        office.goto(address)
        at_widths(office, accessible, "", address)
    for model in admin.site._registry:
        for address in pages_of(model, administrator):
            office.goto(address)
            at_widths(office, accessible, "", address)


def test_a_stranger_is_led_to_the_sign_in_of_the_portal(page: Page, transactional_db: None) -> None:
    page.goto(reverse("admin:submissions_call_changelist"))
    expect(page.get_by_role("heading", level=1, name="Anmelden")).to_be_visible()


def test_the_page_that_extends_a_deadline_is_accessible_and_names_date_and_time(
    office: Page, accessible: Accessible
) -> None:
    call = Call.objects.get()
    office.goto(reverse("admin:submissions_call_change", args=[call.pk]))
    follow(office.get_by_role("link", name="Frist verlängern"))
    accessible(office, "Frist verlängern")
    follow(office.get_by_role("button", name="Frist verlängern"))
    expect(office.locator(".errorlist").first).to_be_visible()
    accessible(office, "Frist verlängern", "with errors")
    later = call.closes_at + timedelta(days=3)
    office.get_by_label("Datum").fill(later.strftime("%d.%m.%Y"))
    office.get_by_label("Zeit").fill("00:00")
    office.get_by_label("Grund").fill("Hochwasser")
    follow(office.get_by_role("button", name="Frist verlängern"))
    expect(office.get_by_text("Die Frist ist verlängert.")).to_be_visible()
    accessible(office, "Themenaufruf", "extended")


def test_a_theme_is_added_to_a_call_by_names_that_are_read_out(office: Page, accessible: Accessible) -> None:
    call = Call.objects.get()
    office.goto(reverse("admin:submissions_call_change", args=[call.pk]))
    office.get_by_role("link", name="Themenfeld hinzufügen").or_(
        office.get_by_role("button", name="Themenfeld hinzufügen")
    ).click()
    office.get_by_label("Name", exact=True).nth(1).fill("Wasser")
    accessible(office, "Themenaufruf", "with a new theme")
    follow(office.get_by_role("button", name="Speichern", exact=True))
    assert set(call.themes.values_list("name", flat=True)) == {"Klima und Nachhaltigkeit", "Wasser"}
