"""Blind mode: names are gone from every answer, the argument stays."""

import json
from copy import deepcopy

import pytest

from review.domain.assign import assign
from review.domain.blind import content_for, masked, names_in, without_names
from review.domain.declare import declare
from review.domain.visible import MASK, proposals_for
from tests.review.build import AT, NONE, asked, review, set_blind, submitted
from tests.submissions.build import COMPLETE


def content() -> dict[str, dict[str, object]]:
    made = deepcopy(COMPLETE)
    made["organisation"] |= {"website": "https://www.lindenfurt.example", "owning_municipality": "Kreis Ahorntal"}
    made["description"]["background"] = (
        "In Lindenfurt (Nordrhein-Westfalen), der STADT LINDENFURT im Ahorntal, plant Maria Beispiel mehr Schatten; "
        "siehe lindenfurt.example und maria@example.org. Lindenfurter Erfahrungen mit Mombasa helfen."
    )
    made["commitments"]["letter"] = 7
    made["hosting"] |= {"co_hosts": "Gemeinde Buchental", "rooms": "Rathaus am Markt 1"}
    return made


def test_no_name_that_the_form_sheet_holds_is_left_anywhere() -> None:
    shown = json.dumps(without_names(content()), ensure_ascii=False)
    for name in (
        "Lindenfurt",
        "Ahorntal",
        "Maria",
        "Kim Muster",
        "Nordrhein",
        "05999001",
        "0228",
        "Markt 1",
        "Buchental",
    ):
        assert name.casefold() not in shown.casefold(), name


def test_argument_cities_and_functions_stay() -> None:
    shown = without_names(content())
    assert shown["cities"] == content()["cities"]
    assert shown["organisation"] == {"name": MASK, "kind": "municipality"}
    assert shown["contact"] == {"name": MASK}
    assert shown["commitments"]["letter"] is None
    assert shown["commitments"]["supported_by_function"] == "Oberbürgermeisterin"
    assert shown["description"]["background"].endswith(f"{MASK}er Erfahrungen mit Mombasa helfen.")


def test_an_empty_form_sheet_masks_nothing() -> None:
    assert names_in({}) == []
    assert masked("Alles bleibt.", {}) == "Alles bleibt."


def test_short_answers_do_not_mask_half_of_the_text() -> None:
    made = content()
    made["organisation"]["town"] = "Au"
    assert "Au" not in names_in(made)


@pytest.mark.django_db
def test_the_content_follows_what_the_person_may_see() -> None:
    world = review()
    set_blind(world.call)
    asked(world, world.a, world.ada)
    assert content_for(proposals_for(world.ada).get())["contact"] == {"name": MASK}
    submitted(world, world.b, world.ada)
    after = proposals_for(world.ada).get(pk=world.b.pk)
    assert content_for(after)["contact"]["name"] == "Maria Beispiel"
    declare(world.a, kind=NONE, actor=world.lead, at=AT)
    assert content_for(proposals_for(world.lead).get(pk=world.a.pk))["contact"]["name"] == "Maria Beispiel"


@pytest.mark.django_db
def test_texts_that_may_not_be_read_are_not_handed_out() -> None:
    world = review()
    assign(world.a, world.ada, actor=world.lead, at=AT)
    for proposal in (proposals_for(world.ada).get(), proposals_for(world.lead).first(), world.a):
        assert proposal is not None
        with pytest.raises(ValueError, match="closed"):
            content_for(proposal)
