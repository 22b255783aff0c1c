"""The official register of municipalities: importing it, and finding a municipality while a name is typed.

The register is the file GV100AD ("Gemeindeverzeichnis") of the Federal Statistical Office (Destatis), fixed width,
UTF-8, read by the package gv100ad-py. Cities and municipalities (Satzart 60) are kept with their AGS of eight
characters; Landkreise and the like (Satzart 40) get their five characters filled with zeros, a key that no
municipality has. Kreisfreie Städte stand in both kinds of record and are taken once, as municipalities.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from gv100ad import District, DistrictType, GV100ADReader, MunicipalityType
from gv100ad import Municipality as RegisteredMunicipality

from connective.errors import DomainError
from submissions.models import Municipality

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "gv100ad-sample.asc"
"""A small self-made file in the register's format for demo data: well-known cities, population rounded."""

MAX_BYTES = 50_000_000
"""The register of 2022 has about 4 MB."""

MAX_SHRINKING = 0.1
"""The share of entries that an import may remove; reforms of a whole Land stay below, a wrong file does not."""

KINDS = {
    DistrictType.KREIS: "Kreis",
    DistrictType.LANDKREIS: "Landkreis",
    DistrictType.REGIONALVERBAND: "Regionalverband",
    MunicipalityType.MARKT: "Markt",
    MunicipalityType.KREISFREIE_STADT: "Kreisfreie Stadt",
    MunicipalityType.STADTKREIS: "Stadtkreis",
    MunicipalityType.STADT: "Stadt",
    MunicipalityType.KREISANGEHOERIGE_GEMEINDE: "Gemeinde",
    MunicipalityType.GROSSE_KREISSTADT: "Große Kreisstadt",
}
"""What is imported, by its official name; areas without a municipality (gemeindefreie Gebiete) are not."""

CITY_KINDS = frozenset({"Kreisfreie Stadt", "Stadtkreis", "Stadt", "Große Kreisstadt"})
FORMS_OF_ADDRESS = frozenset({"stadt", "gemeinde", "markt", "landeshauptstadt", "hansestadt", "kreisstadt"})
"""Words typed before a name that the register does not carry in it."""

MAX_WORDS = 6
COLUMNS = ("name", "land", "kind", "population", "search_name")


class NotTheRegister(DomainError):
    """The file can't be the register, or not all of it; nothing was changed."""

    message: ClassVar[StrOrPromise] = _("Diese Datei ist kein Gemeindeverzeichnis im Format GV100AD.")


@dataclass(frozen=True)
class ImportResult:
    """How many entries of the register are new, changed, gone and as they were."""

    new: int
    changed: int
    gone: int
    unchanged: int


def import_register(path: Path, *, allow_shrinking: bool = False) -> ImportResult:
    """Make the table of municipalities equal to the register file at `path`, all of it or nothing.

    Can be repeated. An import that would remove more than a tenth of the entries is refused unless
    `allow_shrinking`, because the file is then most likely cut off. Raises NotTheRegister with the reason.
    """
    wanted = {entry.ags: entry for entry in _entries(path)}
    if not wanted:
        raise NotTheRegister(gettext("Die Datei enthält keine einzige Gemeinde."))
    with transaction.atomic():
        present = Municipality.objects.select_for_update().in_bulk()
        gone = present.keys() - wanted.keys()
        if not allow_shrinking and len(gone) > len(present) * MAX_SHRINKING:
            raise NotTheRegister(
                gettext("Der Import würde %(gone)d von %(present)d Einträgen entfernen. Ist die Datei vollständig?")
                % {"gone": len(gone), "present": len(present)}
            )
        new = [entry for ags, entry in wanted.items() if ags not in present]
        changed = [entry for ags, entry in wanted.items() if ags in present and _differs(entry, present[ags])]
        Municipality.objects.bulk_create(
            [*new, *changed], batch_size=500, update_conflicts=True, unique_fields=["ags"], update_fields=COLUMNS
        )
        Municipality.objects.filter(ags__in=gone).delete()
    return ImportResult(len(new), len(changed), len(gone), len(wanted) - len(new) - len(changed))


def load_sample() -> int:
    """Fill an empty register with the sample for demo data; return how many entries it has got.

    Can be repeated: once there is a register, it is left alone.
    """
    return 0 if Municipality.objects.exists() else import_register(SAMPLE).new


def suggest(query: str, limit: int = 8) -> QuerySet[Municipality]:
    """Return the municipalities whose name has a word beginning with each word of `query`, at most `limit`.

    Umlauts may be typed in any way ("münchen", "munchen", "muenchen"). The exact name comes first, then the bigger
    before the smaller, Landkreise last. An empty query finds nothing.
    """
    words = _fold(query[:100]).split()[:MAX_WORDS]
    names = [word for word in words if word not in FORMS_OF_ADDRESS] or words
    if not names:
        return Municipality.objects.none()
    matches = Q()
    for word in names:
        matches &= Q(search_name__startswith=word) | Q(search_name__contains=f" {word}")
    exact = " ".join(names)
    return (
        Municipality.objects.filter(matches)
        .annotate(
            distance=Case(
                When(Q(search_name=exact) | Q(search_name__startswith=f"{exact} | "), then=Value(0)),
                When(search_name__endswith=f" | {exact}", then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .order_by("distance", F("population").desc(nulls_last=True), "name", "ags")[:limit]
    )


def organisation_name(municipality: Municipality) -> str:
    """Return the name as a municipality signs with it: "Stadt Köln", "Landkreis Börde", "Gemeinde Morsbach"."""
    first = "Stadt" if municipality.kind in CITY_KINDS else municipality.kind
    already = re.search(r"kreis\b|^(Region|Regionalverband|Städteregion|Stadt|Gemeinde|Markt)\b", municipality.name)
    return municipality.name if already or not first else f"{first} {municipality.name}"


def _differs(entry: Municipality, present: Municipality) -> bool:
    return any(getattr(entry, column) != getattr(present, column) for column in COLUMNS)


def _entries(path: Path) -> Iterator[Municipality]:
    """Read the file; raises NotTheRegister where it is none."""
    if not path.is_file():
        raise NotTheRegister(gettext("Es gibt keine Datei %(path)s.") % {"path": path})
    if path.stat().st_size > MAX_BYTES:
        raise NotTheRegister(gettext("Die Datei ist zu groß für ein Gemeindeverzeichnis."))
    with path.open("rb") as raw:
        if raw.read(2) == b"PK":
            raise NotTheRegister(gettext("Das ist ein ZIP-Archiv. Bitte entpacken Sie es zuerst."))
    read = 0
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as lines:
            for record in GV100ADReader(lines).read():
                entry = _entry(record)
                read += 1
                if entry is not None:
                    yield entry
    except UnicodeDecodeError as error:
        raise NotTheRegister(gettext("Die Datei ist nicht in UTF-8 geschrieben.")) from error
    except ValueError as error:
        raise NotTheRegister(
            gettext("Satz %(number)d der Datei ist nicht im Format GV100AD.") % {"number": read + 1}
        ) from error


def _entry(record: object) -> Municipality | None:
    """Turn a record into an entry, or into nothing if it is none that can propose a topic."""
    if not isinstance(record, District | RegisteredMunicipality) or record.type not in KINDS:
        return None
    ags = record.regional_code.ljust(8, "0")
    name = record.name.partition(",")[0].strip()
    if not re.fullmatch(r"(0[1-9]|1[0-6])[0-9]{6}", ags) or not name:
        raise ValueError(ags)
    kind = KINDS[record.type]
    return Municipality(
        ags=ags,
        name=name,
        land=ags[:2],
        kind=kind,
        population=record.inhabitants if isinstance(record, RegisteredMunicipality) else None,
        search_name=_search_name(name, kind),
    )


def _search_name(name: str, kind: str) -> str:
    """Return the folded name, then its other spelling and a district's kind, each behind " | "."""
    spellings = [_fold(name), _fold(name.translate(_EXPANDED))]
    if kind in {"Kreis", "Landkreis"}:
        spellings.append(_fold(kind))
    return " | ".join(dict.fromkeys(spellings))


_EXPANDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def _fold(text: str) -> str:
    """Return the words of `text` in lower case without marks and punctuation, ß as ss, one space between them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.findall(r"[a-z0-9]+", plain))
