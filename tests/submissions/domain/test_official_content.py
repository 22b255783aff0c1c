"""What the official PDF shows of a form sheet."""

import pytest

from submissions.domain.official_content import official_content
from submissions.domain.submit import content_of
from submissions.models import Theme
from tests.submissions.build import COMPLETE, draft, make_call, person, submitted

pytestmark = pytest.mark.django_db


def test_the_address_is_one_row_and_what_does_not_apply_has_none() -> None:
    proposal = draft(make_call(), person())
    organisation, contact = official_content(proposal, content_of(proposal), None).opening
    rows = {field.label: field.value for field in organisation.fields}
    assert rows["Anschrift"] == "Markt 1, 50000 Lindenfurt"
    assert not any("Kommune, der" in label for label in rows)
    assert contact.title == "Ansprechperson"


def test_the_themes_stand_first_where_the_call_has_some() -> None:
    call = make_call()
    Theme.objects.create(call=call, name="Klima")
    proposal = draft(call, person(), topic={**COMPLETE["topic"], "themes": ["Klima"]})
    topic = official_content(proposal, content_of(proposal), None).opening[0]
    assert [field.value for field in topic.fields] == ["Klima"]


def test_a_version_carries_its_reference_time_and_hash_and_a_draft_none() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    frozen = official_content(proposal, content_of(proposal), version)
    assert (frozen.draft, frozen.reference, frozen.content_sha256) == (False, version.reference, version.content_sha256)
    assert official_content(proposal, content_of(proposal), None).draft


def test_a_country_shows_its_status_on_the_list_of_the_call() -> None:
    proposal = draft(make_call(), person())
    cities = official_content(proposal, content_of(proposal), None).cities
    assert [(city.country, city.status) for city in cities] == [
        ("Kenia", "Entwicklungs- oder Schwellenland"),
        ("Frankreich", ""),
    ]
