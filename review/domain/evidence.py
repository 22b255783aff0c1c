"""What can be derived about a proposal and stands beside the criteria: facts for a person who scores, never a score.

Derived from the frozen version, the country list of the call with the office's overrides, and other proposals that
the same person may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from review.domain import blind, similar_topics
from review.domain.similar_topics import SimilarTopic
from review.domain.visible import SeenProposal
from review.models import CountryOverride
from submissions.domain import form_sheet
from submissions.domain.countries import GERMANY, developing
from submissions.domain.countries import name as country_name
from submissions.models import Call, Organisation, Proposal, SectionKey

MOST_EARLIER = 10
"""So many earlier proposals of an organisation are listed."""


@dataclass(frozen=True)
class CountryEvidence:
    """A proposed country, its status for this call, and where the status comes from."""

    iso2: str
    name: str
    cities: tuple[str, ...]
    """As far as known and as the person may see them."""
    developing: bool
    source: str
    """The name of the list, or that the office decided."""
    override_reason: str
    """Why the office decided otherwise than the list; empty where the list stands."""

    @property
    def status(self) -> str:
        """The status in words."""
        return _("Entwicklungs- oder Schwellenland") if self.developing else _("anderes Land")


@dataclass(frozen=True)
class EarlierProposal:
    """Another proposal of the same organisation."""

    proposal_id: int
    reference: str
    title: str
    call: str


@dataclass(frozen=True)
class Fact:
    """One line of evidence beside a criterion."""

    label: str
    value: str


@dataclass(frozen=True)
class Evidence:
    """All that was derived. Germany is not among the countries: it is no further country of an exchange."""

    countries: tuple[CountryEvidence, ...]
    follow_up: str
    supported: bool
    supported_by: str
    letter_pages: int | None
    """Pages of the attached letter of support; None without one."""
    kind: str
    owner: str
    earlier: tuple[EarlierProposal, ...]
    similar: tuple[SimilarTopic, ...]
    similar_pending: bool
    """The comparison with other texts is still being made."""

    @property
    def developing(self) -> frozenset[str]:
        """The codes of the countries that count as developing or emerging ones."""
        return frozenset(country.iso2 for country in self.countries if country.developing)

    @property
    def developing_count(self) -> int:
        """How many of the countries are developing or emerging ones."""
        return len(self.developing)

    def beside(self, criterion_key: str) -> list[Fact]:
        """Return the facts that belong to a criterion; none for one of the office's own making."""
        derive = _BESIDE.get(criterion_key)
        return derive(self) if derive else []


def gather(proposal: SeenProposal, others: QuerySet[SeenProposal]) -> Evidence:
    """Derive the evidence about a proposal as the person may see it who it was fetched for.

    `proposal` and `others` come from `visible.proposals_for`; in blind mode names are masked and what would tell who
    proposes is left out. Raises ValueError for a proposal that the person may not read.
    """
    content = blind.content_for(proposal)
    version = proposal.version_in_force
    organisation, commitments = content.get(SectionKey.ORGANISATION, {}), content.get(SectionKey.COMMITMENTS, {})
    supporter = [commitments.get("supported_by_name", ""), commitments.get("supported_by_function", "")]
    topics = similar_topics.similar_to(proposal, others)
    return Evidence(
        countries=tuple(_countries(proposal.call, content)),
        follow_up=commitments.get("follow_up", ""),
        supported=bool(commitments.get("supported")),
        supported_by=", ".join(filter(None, supporter)),
        letter_pages=version.letter.pages if version and version.letter else None,
        kind=str(dict(Organisation.Kind.choices).get(organisation.get("kind"), "")),
        owner=organisation.get("owning_municipality", ""),
        earlier=() if proposal.identity_hidden else tuple(_earlier(proposal, others)),
        similar=topics or (),
        similar_pending=topics is None,
    )


def _countries(call: Call, content: Mapping[str, Any]) -> list[CountryEvidence]:
    overrides = {override.iso2: override for override in CountryOverride.objects.filter(call=call)}
    listed = developing(call.country_list)
    language = (get_language() or "de")[:2]
    cities: dict[str, list[str]] = {}
    for row in form_sheet.cities_of(content):
        if row.get("country") and row["country"] != GERMANY:
            cities.setdefault(row["country"], []).extend(filter(None, [row.get("city", "")]))
    found = []
    for iso2, known in cities.items():
        override = overrides.get(iso2)
        found.append(
            CountryEvidence(
                iso2=iso2,
                name=country_name(iso2, language),
                cities=tuple(known),
                developing=override.developing if override else iso2 in listed,
                source=_("Entscheidung der Geschäftsstelle") if override else str(call.country_list),
                override_reason=override.reason if override else "",
            )
        )
    return found


def _earlier(proposal: Proposal, others: QuerySet[SeenProposal]) -> list[EarlierProposal]:
    """Return the organisation's other submitted proposals, of this and of earlier calls, the newest first."""
    same = others.filter(organisation=proposal.organisation_id).exclude(pk=proposal.pk)
    found = same.order_by("-call__closes_at", "reference").values_list("pk", "reference", "shown_title", "call__title")
    return [EarlierProposal(pk, reference or "", title, call) for pk, reference, title, call in found[:MOST_EARLIER]]


def _on_number_of_countries(evidence: Evidence) -> list[Fact]:
    count = len(evidence.countries)
    counted = ngettext("%(count)s weiteres Land", "%(count)s weitere Länder", count) % {"count": count}
    among = _("davon %(count)s Entwicklungs- oder Schwellenländer") % {"count": evidence.developing_count}
    return [Fact(_("Städte aus"), f"{counted}, {among}")]


def _on_countries(evidence: Evidence) -> list[Fact]:
    facts = _on_number_of_countries(evidence)
    for country in evidence.countries:
        where = f"{country.name} ({', '.join(country.cities)})" if country.cities else country.name
        why = f"{country.source}: {country.override_reason}" if country.override_reason else country.source
        facts.append(Fact(where, f"{country.status} ({why})"))
    return facts


def _on_organisation(evidence: Evidence) -> list[Fact]:
    owner = [Fact(_("gehört"), evidence.owner)] if evidence.owner else []
    return [Fact(_("Art der Organisation"), evidence.kind or _("keine Angabe")), *owner]


def _on_follow_up(evidence: Evidence) -> list[Fact]:
    return [Fact(_("Bereitschaft zu Folgeaktivitäten"), evidence.follow_up or _("keine Angabe"))]


def _on_support(evidence: Evidence) -> list[Fact]:
    pages = evidence.letter_pages
    letter = ngettext("liegt bei (%(count)s Seite)", "liegt bei (%(count)s Seiten)", pages or 0) % {"count": pages}
    return [
        Fact(_("Zusage der Kommune"), _("ja") if evidence.supported else _("nein")),
        Fact(_("zugesagt von"), evidence.supported_by or _("keine Angabe")),
        Fact(_("Unterstützungsschreiben"), _("keines") if pages is None else letter),
    ]


def _on_similar(evidence: Evidence) -> list[Fact]:
    if evidence.similar_pending:
        return [Fact(_("Ähnliche Themen"), _("Der Vergleich wird gerade erstellt."))]
    return [
        Fact(topic.title, _("gemeinsame Wörter: %(words)s") % {"words": ", ".join(topic.words)})
        for topic in evidence.similar
    ] or [Fact(_("Ähnliche Themen"), _("keine gefunden"))]


_BESIDE = MappingProxyType(
    {
        "multilateral": _on_number_of_countries,
        "municipal": _on_organisation,
        "innovation": _on_similar,
        "countries": _on_countries,
        "follow_up": _on_follow_up,
        "support": _on_support,
    }
)
"""Which evidence belongs to which of the seven requirements ("checkable from data")."""
