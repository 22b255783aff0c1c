"""An installation of the first release becomes one of today without losing anything, and can go back."""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.connective.launch.installation import ROOT
from tests.connective.launch.topology import new_database
from tests.connective.launch.upgrade import DATA


def released() -> Counter[str]:
    return Counter(record["model"] for record in json.loads(gzip.decompress(DATA.read_bytes())))


def upgraded(url: str, folder: Path, *options: str) -> dict[str, Any]:
    """Let an installation of the first release come to today; return what was found there."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "connective.settings",
    }
    result = subprocess.run(
        [sys.executable, "-m", "tests.connective.launch.upgrade", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def lost(rows: dict[str, int]) -> list[str]:
    """Return the models that have fewer rows than the release had; migrations may add some (a role, a page of texts)."""
    return [label for label, count in released().items() if rows[label] < count]


def test_an_installation_of_the_first_release_is_upgraded_and_can_go_back_and_forth(tmp_path: Path) -> None:
    found = upgraded(new_database(), tmp_path, "--and-back")
    assert found["broken"] == found["broken_after_going_back"] == []
    assert lost(found["rows"]) == lost(found["rows_after_going_back"]) == []
    assert set(found["pages"].values()) == {200}


def test_one_on_sqlite_is_upgraded_too(tmp_path: Path) -> None:
    found = upgraded(f"sqlite:///{tmp_path}/portal.sqlite3", tmp_path)
    assert found["broken"] == []
    assert lost(found["rows"]) == []
    assert set(found["pages"].values()) == {200}
