"""What docker-compose.yml and .env.example say, read by Docker's own tool."""

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent.parent
TOOLS = Path(sys.executable).parent
EXAMPLE = ROOT / ".env.example"


@cache
def services() -> dict[str, Any]:
    """Return the services as compose understands them, with the values of .env.example."""
    with TemporaryDirectory() as folder:
        shutil.copy(ROOT / "docker-compose.yml", folder)
        shutil.copy(EXAMPLE, Path(folder) / ".env")
        command: list[str | Path] = [
            TOOLS / "docker-compose",
            "--project-directory",
            folder,
            "--profile",
            "*",
            "config",
            "--format",
            "json",
        ]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)["services"]
    return found


def command(service: str) -> list[str]:
    """Return the command of a service, word by word."""
    words = services()[service]["command"]
    assert isinstance(words, list)
    return [word.replace("$$", "$") for word in words]


def example() -> dict[str, str]:
    """Return the settings of .env.example that have a value and are not commented out."""
    lines = (line.partition("=") for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#"))
    return {name: value.strip('"') for name, _, value in lines}
