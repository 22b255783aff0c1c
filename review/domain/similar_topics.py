"""Similar topics among the proposals of a call and the past events, as hints with the words that match.

What is similar to what is the same for all people, so it is worked out once for all proposals and kept in the cache;
what a person is shown is filtered by what this person may see.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Max, QuerySet, Sum

from review.domain import similarity
from review.domain.similarity import Text
from review.domain.visible import SeenProposal
from submissions.domain import form_sheet
from submissions.models import Call, PastEvent, Proposal, SectionKey, SubmittedVersion
from submissions.models.municipality import Land

SHOWN = 5
AT_ONCE = 400
"""Up to so many proposals are compared while a person waits (a third of a second); more are left to a task."""
KEPT_SECONDS = 30 * 24 * 3600
CLAIMED_SECONDS = 600
"""So long one process may take to compare, before another tries."""
PROPOSAL, EVENT = "proposal", "event"


@dataclass(frozen=True)
class SimilarTopic:
    """A text with rare words in common: another proposal (`proposal_id`), or a past event."""

    title: str
    proposal_id: int | None
    words: tuple[str, ...]


def similar_to(proposal: Proposal, others: QuerySet[SeenProposal]) -> tuple[SimilarTopic, ...] | None:
    """Return the similar topics among `others` (from `visible.proposals_for`) and past events; None while they are still being compared."""
    events = list(PastEvent.objects.all())
    fingerprint = _fingerprint(proposal.call, events)
    found = cache.get(_key(fingerprint, proposal.pk))
    if found is None:
        if _in_force(proposal.call).count() > AT_ONCE:
            return None
        found = compare(proposal.call).get(proposal.pk, [])
    asked = [topic.proposal_id for topic in found if topic.proposal_id]
    titles = dict(others.filter(pk__in=asked).values_list("pk", "shown_title"))
    shown = [
        replace(topic, title=titles[topic.proposal_id]) if topic.proposal_id else topic
        for topic in found
        if topic.proposal_id is None or topic.proposal_id in titles
    ]
    return tuple(shown[:SHOWN])


def compare_in_background(call: Call) -> None:
    """Compare, unless it was done or another process is about it."""
    fingerprint = _fingerprint(call, list(PastEvent.objects.all()))
    if cache.get(_key(fingerprint, "made")) is None and cache.add(_key(fingerprint, "claimed"), 1, CLAIMED_SECONDS):
        compare(call)


def compare(call: Call) -> dict[int, list[SimilarTopic]]:
    """Compare all versions in force and past events, keep the result, and return it by proposal.

    Can run twice without harm. 5,000 proposals of two pages take some six seconds, 100 less than a tenth of one.
    """
    events = list(PastEvent.objects.all())
    fingerprint = _fingerprint(call, events)
    texts: dict[tuple[str, int], Text] = {}
    places = {word for land in Land.labels for word in similarity.words_of(str(land))}
    for proposal_id, content in _in_force(call).values_list("proposal", "content").iterator():
        answers = json.loads(content)
        title = str(answers.get(SectionKey.TOPIC, {}).get("title", ""))
        texts[PROPOSAL, proposal_id] = Text(title, " ".join(form_sheet.description_of(answers).values()))
        places.update(_places(answers))
    texts |= {(EVENT, event.pk): Text(event.topic) for event in events}
    hosts = {event.pk: f"{event.host}: " for event in events}
    result = {
        own: [
            SimilarTopic(
                (hosts[key] if kind == EVENT else "") + texts[kind, key].title, key if kind == PROPOSAL else None, words
            )
            for (kind, key), words in ((neighbour.key, neighbour.words) for neighbour in neighbours)
        ]
        for (own_kind, own), neighbours in similarity.neighbours(texts, places).items()
        if own_kind == PROPOSAL
    }
    cache.set_many({_key(fingerprint, key): topics for key, topics in result.items()}, KEPT_SECONDS)
    cache.set(_key(fingerprint, "made"), 1, KEPT_SECONDS)
    return result


def _places(answers: dict[str, Any]) -> Iterator[str]:
    """Yield the words of place names: a common partner city is no common topic, and in blind mode would tell names."""
    yield from similarity.words_of(str(answers.get(SectionKey.ORGANISATION, {}).get("town", "")))
    for row in form_sheet.cities_of(answers):
        yield from similarity.words_of(row.get("city", ""))


def _in_force(call: Call) -> QuerySet[SubmittedVersion]:
    return SubmittedVersion.objects.filter(proposal__call=call, proposal__version_in_force=F("pk"))


def _fingerprint(call: Call, events: list[PastEvent]) -> str:
    """Return a mark that changes with the versions in force and with the events."""
    versions = Proposal.objects.filter(call=call, version_in_force__isnull=False).aggregate(
        count=Count("pk"), last=Max("version_in_force"), sum=Sum("version_in_force")
    )
    told = json.dumps([call.pk, versions, [(event.pk, event.topic) for event in events]], sort_keys=True, default=str)
    return sha256(told.encode()).hexdigest()[:24]


def _key(fingerprint: str, part: object) -> str:
    return f"similar-topics:{fingerprint}:{part}"
