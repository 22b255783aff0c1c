"""The completeness check: errors, warnings, and the state of each task."""

from copy import deepcopy
from typing import Any

import pytest

from submissions.domain import completeness, form_sheet, page_limit
from submissions.models import Theme
from tests.submissions.build import COMPLETE, make_call

pytestmark = pytest.mark.django_db


def findings(call: Any, **changes: Any) -> completeness.Completeness:
    """Check the complete form sheet with some sections changed."""
    content = form_sheet.assemble({**deepcopy(COMPLETE), **changes})
    return completeness.check(call, content, page_limit.measure(form_sheet.description_of(content)))


def cities(*codes: str) -> dict[str, Any]:
    """Return a section of cities in these countries."""
    return {"rows": [{"country": code, "city": "", "contact": ""} for code in codes]}


def test_a_complete_form_sheet_has_neither_errors_nor_warnings() -> None:
    assert findings(make_call()) == completeness.Completeness([], [])


def test_an_empty_form_sheet_names_every_answer_that_is_needed() -> None:
    call = make_call()
    errors = completeness.check(call, form_sheet.assemble({}), None).errors
    needed = [(key, q.name) for key, questions in form_sheet.QUESTIONS.items() for q in questions if q.needed]
    assert [(f.section, f.field) for f in errors] == [*needed, ("cities", "cities")]


@pytest.mark.parametrize(
    ("codes", "errors", "warnings"),
    [
        (("KE", "FR"), 0, 0),
        (("KE", "KE"), 1, 0),
        (("KE", "DE"), 1, 0),
        ((), 1, 0),
        (("FR", "JP"), 0, 1),
        (("DE", "FR", "JP", "KE"), 0, 0),
    ],
)
def test_two_countries_besides_germany_are_needed_and_one_in_development_is_wished(
    codes: tuple[str, ...], errors: int, warnings: int
) -> None:
    found = findings(make_call(), cities=cities(*codes))
    assert (len(found.errors), len(found.warnings)) == (errors, warnings)


def test_a_company_names_the_municipality_that_owns_it() -> None:
    company = {**COMPLETE["organisation"], "kind": "company"}
    assert [f.field for f in findings(make_call(), organisation=company).errors] == ["owning_municipality"]


def test_a_theme_is_needed_where_the_call_names_some() -> None:
    call = make_call()
    Theme.objects.create(call=call, name="Klima")
    assert [f.field for f in findings(call).errors] == ["themes"]
    assert findings(call, topic={**COMPLETE["topic"], "themes": ["Klima"]}).errors == []
    assert [f.field for f in findings(call, topic={**COMPLETE["topic"], "themes": ["Fremd"]}).errors] == ["themes"]


def test_a_description_over_the_limit_says_by_how_many_lines() -> None:
    call = make_call(page_limit=1)
    text = {**COMPLETE["description"], "background": "Eine Zeile.\n" * 90}
    content = form_sheet.assemble({**COMPLETE, "description": text})
    measurement = page_limit.measure(form_sheet.description_of(content), limit=1)
    (error,) = completeness.check(call, content, measurement).errors
    assert str(measurement.lines_over) in str(error.message)


def test_characters_that_no_font_draws_are_named() -> None:
    (error,) = findings(make_call(), topic={"title": "Stadt 漢"}).errors
    assert (error.section, error.field) == ("topic", "title")
    assert "漢" in str(error.message)


def test_a_task_is_empty_begun_or_done() -> None:
    content = form_sheet.assemble({"topic": {"title": "T"}, "contact": {"name": "N"}})
    errors = completeness.check(make_call(), content, None).errors
    states = [completeness.section_state(key, content, errors) for key in ("organisation", "contact", "topic")]
    assert states == ["empty", "begun", "done"]
