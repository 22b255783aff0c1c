"""The believable but invented proposals that demo data are made of.

Each is a TOML file in `submissions/data/demo_proposals`, one table per section of the form sheet. Municipalities,
companies and people are invented, addresses lie at example.org; cities abroad are real places without real contacts.
"""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "data" / "demo_proposals"


def demo_proposals() -> list[dict[str, Any]]:
    """Return all demo proposals in the order of their file names.

    Each has the `state` it shall reach (draft, submitted, withdrawn), its `call` (2021, decided or open), `mine` if it belongs
    to the demo applicant, and by the name of each section its answers; `cities` is a list of rows. `themes` of the
    topic are names of themes.
    """
    return [_read(path) for path in sorted(FOLDER.glob("*.toml"))]


def _read(path: Path) -> dict[str, Any]:
    proposal = {"mine": False, "cities": [], **tomllib.loads(path.read_text(encoding="utf-8"))}
    proposal["description"] = {part: text.strip() for part, text in proposal["description"].items()}
    return proposal
