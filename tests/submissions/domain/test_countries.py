"""Countries: names, order, and who is in development by which list."""

import pytest

from submissions.domain import countries
from submissions.models import CountryList, CountryListEntry

OECD_2018 = "OECD-DAC 2018–2020"
OECD_2024 = "OECD-DAC 2024–2025"


@pytest.fixture
def _lists(db: None) -> None:
    countries.load_country_lists()


def _list(name: str) -> CountryList:
    return CountryList.objects.get(name=name)


def test_every_iso_country_and_kosovo_are_offered_once() -> None:
    codes = [iso2 for iso2, _name in countries.all_countries("de")]
    assert len(codes) == len(set(codes)) == 250  # 249 of ISO 3166-1 and XK
    assert {"XK", "DE", "PS", "TW"} <= set(codes)
    assert not {"EU", "UN", "ZZ", "XA", "IC"} & set(codes)


@pytest.mark.parametrize(
    ("iso2", "german", "english"),
    [
        ("SZ", "Eswatini", "Eswatini"),
        ("MK", "Nordmazedonien", "North Macedonia"),
        ("TR", "Türkei", "Türkiye"),
        ("XK", "Kosovo", "Kosovo"),
        ("CV", "Cabo Verde", "Cabo Verde"),
        ("CD", "Kongo, Demokratische Republik", "Congo, Democratic Republic of the"),
        ("MM", "Myanmar", "Myanmar"),
    ],
)
def test_a_country_has_the_name_it_has_today(iso2: str, german: str, english: str) -> None:
    assert (countries.name(iso2, "de"), countries.name(iso2, "en-gb")) == (german, english)


def test_an_unknown_code_has_no_name() -> None:
    with pytest.raises(KeyError):
        countries.name("ZZ", "de")


def test_german_names_stand_in_the_order_of_a_german_dictionary() -> None:
    names = [name for _iso2, name in countries.all_countries("de")]
    assert names[:4] == ["Afghanistan", "Ägypten", "Ålandinseln", "Albanien"]
    assert names.index("Oman") < names.index("Österreich") < names.index("Pakistan")
    assert names[-1] == "Zypern"


@pytest.mark.usefixtures("_lists")
def test_the_list_of_the_call_2021_has_142_countries_without_the_cook_islands() -> None:
    developing = countries.developing(_list(OECD_2018))
    assert len(developing) == 142
    assert "CK" not in developing


@pytest.mark.usefixtures("_lists")
def test_who_is_in_development_depends_on_the_list() -> None:
    earlier, later = _list(OECD_2018), _list(OECD_2024)
    assert [countries.status(earlier, iso2) for iso2 in ("AG", "IN", "XK", "FR")] == [True, True, True, False]
    assert [countries.status(later, iso2) for iso2 in ("AG", "IN", "XK", "FR")] == [False, True, True, False]


@pytest.mark.usefixtures("_lists")
def test_every_country_on_a_list_has_a_name() -> None:
    offered = {iso2 for iso2, _name in countries.all_countries("de")}
    assert set(CountryListEntry.objects.values_list("iso2", flat=True)) <= offered


@pytest.mark.usefixtures("_lists")
def test_loading_again_changes_nothing() -> None:
    before = set(CountryListEntry.objects.values_list("pk", "iso2"))
    assert countries.load_country_lists() == 0
    assert set(CountryListEntry.objects.values_list("pk", "iso2")) == before


@pytest.mark.usefixtures("_lists")
def test_loading_again_mends_a_published_list_and_leaves_the_lists_of_the_office_alone() -> None:
    own = CountryList.objects.create(name="Eigene Liste", valid_from="2026-01-01")
    own.entries.create(iso2="FR")
    published = _list(OECD_2018)
    published.entries.filter(iso2="IN").delete()
    published.entries.create(iso2="FR")
    assert countries.load_country_lists() == 2
    assert (countries.status(published, "IN"), countries.status(published, "FR")) == (True, False)
    assert countries.developing(own) == {"FR"}
