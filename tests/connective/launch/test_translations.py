"""Finding the texts that need a translation, and what is wrong with a translation."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from connective.launch import translations

TEMPLATE = """
{% load i18n %}
  {% translate "Anmelden" %}
<p title='{% translate "Es fehlt (noch" context "form" %}'>
    {{ _("Weiter")|upper }}
{% blocktranslate count pages=n trimmed %}
      {{ pages }} Seite
   {% plural %}
      {{ pages }} Seiten
{% endblocktranslate %}
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
LABEL = _("Titel " "des Themas")
def f(n: int) -> str:
    return ngettext("%(n)d Zeile", "%(n)d Zeilen", n) + pgettext("month", "Mai")
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """What is found in one template and one module."""
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "views.py").write_text(CODE, encoding="utf-8")
    return translations.extracted()


def test_texts_are_found_in_templates_and_code(found: Catalog) -> None:
    assert {(message.context, message.id) for message in found if message.id} == {
        (None, "Anmelden"),
        ("form", "Es fehlt (noch"),
        (None, "Weiter"),
        (None, ("%(pages)s Seite", "%(pages)s Seiten")),
        (None, "Titel des Themas"),
        (None, ("%(n)d Zeile", "%(n)d Zeilen")),
        ("month", "Mai"),
    }


def test_every_kind_of_fault_is_named() -> None:
    found, present = Catalog(locale="en"), Catalog(locale="en")
    for text in ("gut", "fehlt", "leer", "unsicher", "%(name)s fehlt", ("%(n)d Seite", "%(n)d Seiten")):
        found.add(text)
    present.add("gut", "good")
    present.add("leer", "")
    present.add("unsicher", "unsure", flags=["fuzzy"])
    present.add("%(name)s fehlt", "somebody is missing")
    present.add(("%(n)d Seite", "%(n)d Seiten"), ("one page", "%(n)d pages"))
    present.add("veraltet", "old")
    assert list(translations.faults(found, present)) == [
        "not translated: 'fehlt'",
        "not translated: 'leer'",
        "marked fuzzy: 'unsicher'",
        "other placeholders: '%(name)s fehlt'",
        "no longer used: 'veraltet'",
    ]
