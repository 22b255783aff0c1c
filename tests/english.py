"""Whether a page that should be English still says something in German."""

import re
from collections.abc import Sequence
from functools import cache
from html import unescape

from connective.launch import translations

SHORTEST = 13
"""Pieces of German texts with fewer letters could be part of an English word or a name."""
GERMAN_WORDS = re.compile(r"\b(und|oder|nicht|Sie|Ihre?|eine?|für|werden|wird|ist|sind|Uhr|bis|Seiten?|Frist|vom)\b")
GERMAN_BY_PURPOSE = re.compile(r'<(\w+)[^>]* lang="de".*?</\1>|\(Deutscher Städtetag\)', re.DOTALL)
NO_WORDS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


@cache
def german_pieces() -> frozenset[str]:
    """Return what stands between the placeholders of all German texts that read differently in English."""
    catalog = translations.read()
    german = [text for message in catalog for text in _forms(message.id)]
    english = "\n".join(text for message in catalog for text in _forms(message.string))
    pieces = {piece.strip() for text in german for piece in translations.PLACEHOLDER.split(text)}
    return frozenset(piece for piece in pieces if len(piece) >= SHORTEST and piece not in english)


def assert_english(html: str) -> None:
    """Fail on any German text of the portal, and on words that only German has, marked for translation or not."""
    html = " ".join(GERMAN_BY_PURPOSE.sub("", unescape(html)).split())
    assert sorted(piece for piece in german_pieces() if piece in html) == []
    words = NO_WORDS.sub(" ", html)
    assert [words[max(0, found.start() - 40) : found.end() + 40] for found in GERMAN_WORDS.finditer(words)] == []


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """Return the singular and plural of a text of the catalogue."""
    return [text] if isinstance(text, str) else text or []
