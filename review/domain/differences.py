"""What changed between two frozen versions of a proposal, answer by answer and word by word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise

from submissions.domain.summary import summary
from submissions.models import Proposal

WORD = re.compile(r"\s+|\S+")
LONGEST = 20_000
"""Characters up to which words are compared; a longer answer is shown whole, before and after."""


@dataclass(frozen=True)
class Piece:
    """A run of words; `kind` is "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """An answer that is not the same in both versions."""

    section: str | Promise
    label: str | Promise
    pieces: tuple[Piece, ...]


def differences(proposal: Proposal, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the answers that differ, in the order of the form sheet."""
    earlier = {
        (group.key, row.field, number): row
        for group in summary(proposal, before)
        for number, row in enumerate(group.rows)
    }
    found = []
    for group in summary(proposal, after):
        for number, row in enumerate(group.rows):
            old = earlier.pop((group.key, row.field, number), None)
            if (old.value if old else "") != row.value:
                found.append(Difference(group.title, row.label, pieces(old.value if old else "", row.value)))
    found += [
        Difference(key, row.label, pieces(row.value, "")) for (key, _field, _n), row in earlier.items() if row.value
    ]
    return found


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts woven into one, word by word."""
    if len(before) + len(after) > LONGEST:
        return tuple(Piece(kind, text) for kind, text in (("gone", before), ("new", after)) if text)
    old, new = WORD.findall(before), WORD.findall(after)
    woven = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            woven.append(Piece("same", "".join(old[old_from:old_to])))
            continue
        woven += [
            Piece(kind, text)
            for kind, text in (("gone", "".join(old[old_from:old_to])), ("new", "".join(new[new_from:new_to])))
            if text
        ]
    return tuple(woven)
