"""The pages that every public service has, with texts to begin with."""

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = Path(__file__).resolve().parent.parent / "texts"
KEYS = ("accessibility", "privacy", "legal", "contact")


def read(key: str, language: str) -> tuple[str, str]:
    """Return heading and text of a page: the first line of its file, and the rest."""
    title, _, text = (TEXTS / f"{key}.{language}.txt").read_text(encoding="utf-8").partition("\n")
    return title, text.strip()


def write_texts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create each page that is missing; one that the office has edited stays as it is."""
    pages = apps.get_model("site", "SitePage").objects.using(schema_editor.connection.alias)
    for key in KEYS:
        title, text = read(key, "de")
        title_en, text_en = read(key, "en")
        pages.get_or_create(key=key, defaults={"title": title, "text": text, "title_en": title_en, "text_en": text_en})


class Migration(migrations.Migration):
    """Going back leaves the texts: they may have been edited."""

    dependencies = [("site", "0001_initial")]

    operations = [migrations.RunPython(write_texts, migrations.RunPython.noop)]
