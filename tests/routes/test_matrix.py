"""Every route of the portal against every role: what it answers, and that neither looking nor a refusal changes anything."""

from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import connection, transaction
from django.shortcuts import resolve_url
from django.test import Client

from connective.accounts.second_factor import BEHIND_THE_DOOR
from submissions.models import Proposal
from tests.routes.matrix import ROLES, Row, rows
from tests.routes.walk import routes
from tests.routes.world import World, build_world

ROUTES = {route.name: route for route in routes()}
ROWS = list(rows())
NO_CONTENT_BY = {"administrator", "lead"}
"""Who tries the methods that a route does not take: those who may do most."""
WRITTEN = """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
    WHERE relname NOT IN ('django_session', 'accounts_signedinsession')
"""
"""How many rows were written in this transaction, those that were taken back among them, but for sessions."""

pytestmark = pytest.mark.django_db
only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL counts what is written")


class Portal:
    """The world with a browser for each role; what a request writes is taken back after it."""

    def __init__(self) -> None:
        """Build the world, and sign everybody in."""
        self.world: World = build_world()
        self.client = Client(raise_request_exception=False)
        self.cookies: dict[str, str] = {}
        for role, person in self.world.people.items():
            self.client.cookies = SimpleCookie()
            if person is not None:
                self.client.force_login(person)
            self.cookies[role] = self.client.cookies.output(header="", sep=";")
        self.written = written()

    def ask(self, role: str, method: str, row: Row, **headers: str) -> tuple[Any, bool]:
        """Return what a request is answered, and whether it wrote anything; a traceback fails at once."""
        self.client.cookies = SimpleCookie(self.cookies[role])
        address, form = self.address(row), self.world.forms.get(row.route, {})
        with transaction.atomic():
            if method == "POST":
                answer = self.client.post(address, form, headers=headers)
            else:
                answer = self.client.generic(method, address, headers=headers)
            if answer.streaming:
                answer.getvalue()
            before, self.written = self.written, written()
            transaction.set_rollback(True)
        assert answer.status_code < 500, f"{method} {address} as {role}: {getattr(answer, 'exc_info', '')}"
        return answer, self.written != before

    def compare(self, role: str, method: str, row: Row, wanted: set[str]) -> str:
        """Return how the answer differs from all that is wanted; an empty text if it does not."""
        answer, wrote = self.ask(role, method, row)
        found = cell_of(answer)
        if found not in wanted:
            return f"{method} {row.name} as {role}: {found} instead of {' or '.join(sorted(wanted))}"
        may_write = method == "POST" and found == "ok"
        return f"{method} {row.name} as {role}: wrote, but came to {found}" if wrote and not may_write else ""

    def address(self, row: Row) -> str:
        """Return the address of a route, with the values of its own, of its model's, or of all."""
        values: Mapping[str, Any] = self.world.values[row.state]
        own = values.get(row.route) or values.get(row.route.rpartition("_")[0]) or {}
        query = f"?{own['?']}" if "?" in own else ""
        return ROUTES[row.route].address({**values, **own}) + query


def written() -> int:
    """Return how much was written so far; on SQLite, which does not tell, always nothing."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return int(cursor.fetchone()[0])


def cell_of(answer: Any) -> str:
    """Return an answer in the words of the table."""
    if answer.status_code != HTTPStatus.FOUND:
        return str(answer.status_code) if answer.status_code in {403, 404, 405, 409, 429} else "ok"
    path = answer["Location"].partition("?")[0]
    if path in {resolve_url("account_login"), resolve_url("admin:login")}:
        return "in"
    return "gone" if path == resolve_url("admin:index") else "ok"


def not_taken(row: Row, role: str) -> set[str]:
    """Return what a method comes to that a route does not take: 405, or the refusal that comes before."""
    return {"405", (row.looks or row.acts or {})[role]} - {"ok", "409"}


def answers_to_a_form(cell: str, role: str) -> set[str]:
    """Return what a form may come to: one that was sent without a sign-in is kept, on a page of its own."""
    if cell == "ok":
        return {"ok", "409"}  # what was done already is refused in words
    return {"in", "403", "404"} if (cell, role) == ("in", "anonymous") else {cell}


@pytest.fixture(scope="module")
def portal(one_transaction: None) -> Portal:
    """The portal, built once."""
    return Portal()


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    known = {row.route for row in ROWS}
    new, gone = sorted(ROUTES.keys() - known), sorted(known - ROUTES.keys())
    assert not new, f"Say in tests/routes/matrix.py who may look at and act on {', '.join(new)}, each in a row."
    assert not gone, f"Take the rows out of tests/routes/matrix.py whose route is gone: {', '.join(gone)}."
    assert len({row.name for row in ROWS}) == len(ROWS)


@only_postgresql
def test_what_a_request_writes_is_noticed_and_taken_back(portal: Portal) -> None:
    copying = next(row for row in ROWS if row.name == "submissions:copy")
    before = Proposal.objects.count()
    assert [portal.ask(role, "POST", copying)[1] for role in ("owner", "reader", "owner")] == [True, False, True]
    assert Proposal.objects.count() == before


@pytest.mark.parametrize(
    "role", ROLES if connection.vendor == "postgresql" else ["administrator", "lead", "member", "owner"]
)
def test_each_role_sees_what_the_matrix_says(portal: Portal, role: str) -> None:
    asked = [row for row in ROWS if row.looks or role in NO_CONTENT_BY]
    wanted = [{row.looks[role]} if row.looks else not_taken(row, role) for row in asked]
    found = [portal.compare(role, "GET", row, cells) for row, cells in zip(asked, wanted, strict=True)]
    differences = "\n".join(filter(None, found))
    assert not differences, differences


@only_postgresql
@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_the_matrix_says_and_a_refusal_changes_nothing(portal: Portal, role: str) -> None:
    found = []
    for row in ROWS:
        if row.acts is None and role in NO_CONTENT_BY:
            found.append(portal.compare(role, "POST", row, not_taken(row, role)))
        elif row.acts and (row.acts[role] != "ok" or role == row.first_to_act):
            found.append(portal.compare(role, "POST", row, answers_to_a_form(row.acts[role], role)))
    differences = "\n".join(filter(None, found))
    assert not differences, differences


@only_postgresql
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DELETE", "BREW"])
def test_no_route_takes_another_method(portal: Portal, method: str) -> None:
    answers = {row.name: portal.ask("lead", method, row) for row in ROWS}
    assert {name for name, (answer, wrote) in answers.items() if answer.status_code != 405 or wrote} == set()


@only_postgresql
def test_head_answers_as_get_without_a_body_whatever_is_accepted(portal: Portal) -> None:
    for row in {row.route: row for row in reversed(ROWS)}.values():
        answer, _wrote = portal.ask("lead", "HEAD", row, accept="application/json")
        cells = {"405"} | ({row.looks["lead"]} if row.looks else not_taken(row, "lead"))
        assert cell_of(answer) in cells, row.name
        assert b"".join(answer) == b"", row.name


@only_postgresql
def test_behind_the_door_nothing_is_shown_without_the_second_factor(portal: Portal, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    behind = [row for row in ROWS if portal.address(row).startswith(BEHIND_THE_DOOR)]
    assert behind == [row for row in ROWS if row.route.startswith(("review:", "committee:", "admin:", "/verwaltung/"))]
    for row in behind:
        if row.route != "admin:logout":
            answer, wrote = portal.ask("lead", "GET", row)
            assert (answer.status_code, wrote) == (HTTPStatus.FOUND, False), row.name
            assert answer["Location"].startswith(resolve_url("accounts:security")), row.name
