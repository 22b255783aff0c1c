"""Each figure has its definition."""

from dataclasses import fields

from review.domain.definitions import DEFINITIONS


def test_every_definition_says_what_how_and_after_whom() -> None:
    for key, definition in DEFINITIONS.items():
        assert definition.key == key
        assert all(str(getattr(definition, field.name)).strip() for field in fields(definition)), key


def test_all_figures_of_a_ranking_are_defined() -> None:
    assert {
        "sheet_score",
        "mean",
        "median",
        "review_count",
        "criterion_mean",
        "criterion_spread",
        "musts_not_met",
        "rank",
        "firmness",
        "disagreement",
        "alpha",
        "deviation",
        "similarity",
    } == set(DEFINITIONS)
