"""How much of a text surely fills so many lines: a cheap guess that keeps a pasted book away from the layout.

The guess only says where to cut; whether the rest fills enough pages is then seen in the layout itself.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import accumulate

from fontTools.ttLib import TTFont

from connective.pdf import fonts

LINES_PER_PAGE = 47
"""Lines of 19 px on a page of the description (`templates/pdf/official.css`)."""
_LINE_EM = 43.12
"""Width of a line in em: (210 mm - 2 x 95 px) / 14 px."""
_OTHER_EM = 0.6
_NARROWEST_EM = 0.1
"""No text of letters and spaces is narrower on average; a cut too short is tried again with more."""
_HEADING_LINES = 2.5
_SHORT = 2_000
"""Longer lines are not kept with their width: they are few, and may be very long."""
_LINE = re.compile(r"\S[^\n]*")


@cache
def _advances() -> dict[str, float]:
    """Return the width in em of each character in the first font that has it."""
    advances: dict[str, float] = {}
    for face in fonts.font_faces():
        if face.weight == fonts.REGULAR:
            with TTFont(face.path) as font:
                metrics, scale = font["hmtx"], font["head"].unitsPerEm
                for point, glyph in font.getBestCmap().items():
                    advances.setdefault(chr(point), metrics[glyph][0] / scale)
    return advances


@lru_cache(maxsize=4096)
def _width(line: str) -> float:
    """Return the width in em; most lines of a text are those of a moment ago."""
    advances = _advances()
    return sum([advances.get(character, _OTHER_EM) for character in line])


def _cut(text: str, lines: float) -> tuple[int, float]:
    """Return after how many characters of `text` the lines are used up, and how many lines are left."""
    advances = _advances()
    for match in _LINE.finditer(text):
        room = lines * _LINE_EM
        if match.end() - match.start() <= _SHORT and (width := _width(match[0])) <= room:
            lines -= max(1.0, width / _LINE_EM)
            if lines <= 0:
                return match.end(), 0.0
            continue
        piece = text[match.start() : min(match.end(), match.start() + int(room / _NARROWEST_EM) + 1)]
        width = 0.0
        for index, width in enumerate(accumulate(advances.get(character, _OTHER_EM) for character in piece), start=1):
            if width > room:
                return match.start() + index, 0.0
        lines -= max(1.0, width / _LINE_EM)
        if lines <= 0:
            return match.end(), 0.0
    return len(text), lines


def prefix(texts: Mapping[str, str], pages: float) -> dict[str, str]:
    """Return as much of cleaned texts, from the start, as probably fills a little more than so many pages.

    Equal to `texts` where all of it is shorter. Takes time for the prefix, not for the rest.
    """
    lines = pages * LINES_PER_PAGE * 1.03 + 3
    kept = {}
    for key, text in texts.items():
        end, lines = _cut(text, lines - _HEADING_LINES) if lines > 0 else (0, 0.0)
        kept[key] = text[:end]
    return kept


def weight(texts: Iterable[str]) -> int:
    """Return a size of texts in which a line break counts as half a line; for proportions only."""
    return sum(len(text) + 45 * text.count("\n") for text in texts)
