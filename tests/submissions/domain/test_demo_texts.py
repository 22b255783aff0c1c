"""The demo proposals: believable, complete where they were submitted, and nobody real in them."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from submissions.domain import countries
from submissions.domain.demo_texts import demo_proposals
from submissions.domain.form_sheet import DESCRIPTION_PARTS, MAX_CITIES, QUESTIONS
from submissions.domain.page_limit import measure
from submissions.models import CountryList, SectionKey
from submissions.models.municipality import Land

PROPOSALS = demo_proposals()
THEMES = {
    "Kommunale Dienstleistungen",
    "Integrierte Stadtentwicklung",
    "Good Urban Governance",
    "Lokale Wirtschaftsentwicklung",
    "Klima und Nachhaltigkeit",
}
every_proposal = pytest.mark.parametrize("proposal", PROPOSALS, ids=lambda data: data["topic"]["title"])


def _countries(proposal: dict[str, Any]) -> set[str]:
    return {row["country"] for row in proposal["cities"]}


def test_there_are_thirty_six_proposals_in_all_states_from_all_laender() -> None:
    assert Counter((proposal["call"], proposal["state"]) for proposal in PROPOSALS) == {
        ("2021", "submitted"): 8,
        ("decided", "submitted"): 6,
        ("open", "submitted"): 14,
        ("open", "draft"): 6,
        ("open", "withdrawn"): 2,
    }
    assert {proposal["organisation"]["land"] for proposal in PROPOSALS} == set(Land.values)


def test_the_demo_applicant_has_one_in_every_state_that_can_be_worked_with() -> None:
    mine = Counter((proposal["call"], proposal["state"]) for proposal in PROPOSALS if proposal["mine"])
    assert mine == {
        ("2021", "submitted"): 1,
        ("decided", "submitted"): 1,
        ("open", "submitted"): 1,
        ("open", "draft"): 2,
    }
    assert {proposal["organisation"]["name"] for proposal in PROPOSALS if proposal["mine"]} == {"Stadt Lindenfurt"}


def test_no_topic_is_proposed_twice() -> None:
    titles = [proposal["topic"]["title"] for proposal in PROPOSALS]
    assert len(titles) == len(set(titles))


@every_proposal
def test_answers_fit_the_form_sheet(proposal: dict[str, Any]) -> None:
    for key, questions in QUESTIONS.items():
        if key == SectionKey.CITIES:
            continue
        asked = {question.name: question for question in questions}
        for name, answer in proposal[key].items():
            assert name in asked, name
            if isinstance(answer, str):
                assert len(answer) <= asked[name].max_length, name
    assert len(proposal["cities"]) <= MAX_CITIES
    assert set(proposal["topic"]["themes"]) <= THEMES


@every_proposal
def test_everybody_in_it_is_invented(proposal: dict[str, Any]) -> None:
    addresses = re.findall(r"@([\w.-]+)", str(proposal)) + re.findall(r"https?://([\w.-]+)", str(proposal))
    assert all(address.endswith("example.org") for address in addresses), addresses
    assert not proposal["contact"]["phone"] or "555-" in proposal["contact"]["phone"]
    ags = proposal["organisation"]["ags"]
    assert not ags or re.fullmatch(proposal["organisation"]["land"] + "9[0-9]{5}", ags)


@pytest.mark.parametrize(
    "proposal",
    [proposal for proposal in PROPOSALS if proposal["state"] != "draft"],
    ids=lambda data: data["topic"]["title"],
)
def test_what_was_submitted_is_complete_and_fits_on_two_pages(proposal: dict[str, Any]) -> None:
    for key, questions in QUESTIONS.items():
        missing = [q.name for q in questions if q.needed and q.kind != "yes" and not proposal[key].get(q.name)]
        assert not missing, missing
    assert len(_countries(proposal) - {countries.GERMANY}) >= 2
    assert proposal["topic"]["themes"]
    if proposal["organisation"]["kind"] == "company":
        assert proposal["organisation"]["owning_municipality"]
    assert measure(proposal["description"]).pages <= 2


@pytest.mark.django_db
def test_one_submitted_proposal_has_no_country_in_development() -> None:
    countries.load_country_lists()
    newer = "OECD-DAC 2024–2025"
    names = {"2021": "OECD-DAC 2018–2020", "decided": newer, "open": newer}
    developing = {call: countries.developing(CountryList.objects.get(name=name)) for call, name in names.items()}
    none = [
        proposal["organisation"]["name"]
        for proposal in PROPOSALS
        if proposal["state"] == "submitted" and not _countries(proposal) & developing[proposal["call"]]
    ]
    assert none == ["Stadt Neckarfelden"]


def test_texts_are_of_all_lengths_up_to_over_two_pages() -> None:
    fills = [measure(proposal["description"]).fill for proposal in PROPOSALS]
    assert sum(fill > 2 for fill in fills) == 2
    assert sum(Decimal("1.9") <= fill <= 2 for fill in fills) == 3
    assert sum(Decimal(1) < fill < Decimal("1.9") for fill in fills) >= 18
    assert sum(fill < Decimal("0.9") for fill in fills) == 10


def test_no_paragraph_appears_twice() -> None:
    paragraphs = [
        paragraph
        for proposal in PROPOSALS
        for part in DESCRIPTION_PARTS
        for paragraph in proposal["description"][part].split("\n\n")
        if paragraph
    ]
    assert len(paragraphs) == len(set(paragraphs))
