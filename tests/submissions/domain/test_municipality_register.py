"""The register of municipalities: what an import does, what it refuses, what typing finds."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.domain.municipality_register import (
    SAMPLE,
    ImportResult,
    NotTheRegister,
    import_register,
    load_sample,
    organisation_name,
    suggest,
)
from submissions.models import Municipality

pytestmark = pytest.mark.django_db

FILE = Path(__file__).resolve().parent.parent / "data" / "gv100ad-sample.asc"


@pytest.fixture
def lines() -> list[str]:
    return FILE.read_text(encoding="utf-8").splitlines()


def _written(tmp_path: Path, lines: list[str]) -> Path:
    path = tmp_path / "register.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _names(query: str, limit: int = 8) -> list[str]:
    return [organisation_name(municipality) for municipality in suggest(query, limit)]


def test_municipalities_are_imported_with_all_eight_characters_of_their_key() -> None:
    import_register(FILE)
    kiel = Municipality.objects.get(name="Kiel")
    assert (kiel.ags, kiel.land, kiel.kind, kiel.population) == ("01002000", "01", "Kreisfreie Stadt", 248_000)


def test_a_landkreis_is_imported_with_its_key_filled_with_zeros() -> None:
    import_register(FILE)
    boerde = Municipality.objects.get(name="Börde")
    assert (boerde.ags, boerde.kind, boerde.population) == ("15083000", "Landkreis", None)


def test_a_kreisfreie_stadt_is_one_entry_although_it_stands_in_two_records() -> None:
    import_register(FILE)
    assert Municipality.objects.filter(name="Köln").count() == 1


def test_areas_without_a_municipality_are_left_out() -> None:
    import_register(FILE)
    assert not Municipality.objects.filter(name__in=["Prüm", "Beispielmoor"]).exists()


def test_importing_the_same_file_again_changes_nothing() -> None:
    first = import_register(FILE)
    assert first == ImportResult(new=29, changed=0, gone=0, unchanged=0)
    assert import_register(FILE) == ImportResult(new=0, changed=0, gone=0, unchanged=29)


def test_a_newer_file_changes_adds_and_removes(tmp_path: Path, lines: list[str]) -> None:
    import_register(FILE)
    newer = [line.replace("00000248000", "00000249000") for line in lines if "Ruhstorf" not in line]
    kiel = next(line for line in newer if line.startswith("602023123101002000"))
    newer.append(kiel.replace("01002000", "01003000").replace("Kiel, L", "Lübeck,"))
    assert import_register(_written(tmp_path, newer)) == ImportResult(new=1, changed=1, gone=1, unchanged=27)
    assert Municipality.objects.get(ags="01002000").population == 249_000
    assert _names("luebeck") == ["Stadt Lübeck"]
    assert _names("ruhstorf") == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "keine einzige Gemeinde"),
        (b"Das ist ein Brief.\n", "Satz 1 der Datei ist nicht im Format GV100AD"),
        (b"PK\x03\x04 and so on", "ZIP-Archiv"),
        ("60Köln".encode("latin-1"), "UTF-8"),
        (b"6020231231053150000000K\n", "Satz 1 der Datei ist nicht im Format GV100AD"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "wrong.txt"
    path.write_bytes(content)
    with pytest.raises(NotTheRegister, match=reason):
        import_register(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotTheRegister, match="keine Datei"):
        import_register(tmp_path / "nowhere.txt")


def test_a_file_that_breaks_off_changes_nothing(tmp_path: Path, lines: list[str]) -> None:
    import_register(FILE)
    before = list(Municipality.objects.order_by("ags").values())
    with pytest.raises(NotTheRegister, match=r"würde \d+ von 29 Einträgen entfernen"):
        import_register(_written(tmp_path, lines[:20]))
    with pytest.raises(NotTheRegister, match="Satz 21 "):
        import_register(_written(tmp_path, [*lines[:20], "60 broken"]))
    assert list(Municipality.objects.order_by("ags").values()) == before


def test_shrinking_on_purpose_is_possible(tmp_path: Path, lines: list[str]) -> None:
    import_register(FILE)
    assert import_register(_written(tmp_path, lines[:6]), allow_shrinking=True).gone == 27


@pytest.mark.parametrize("query", ["München", "munchen", "MUENCHEN", "münch", "muen", "Stadt München", " münchen. "])
def test_umlauts_may_be_typed_in_any_way(query: str) -> None:
    import_register(FILE)
    assert _names(query)[0] == "Stadt München"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("halle", ["Stadt Halle (Saale)"]),
        ("saale", ["Stadt Halle (Saale)"]),
        ("frank oder", ["Stadt Frankfurt (Oder)"]),
        ("frank", ["Stadt Frankfurt am Main", "Stadt Frankfurt (Oder)"]),
        ("weinstrasse", ["Stadt Neustadt an der Weinstraße"]),
        ("landkreis mün", ["Landkreis München"]),
        ("görlitz", ["Stadt Görlitz", "Landkreis Görlitz"]),
        ("rott", ["Markt Ruhstorf a.d.Rott"]),
        ("ttinge", []),
        ("%", []),
        ("", []),
        ("   ", []),
    ],
)
def test_typing_finds_the_beginnings_of_words(query: str, found: list[str]) -> None:
    import_register(FILE)
    assert _names(query) == found


def test_the_exact_name_comes_first_then_the_bigger_city() -> None:
    Municipality.objects.create(ags="09000001", name="Hof", land="09", kind="Stadt", population=1, search_name="hof")
    Municipality.objects.create(
        ags="06000002", name="Hofheim", land="06", kind="Stadt", population=9, search_name="hofheim"
    )
    assert _names("hof") == ["Stadt Hof", "Stadt Hofheim"]


def test_at_most_as_many_as_asked_for_are_found_with_one_query() -> None:
    load_sample()
    with CaptureQueriesContext(connection) as captured:
        assert len(list(suggest("b"))) == 8
    assert len(captured) == 1


def test_a_query_of_any_length_is_answered() -> None:
    assert _names("a " * 100_000) == []


@pytest.mark.parametrize(
    ("name", "kind", "signed"),
    [
        ("Köln", "Kreisfreie Stadt", "Stadt Köln"),
        ("Börde", "Landkreis", "Landkreis Börde"),
        ("Wetteraukreis", "Landkreis", "Wetteraukreis"),
        ("Region Hannover", "Landkreis", "Region Hannover"),
        ("Regionalverband Saarbrücken", "Regionalverband", "Regionalverband Saarbrücken"),
        ("Neustadt", "Stadt", "Stadt Neustadt"),
        ("Kreischa", "Gemeinde", "Gemeinde Kreischa"),
    ],
)
def test_a_municipality_is_offered_by_the_name_it_signs_with(name: str, kind: str, signed: str) -> None:
    assert organisation_name(Municipality(name=name, kind=kind)) == signed


def test_the_sample_fills_an_empty_register_only() -> None:
    assert load_sample() == import_register(SAMPLE).unchanged == 125
    assert load_sample() == 0


def test_the_command_says_what_changed() -> None:
    out = StringIO()
    call_command("import_municipalities", str(FILE), stdout=out)
    assert out.getvalue() == "29 new, 0 changed, 0 gone, 0 unchanged.\n"


def test_the_command_ends_with_the_reason_where_the_file_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="keine Datei"):
        call_command("import_municipalities", str(tmp_path / "nowhere.txt"))
