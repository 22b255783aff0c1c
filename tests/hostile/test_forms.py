"""Every form of the portal takes what somebody types who means harm: nothing breaks, and text stays text."""

import csv
from collections.abc import Iterator
from copy import deepcopy
from inspect import getclosurevars
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from connective.accounts import rate_limits
from tests.hostile.crawl import Walk, page_of
from tests.hostile.pages import Form
from tests.hostile.texts import BROKEN_OUT, FIGURE, FIGURES, MARKUP, TOGETHER
from tests.hostile.world import ENTRANCES, build_world
from tests.routes.walk import routes

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="which database it is makes no difference here"),
]

TYPED = {"text", "textarea", "search", "email", "url", "tel"}
TEXT_OR_FIGURE = {"inlineStr", "s", "n", "d", "b"}
ANSWERS = {200, 302, 400, 403, 404, 409, 413, 422}

BUTTON, CODE, NOT_THERE = "a button without a field", "takes codes and choices only", "does not exist here"
NOT_ON_THESE_PAGES = {
    "account_confirm_login_code": CODE,
    "account_request_login_code": "another name of account_login",
    "accounts:confirm_again": CODE,
    "accounts:oidc": NOT_THERE,
    "accounts:recovery_codes": BUTTON,
    "accounts:remove_app": BUTTON,
    "accounts:remove_passkey": BUTTON,
    "accounts:sessions": "stands there with a second session; takes its number",
    "demo:sign_in": NOT_THERE,
    "mfa_authenticate": CODE,
    "review:decisions_record": BUTTON,
    "review:letters_go_on": BUTTON,
    "review:letters_pause": BUTTON,
    "review:letters_release": BUTTON,
    "review:shortlist_begin": "takes a figure; tests/review/admin/test_pages.py",
    "review:vote_certify": BUTTON,
    "review:vote_close": BUTTON,
    "review:vote_open": BUTTON,
    "submissions:discard": BUTTON,
    "submissions:meter": "asked by a script; test_limits.py",
    "submissions:reopen": BUTTON,
}
"""Routes that take a form which none of the pages shows, and why that is enough."""


@pytest.fixture(scope="module")
def walks(one_transaction: None) -> Iterator[dict[str, Walk]]:
    """What each person comes by who follows all links, somebody unknown with a draft among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limits, "EXPENSIVE", {})
        world = build_world()
        stranger = Client(raise_request_exception=False)
        begun = stranger.post(reverse("submissions:start", args=[world.call.slug]))
        found = {"stranger": Walk(stranger).go(begun.headers["Location"], *ENTRANCES)}
        for name, (user, starts) in world.people.items():
            client = Client(raise_request_exception=False)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            found[name] = Walk(client).go(*starts, *ENTRANCES)
        yield found


def all_forms(walks: dict[str, Walk], kind: str) -> Iterator[tuple[str, Walk, Form]]:
    """Yield each form once, with somebody who may send it, and the name of its route."""
    seen = set()
    for walk in walks.values():
        for key, form in getattr(walk, kind).items():
            if key not in seen:
                seen.add(key)
                yield key[0], walk, form


def shows_text_as_text(answer: HttpResponseBase, address: str) -> None:
    """Fail where a page broke, or where hostile text got out of its place."""
    assert answer.status_code in ANSWERS, f"{address}: {getattr(answer, 'exc_info', answer.status_code)}"
    page = page_of(address, answer)
    html = answer.content.decode() if page else ""  # type: ignore[attr-defined]
    for broken in BROKEN_OUT:
        assert broken not in html, f"{address}: {html[max(0, html.find(broken) - 100) :][:200]}"


def send(walk: Walk, form: Form, changes: dict[str, str], *, method: str = "post") -> None:
    """Send a form and look at what comes of it; then everything is as before."""
    before = deepcopy(walk.client.cookies)
    with transaction.atomic():
        answer: Any = getattr(walk.client, method)(form.action, form.filled(changes))
        shows_text_as_text(answer, f"{form.action} {str(changes)[:200]}")
        if answer.status_code == 302 and answer.headers["Location"].startswith("/"):
            shows_text_as_text(walk.client.get(answer.headers["Location"]), form.action)
        transaction.set_rollback(True)
    walk.client.cookies = before


def test_no_page_breaks_and_hostile_text_is_shown_as_text(walks: dict[str, Walk]) -> None:
    for walk in walks.values():
        for address, answer in walk.answers.items():
            shows_text_as_text(answer, address)
    assert sum(len(walk.answers) for walk in walks.values()) > 200


def test_no_formula_gets_into_a_table_to_take_away(walks: dict[str, Walk]) -> None:
    typed: set[str] = set()
    kinds: set[str] = set()
    for walk in walks.values():
        for answer in walk.answers.values():
            kind = answer.headers.get("Content-Type", "")
            if kind.startswith("text/csv"):
                rows = csv.reader(StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";")
                typed |= {cell for row in rows for cell in row}
            elif "spreadsheet" in kind:
                sheet = load_workbook(BytesIO(answer.getvalue())).worksheets[0]
                kinds |= {cell.data_type for row in sheet for cell in row}
    assert f"'{MARKUP}" in typed
    assert not [cell for cell in typed if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert "inlineStr" in kinds
    assert kinds <= TEXT_OR_FIGURE


def test_every_route_that_takes_a_form_was_met(walks: dict[str, Walk]) -> None:
    met = {route for route, _walk, _form in all_forms(walks, "forms")}
    asked = {route.name for route in routes() if not route.name.startswith("admin:") and takes_post(route.view)}
    assert asked - met == NOT_ON_THESE_PAGES.keys()


def test_no_form_breaks_by_what_is_typed(walks: dict[str, Walk]) -> None:
    for _route, walk, form in all_forms(walks, "forms"):
        texts = [name for name in form.names if form.kinds[name] in TYPED]
        for typed in TOGETHER.values() if texts else [""]:
            send(walk, form, dict.fromkeys(texts, typed))


def test_no_form_breaks_by_figures_that_no_page_has(walks: dict[str, Walk]) -> None:
    for route, walk, form in all_forms(walks, "forms"):
        if route.startswith("admin:"):
            continue  # forms of Django's own
        others = [name for name in form.names if form.kinds[name] not in TYPED]
        for name in others:
            send(walk, form, {name: FIGURE})
        send(walk, form, dict.fromkeys(others, FIGURES))


def test_no_search_breaks(walks: dict[str, Walk]) -> None:
    for _route, walk, form in all_forms(walks, "searches"):
        for typed in (MARKUP, FIGURE, FIGURES):
            send(walk, form, dict.fromkeys(form.names, typed), method="get")


def takes_post(view: Any) -> bool:
    """Say whether one of the decorators of a view lets POST through."""
    while view is not None:
        if "POST" in getclosurevars(view).nonlocals.get("request_method_list", []):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
