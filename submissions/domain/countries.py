"""Countries: their names today, in the order of the reader's language, and which of them are in development.

Names come from the CLDR (through Babel), which knows Kosovo and today's names. Who counts as a developing or
emerging country is decided by a published list that belongs to the call (`CountryList`), never by code.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from django.db import transaction

from submissions.models import CountryList, CountryListEntry

DATA = Path(__file__).resolve().parent.parent / "data"

GERMANY = "DE"
"""Does not count as a further country of an exchange (Themenaufruf 2021)."""

NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Two-letter territories of the CLDR that are no ISO 3166-1 country; XK (Kosovo) is kept on purpose."""

PLAINER_NAMES = {
    "de": {
        "CD": "Kongo, Demokratische Republik",
        "CG": "Kongo, Republik",
        "HK": "Hongkong",
        "MD": "Moldau",
        "MO": "Macau",
        "PS": "Palästinensische Gebiete",
    },
    "en": {
        "CD": "Congo, Democratic Republic of the",
        "CG": "Congo, Republic of the",
        "CV": "Cabo Verde",
        "HK": "Hong Kong",
        "MM": "Myanmar",
        "MO": "Macao",
    },
}
"""Names that people look for, where the CLDR's long name would stand elsewhere in the alphabet."""


@dataclass(frozen=True)
class _PublishedList:
    """A list that the project ships: `file` in `submissions/data` and the facts about it."""

    file: str
    name: str
    valid_from: date
    valid_to: date


SOURCE = "OECD, Development Assistance Committee: DAC List of ODA Recipients"
PUBLISHED_LISTS = (
    _PublishedList("dac-2018-2020.csv", "OECD-DAC 2018–2020", date(2018, 1, 1), date(2020, 12, 31)),
    _PublishedList("dac-2024-2025.csv", "OECD-DAC 2024–2025", date(2024, 1, 1), date(2025, 12, 31)),
)


def all_countries(language: str) -> list[tuple[str, str]]:
    """Return (ISO 3166-1 alpha-2, name) of all countries, Germany and Kosovo included, sorted by name.

    `language` is a language code of Django such as "de" or "en-gb". The order ignores accents and umlauts
    as DIN 5007-1 does: "Ägypten" stands before "Albanien".
    """
    return list(_sorted(_base(language)))


def name(iso2: str, language: str) -> str:
    """Return the name of a country today; raises KeyError if `iso2` is no country."""
    return _names(_base(language))[iso2]


def developing(country_list: CountryList) -> frozenset[str]:
    """Return the codes of all countries on the list, with one query: for pages that show several countries."""
    return frozenset(country_list.entries.values_list("iso2", flat=True))


def status(country_list: CountryList, iso2: str) -> bool:
    """Say whether the country is a developing or emerging one by this list."""
    return country_list.entries.filter(iso2=iso2).exists()


@transaction.atomic
def load_country_lists() -> int:
    """Make the shipped lists stand in the database exactly as published; return how many entries changed.

    Can be repeated. Lists with other names, made by the office, are left alone.
    """
    return sum(_load(published) for published in PUBLISHED_LISTS)


def _load(published: _PublishedList) -> int:
    country_list, _ = CountryList.objects.update_or_create(
        name=published.name,
        defaults={"source": SOURCE, "valid_from": published.valid_from, "valid_to": published.valid_to},
    )
    with (DATA / published.file).open(encoding="utf-8", newline="") as lines:
        wanted = {row["iso2"]: row["group"] for row in csv.DictReader(lines)}
    present = dict(country_list.entries.values_list("iso2", "group"))
    changed = [iso2 for iso2, group in wanted.items() if present.get(iso2) != group]
    gone = present.keys() - wanted.keys()
    country_list.entries.filter(iso2__in=[*changed, *gone]).delete()
    CountryListEntry.objects.bulk_create(
        CountryListEntry(country_list=country_list, iso2=iso2, group=wanted[iso2]) for iso2 in changed
    )
    return len(changed) + len(gone)


def _base(language: str) -> str:
    """Return the language without its region: names do not differ between "de" and "de-at"."""
    return language.partition("-")[0]


@cache
def _names(language: str) -> dict[str, str]:
    territories = ((str(code), str(title)) for code, title in Locale(language).territories.items())
    countries = {iso2: title for iso2, title in territories if re.fullmatch("[A-Z]{2}", iso2)}
    return {iso2: countries[iso2] for iso2 in countries.keys() - NO_COUNTRIES} | PLAINER_NAMES.get(language, {})


@cache
def _sorted(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_names(language).items(), key=lambda country: _sort_key(country[1])))


def _sort_key(text: str) -> str:
    """Return `text` as DIN 5007-1 sorts it: without marks and case, ß as ss."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
