"""What is derived beside the criteria."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from connective.accounts.models import User
from review.domain import similar_topics
from review.domain.evidence import Evidence, gather
from review.domain.visible import proposals_for
from review.models import Assignment, CountryOverride, Declaration, ReviewRole, ReviewSettings
from review.tasks import compare_topics
from submissions.models import Call, PastEvent, Proposal
from tests.review.scored import AT, declare, person_with, proposals
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db

NOTHING_ELSE = {"learning_goals": "", "contribution": ""}
TIDE = {
    "topic": {"title": "Deiche bei steigendem Meeresspiegel"},
    "description": NOTHING_ELSE | {"background": "Der Meeresspiegel steigt. Die Warften werden erhöht."},
}
ISLANDS = {
    "topic": {"title": "Inseln und der Meeresspiegel"},
    "description": NOTHING_ELSE | {"background": "Auf den Warften wohnen Familien."},
}
CITIES = {
    "cities": {"rows": [{"country": "KE", "city": "Mombasa"}, {"country": "FR"}, {"country": "DE", "city": "Kiel"}]}
}


def lead_of(call: Call) -> User:
    """Create the lead, who has declared "no conflict" about all proposals."""
    lead = person_with(ReviewRole.LEAD, "leitung@example.org")
    declare(lead, list(call.proposals.all()))
    return lead


def evidence(user: User, proposal: Proposal) -> Evidence:
    """Return the evidence as a person sees it."""
    seen = proposals_for(user).get(pk=proposal.pk)
    return gather(seen, proposals_for(user))


def facts(user: User, proposal: Proposal, criterion: str) -> list[tuple[str, str]]:
    """Return the facts beside a criterion."""
    return [(fact.label, fact.value) for fact in evidence(user, proposal).beside(criterion)]


def made(*contents: dict[str, Any]) -> tuple[Call, list[Proposal]]:
    """Create a call with proposals of these contents."""
    call = make_call()
    titles = [content.get("topic", {}).get("title", "Hitze") for content in contents]
    return call, proposals(call, titles, contents)


def test_countries_come_with_their_status_and_the_list_it_stands_on() -> None:
    call, [proposal] = made(CITIES)
    lead = lead_of(call)

    assert facts(lead, proposal, "countries") == [
        ("Städte aus", "2 weitere Länder, davon 1 Entwicklungs- oder Schwellenländer"),
        ("Kenia (Mombasa)", "Entwicklungs- oder Schwellenland (Testliste)"),
        ("Frankreich", "anderes Land (Testliste)"),
    ]
    assert facts(lead, proposal, "multilateral") == facts(lead, proposal, "countries")[:1]


def test_the_offices_decision_about_a_country_counts_and_is_told_with_its_reason() -> None:
    call, [proposal] = made(CITIES)
    lead = lead_of(call)
    CountryOverride.objects.create(
        call=call, iso2="FR", developing=True, reason="Überseegebiet.", decided_by=lead, decided_at=AT
    )

    assert evidence(lead, proposal).developing_count == 2
    assert facts(lead, proposal, "countries")[2] == (
        "Frankreich",
        "Entwicklungs- oder Schwellenland (Entscheidung der Geschäftsstelle: Überseegebiet.)",
    )


def test_commitments_come_with_names_and_the_letter_with_its_pages() -> None:
    call, [proposal] = made({})
    lead = lead_of(call)

    assert facts(lead, proposal, "support") == [
        ("Zusage der Kommune", "ja"),
        ("zugesagt von", "Kim Muster, Oberbürgermeisterin"),
        ("Unterstützungsschreiben", "keines"),
    ]
    assert facts(lead, proposal, "follow_up") == [("Bereitschaft zu Folgeaktivitäten", "Ja, an Projektworkshops.")]
    assert facts(lead, proposal, "municipal") == [("Art der Organisation", "Kommune")]
    assert facts(lead, proposal, "of_their_own_making") == []


def test_other_proposals_of_the_organisation_are_told_as_far_as_they_are_open() -> None:
    call, [now, other] = made({}, {})
    earlier = make_call(closes_at=call.closes_at.replace(year=2019), opens_at=call.opens_at.replace(year=2019))
    [past] = proposals(earlier, ["Wasser"])
    Proposal.objects.filter(pk__in=[past.pk, other.pk]).update(organisation=now.organisation, slot=2)
    lead = lead_of(call)
    declare(lead, [past])

    found = [(one.reference, one.call) for one in evidence(lead, now).earlier]
    Declaration.objects.filter(person=lead, proposal=past).update(kind="personal")

    assert found == [(other.reference, call.title), (past.reference, earlier.title)]
    assert [one.reference for one in evidence(lead, now).earlier] == [other.reference]


def test_similar_topics_and_past_events_are_told_with_the_words_that_match() -> None:
    PastEvent.objects.create(starts_on=AT, ends_on=AT, host="Emden", topic="Meeresspiegel und Warften", mode="virtual")
    call, [tide, islands, _heat] = made(TIDE, ISLANDS, {})
    lead = lead_of(call)

    found = {topic.title: (topic.proposal_id, topic.words) for topic in evidence(lead, tide).similar}

    assert found["Inseln und der Meeresspiegel"] == (islands.pk, ("Meeresspiegel", "Warften"))
    assert found["Emden: Meeresspiegel und Warften"][0] is None
    assert ("Inseln und der Meeresspiegel", "gemeinsame Wörter: Meeresspiegel, Warften") in facts(
        lead, tide, "innovation"
    )


def test_a_closed_topic_is_not_called_similar() -> None:
    call, [tide, islands, _heat] = made(TIDE, ISLANDS, {})
    lead = lead_of(call)
    Declaration.objects.filter(person=lead, proposal=islands).update(kind="land")

    assert [topic.title for topic in evidence(lead, tide).similar] == []


def test_many_proposals_are_compared_by_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_topics, "AT_ONCE", 1)
    call, [tide, _islands, _heat] = made(TIDE, ISLANDS, {})
    lead = lead_of(call)
    before = evidence(lead, tide)

    compare_topics(call.pk)
    compare_topics(call.pk)

    assert (before.similar_pending, before.similar) == (True, ())
    assert facts(lead, tide, "innovation") == [
        ("Inseln und der Meeresspiegel", "gemeinsame Wörter: Meeresspiegel, Warften")
    ]


def test_a_new_version_makes_a_new_comparison() -> None:
    call, [tide, islands, _heat] = made(TIDE, ISLANDS, {})
    lead = lead_of(call)
    assert evidence(lead, tide).similar

    Proposal.objects.filter(pk=islands.pk).update(state="withdrawn", version_in_force=None)

    assert evidence(lead, tide).similar == ()


def test_blind_mode_hides_people_the_organisation_and_its_other_proposals() -> None:
    call, [now, other] = made({}, {})
    Proposal.objects.filter(pk=other.pk).update(organisation=now.organisation, slot=2)
    ReviewSettings.objects.create(call=call, blind=True)
    member = person_with(ReviewRole.OFFICE, "buero@example.org")
    declare(member, [now, other])
    Assignment.objects.create(proposal=now, reviewer=member, assigned_by=member, assigned_at=AT)

    found = evidence(member, now)

    assert (found.earlier, found.supported_by) == ((), "[…], Oberbürgermeisterin")


def test_evidence_is_closed_without_a_declaration() -> None:
    call, [proposal] = made({})
    lead = person_with(ReviewRole.LEAD, "leitung@example.org")

    with pytest.raises(ValueError, match="closed"):
        evidence(lead, proposal)
    assert call.proposals.count() == 1


@pytest.mark.parametrize("count", [3, 30])
def test_evidence_costs_the_same_queries_for_few_and_for_many(
    count: int, query_count: Callable[[Callable[[], object]], int]
) -> None:
    call, found = made(*({} for _ in range(count)))
    lead = lead_of(call)
    cache.clear()
    similar_topics.compare(call)
    seen = proposals_for(lead).get(pk=found[0].pk)

    assert query_count(lambda: gather(seen, proposals_for(lead))) <= 7
