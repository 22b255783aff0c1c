"""`make messages` and the check that English is complete, with Babel instead of a system's gettext.

German is written in the code; English is the one translation, in `connective/locale/en/LC_MESSAGES/django.po`.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
PO_FILE = ROOT / "connective" / "locale" / "en" / "LC_MESSAGES" / "django.po"
PACKAGES = ("connective", "submissions", "review")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
WIDTH = 116
SHOWN = 40
"""How many faults are listed at once."""


def main() -> int:
    """Update the file, or with `--check` list what is missing; return the exit code."""
    found = extracted()
    present = read()
    if "--check" not in sys.argv:
        present.update(found)
        write(present)
        sys.stdout.write(f"{PO_FILE.relative_to(ROOT)}: {sum(1 for _ in faults(found, present))} left to translate.\n")
        return 0
    lines = list(faults(found, present))
    for line in lines[:SHOWN]:
        sys.stderr.write(f"{line}\n")
    if lines:
        sys.stderr.write(
            f"{len(lines)} texts are not right in English; `make messages` brings new ones into the file.\n"
        )
        return 1
    sys.stdout.write(f"English: all {len(found)} texts are translated.\n")
    return 0


def extracted() -> Catalog:
    """Return all texts that code and templates mark for translation."""
    django.setup()  # `templatize` asks the settings
    catalog = Catalog(locale="en")
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            _add(catalog, path, path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".css"}:
            # Brackets around it: Python's tokenizer then does not mind how the template is indented.
            _add(catalog, path, "(" + templatize(path.read_text(encoding="utf-8")) + "\n)")
    return catalog


def _add(catalog: Catalog, path: Path, source: str) -> None:
    name = str(path.relative_to(ROOT))
    texts = extract("python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"})
    for _line, text, _comments, context in texts:
        catalog.add(text, locations=[(name, 0)], context=context)


def read() -> Catalog:
    """Return the translations as they are, or an empty catalog."""
    if not PO_FILE.exists():
        return Catalog(locale="en", charset="utf-8", fuzzy=False)
    with PO_FILE.open("rb") as file:
        return read_po(file, locale="en")


def write(catalog: Catalog) -> None:
    """Write the file: sorted, with the places but without line numbers, so that changes stay small."""
    PO_FILE.parent.mkdir(parents=True, exist_ok=True)
    catalog.fuzzy = False
    with PO_FILE.open("wb") as file:
        write_po(file, catalog, width=WIDTH, sort_by_file=True, include_lineno=False, ignore_obsolete=True)


def faults(found: Catalog, present: Catalog) -> Iterator[str]:
    """Yield one line for each text that lacks a sound translation, and for each that nobody uses any more."""
    for message in found:
        if not message.id:
            continue
        translated = present.get(_singular(message), context=message.context)
        if translated is None or not all(_texts(translated)):
            yield f"not translated: {_singular(message)!r}"
        elif translated.fuzzy:
            yield f"marked fuzzy: {_singular(message)!r}"
        elif any(
            _placeholders(text) != _placeholders(_singular(message, last=True)) for text in _texts(translated)[-1:]
        ):
            yield f"other placeholders: {_singular(message)!r}"
    for message in present:
        if message.id and found.get(_singular(message), context=message.context) is None:
            yield f"no longer used: {_singular(message)!r}"


def _singular(message: Message, *, last: bool = False) -> str:
    return message.id if isinstance(message.id, str) else message.id[-1 if last else 0]


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")
    sys.exit(main())
