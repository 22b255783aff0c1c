"""What exports hold, and what they never do."""

import csv
import io

import pytest
from openpyxl import load_workbook

from connective.accounts.models import User
from review.domain import exports, ranking
from review.domain.shortlist_view import view
from review.exports import ranking_table, shortlist_table
from review.models import Assignment, Declaration, ReviewRole, ReviewSettings
from submissions.models import Proposal
from tests.review.demo_calls import shortlisted
from tests.review.scored import AT, declare, person_with, scored_call

pytestmark = pytest.mark.django_db


def exported(user: User, proposal: Proposal) -> str:
    """Return the ranking as CSV and XLSX in one text."""
    rows = list(ranking_table(ranking.for_person(user, proposal.call)))
    sheet = load_workbook(io.BytesIO(exports.as_xlsx(rows, title="Rangfolge"))).active
    assert sheet is not None
    cells = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    return exports.as_csv(rows).decode("utf-8-sig") + cells


def test_a_ranking_exports_every_figure_in_the_order_of_the_ranks() -> None:
    call, lead, _people = scored_call(5, reviewers=3)

    text = exports.as_csv(ranking_table(ranking.for_person(lead, call))).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 5
    assert [int(row["Rang"]) for row in rows] == sorted(int(row["Rang"]) for row in rows)
    assert {row["Bewertungen"] for row in rows} == {"3"}
    assert "Spannweite: Anforderung 1" in rows[0]


def test_a_title_that_is_a_formula_is_exported_as_text() -> None:
    call, lead, _people = scored_call(2, reviewers=3)
    Proposal.objects.filter(call=call).update(title='=HYPERLINK("https://example.org")')
    rows = list(ranking_table(ranking.for_person(lead, call)))

    sheet = load_workbook(io.BytesIO(exports.as_xlsx(rows, title="Rangfolge"))).active

    assert sheet is not None
    assert (sheet["C2"].data_type, sheet["C2"].value) == ("s", '\'=HYPERLINK("https://example.org")')
    assert "'=HYPERLINK" in exports.as_csv(rows).decode("utf-8-sig")


def test_what_a_conflict_closes_is_in_no_export() -> None:
    call, lead, _people = scored_call(3, reviewers=3)
    hidden = call.proposals.get(reference__endswith="2")
    Declaration.objects.filter(person=lead, proposal=hidden).update(kind="employer")

    told = exported(lead, hidden)

    assert str(hidden.reference) not in told
    assert hidden.organisation_name not in told


def test_blind_mode_keeps_names_out_of_exports() -> None:
    call, _lead, _people = scored_call(1, reviewers=3)
    proposal = call.proposals.get()
    ReviewSettings.objects.create(call=call, blind=True)
    member = person_with(ReviewRole.OFFICE, "buero@example.org")
    declare(member, [proposal])
    assert proposal.organisation_name in exported(member, proposal)

    Assignment.objects.create(proposal=proposal, reviewer=member, assigned_by=member, assigned_at=AT)

    assert proposal.organisation_name not in exported(member, proposal)


def test_a_shortlist_exports_places_deviations_and_reasons() -> None:
    shortlist, lead, _proposals = shortlisted(3)

    text = exports.as_csv(shortlist_table(view(lead, shortlist))).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["Stelle"] for row in rows] == ["1", "2", "3"]
    assert all(row["Grund der Abweichung"] for row in rows)
