"""Static files under names that change with their content."""

import re
from pathlib import Path

from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from pytest_django import Settings


def test_scripts_import_each_other_by_names_that_change_with_the_content(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "connective.site.static_files.StaticFiles"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    (script,) = tmp_path.glob("js/form-sheet.*.js")
    imported = re.findall(r'^import.*"\./(.+)";$', script.read_text(), re.MULTILINE)
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in imported] == ["autosave.js", "submit-once.js"]
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) and (tmp_path / "js" / name).exists() for name in imported)


def test_every_static_file_that_a_template_names_is_there() -> None:
    named = {
        (found, template.name)
        for template in Path(django_settings.BASE_DIR, "templates").rglob("*.html")
        for found in re.findall(r"""{% static ["']([^"'{}]+)["'] %}""", template.read_text())
    }
    assert len(named) > 20
    assert [(file, template) for file, template in sorted(named) if finders.find(file) is None] == []
