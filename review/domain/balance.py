"""How balanced a choice is: by Land, size of the municipality, theme and countries. Numbers only; a person weighs them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from review.domain import blind
from review.domain.country_status import developing_countries
from review.domain.visible import SeenProposal
from submissions.domain import form_sheet
from submissions.domain.countries import GERMANY
from submissions.domain.countries import name as country_name
from submissions.models import Call, Municipality, SectionKey
from submissions.models.municipality import Land

LARGE, MEDIUM, SMALL = 100_000, 20_000, 5_000
"""Inhabitants from which a Großstadt, a Mittelstadt, a Kleinstadt begins (BBSR, Stadt- und Gemeindetypen)."""


@dataclass(frozen=True)
class BalanceGroup:
    """One view of a choice: names with their numbers of proposals, the largest number first.

    A proposal with several themes or countries counts for each of them.
    """

    key: str
    title: str
    counts: tuple[tuple[str, int], ...]


def balance(call: Call, proposals: Iterable[SeenProposal]) -> list[BalanceGroup]:
    """Return the groups for proposals from `visible.proposals_for`; those whose texts are closed are left out.

    Four queries. In blind mode what a person may not see counts as not visible.
    """
    contents = [blind.content_for(proposal) for proposal in proposals if proposal.may_read]
    in_development = developing_countries(call)
    abroad = [_countries(content) for content in contents]
    with_developing = [_("mit") if found & in_development else _("ohne") for found in abroad]
    language = (get_language() or "de")[:2]
    names = [country_name(iso2, language) for found in abroad for iso2 in found]
    return [
        _group("land", _("Land"), _laender(contents)),
        _group("size", _("Größe der Kommune"), _sizes(contents)),
        _group("theme", _("Themenfeld"), _themes(call, contents)),
        _group("developing", _("Städte aus Entwicklungs- oder Schwellenländern"), with_developing),
        _group("country", _("Vorgeschlagene Länder"), names),
    ]


def size_of(population: int | None) -> str:
    """Return the size class of a municipality with so many inhabitants."""
    if population is None:
        return _("unbekannt")
    if population >= LARGE:
        return _("Großstadt (ab 100.000)")
    if population >= MEDIUM:
        return _("Mittelstadt (20.000 bis unter 100.000)")
    return _("Kleinstadt (5.000 bis unter 20.000)") if population >= SMALL else _("Landgemeinde (unter 5.000)")


def _group(key: str, title: str, names: Iterable[str]) -> BalanceGroup:
    counted = Counter(names).items()
    return BalanceGroup(key, title, tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0]))))


def _laender(contents: Sequence[dict[str, Any]]) -> list[str]:
    labels = {code: str(label) for code, label in Land.choices}
    return [labels.get(_organisation(content).get("land", ""), _("nicht sichtbar")) for content in contents]


def _sizes(contents: Sequence[dict[str, Any]]) -> list[str]:
    keys = [_organisation(content).get("ags", "") for content in contents]
    known = dict(Municipality.objects.filter(ags__in=filter(None, keys)).values_list("ags", "population"))
    return [size_of(known.get(key)) for key in keys]


def _themes(call: Call, contents: Sequence[dict[str, Any]]) -> list[str]:
    labels = {theme.name: str(theme) for theme in call.themes.all()}
    chosen = [content.get(SectionKey.TOPIC, {}).get("themes") or [] for content in contents]
    return [labels.get(theme, theme) for themes in chosen for theme in themes or [_("keines genannt")]]


def _countries(content: dict[str, Any]) -> set[str]:
    return {row["country"] for row in form_sheet.cities_of(content) if row.get("country")} - {GERMANY}


def _organisation(content: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = content.get(SectionKey.ORGANISATION, {})
    return answers
