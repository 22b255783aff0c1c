"""The believable but invented proposals that demo data are made of.

Each is a TOML file in `submissions/data/demo_proposals`, one table per section of the form sheet. Municipalities,
companies and people are invented, addresses lie at example.org; cities abroad are real places without real contacts.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from submissions.models import SectionKey

FOLDER = Path(__file__).resolve().parent.parent / "data" / "demo_proposals"


@dataclass(frozen=True)
class DemoProposal:
    """One proposal: the state it shall reach, for which call, and its answers by section, ready to be saved.

    `themes` of the topic are names of themes, as a call has them.
    """

    slug: str
    state: Literal["draft", "submitted", "withdrawn"]
    call: Literal["2021", "open"]
    sections: dict[str, dict[str, Any]]


def demo_proposals() -> list[DemoProposal]:
    """Return all demo proposals, in the order of their file names."""
    return [_read(path) for path in sorted(FOLDER.glob("*.toml"))]


def _read(path: Path) -> DemoProposal:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    commitments = written["commitments"]
    sections: dict[str, dict[str, Any]] = {
        SectionKey.ORGANISATION.value: written["organisation"],
        SectionKey.CONTACT.value: written["contact"],
        SectionKey.TOPIC.value: written["topic"],
        SectionKey.DESCRIPTION.value: {part: text.strip() for part, text in written["description"].items()},
        SectionKey.CITIES.value: {"rows": written.get("cities", [])},
        SectionKey.COMMITMENTS.value: commitments | {"supported": bool(commitments["supported_by_name"])},
        SectionKey.HOSTING.value: written["hosting"],
    }
    return DemoProposal(path.stem, written["state"], written["call"], sections)
