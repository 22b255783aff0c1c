"""Blind mode: the answers of a proposal without organisation, contact and places.

Free texts keep their wording; the names that the form sheet itself holds (organisation, town, people, addresses) are
masked in them. A name that only the text knows cannot be found: the office is told so where it switches blind mode on.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from review.domain.visible import KINDS_OF_PLACE, MASK
from submissions.models import Proposal, SectionKey
from submissions.models.municipality import Land

HIDDEN = (SectionKey.ORGANISATION, SectionKey.CONTACT)
"""The parts of the form sheet of which nothing is shown but the kind of organisation."""

HIDDEN_ANSWERS = {
    SectionKey.COMMITMENTS: ("supported_by_name",),
    SectionKey.HOSTING: ("co_hosts",),
}
"""Answers elsewhere that name people or neighbours."""

NAMING = {
    SectionKey.ORGANISATION: ("name", "owning_municipality", "town", "street", "postcode", "ags", "website"),
    SectionKey.CONTACT: ("name", "email", "phone", "deputy_name", "deputy_email"),
    SectionKey.COMMITMENTS: ("supported_by_name",),
}
"""Answers whose words are masked in all texts."""

SHORTEST = 3
"""Names with fewer letters would mask half of the text."""


def content_for(proposal: Proposal) -> dict[str, Any]:
    """Return the answers of the version in force as the person may see them who `proposal` was fetched for.

    `proposal` comes from `visible.proposals_for` and must be readable (`may_read`); raises ValueError if it is not.
    """
    if not getattr(proposal, "may_read", False) or proposal.version_in_force is None:
        message = "the texts of this proposal are closed to whom it was fetched for"
        raise ValueError(message)
    content: dict[str, Any] = json.loads(proposal.version_in_force.content)
    return without_names(content) if getattr(proposal, "identity_hidden", True) else content


def without_names(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return all answers of a form sheet with organisation, contact and places hidden."""
    pattern = _pattern(names_in(content))
    shown = {key: _masked(answers, pattern) for key, answers in content.items()}
    kind = content.get(SectionKey.ORGANISATION, {}).get("kind", "")
    shown[SectionKey.ORGANISATION] = {"name": MASK, "kind": kind}
    shown[SectionKey.CONTACT] = {"name": MASK}
    for key, hidden in HIDDEN_ANSWERS.items():
        shown[key] = {name: MASK if name in hidden and value else value for name, value in shown.get(key, {}).items()}
    if "letter" in shown[SectionKey.COMMITMENTS]:
        shown[SectionKey.COMMITMENTS]["letter"] = None  # it carries a letterhead
    return shown


def masked(text: str, content: Mapping[str, Any]) -> str:
    """Return any text about a proposal with the names masked that its form sheet holds."""
    return str(_masked(text, _pattern(names_in(content))))


def names_in(content: Mapping[str, Any]) -> list[str]:
    """Return the names that a form sheet holds, the longest first, so that the whole is masked before its parts."""
    found = {str(content.get(key, {}).get(name, "")).strip() for key, fields in NAMING.items() for name in fields}
    found |= {_without_kind(name) for name in found}
    land = str(content.get(SectionKey.ORGANISATION, {}).get("land", ""))
    found.add(dict(Land.choices).get(land, ""))
    website = str(content.get(SectionKey.ORGANISATION, {}).get("website", ""))
    found.add(re.sub(r"^https?://(www\.)?", "", website).rstrip("/"))
    return sorted((name for name in found if len(name) >= SHORTEST), key=lambda name: (-len(name), name))


def _without_kind(name: str) -> str:
    for kind in KINDS_OF_PLACE:
        if name.startswith(kind):
            return name.removeprefix(kind).strip()
    return name


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = "|".join(re.escape(name) for name in names)
    return re.compile(alternatives, re.IGNORECASE) if alternatives else None


def _masked(value: Any, pattern: re.Pattern[str] | None) -> Any:
    """Return the value with all names in all its texts masked, whatever its shape."""
    if isinstance(value, str):
        return pattern.sub(MASK, value) if pattern else value
    if isinstance(value, Mapping):
        return {key: _masked(inner, pattern) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, pattern) for inner in value]
    return value
