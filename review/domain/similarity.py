"""Which texts speak of similar things: rare nouns in common, by TF-IDF of scikit-learn. A hint, never a score.

Knows texts only; whose they are, and who may see them, is the business of `review.domain.similar_topics`.
German writes nouns with a capital letter, so that capital words alone stand for what a text is about; on the
invented proposals of the demo that turned pairs of chance ("schließen", "zwanzig") into pairs of topics.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

Key = TypeVar("Key", bound=Hashable)

STOP_WORDS = Path(__file__).resolve().parent.parent / "data" / "stop-words.txt"

WORD = re.compile(r"[^\W\d_]{4,}")
"""A word: four letters or more."""
MIN_COSINE = 0.09
"""Below, what two texts share is chance; found by reading the pairs of the demo's invented proposals."""
MAX_SHARE, FEW = 0.4, 5
"""Words in more than this share of all texts, and in more than a few, tell nothing about any of them."""
SHOWN_WORDS = 6
ROWS_AT_A_TIME = 250
"""So many texts are compared with all others at once: bounds the memory for large calls."""


@dataclass(frozen=True)
class Text:
    """What is compared: a title, which counts three times, and the body."""

    title: str
    body: str = ""


@dataclass(frozen=True)
class Neighbour(Generic[Key]):
    """A similar text, and the words it shares, the most telling first."""

    key: Key
    words: tuple[str, ...]


@cache
def stop_words() -> frozenset[str]:
    """Return the words, in lower case, that say nothing about a topic."""
    lines = STOP_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def words_of(text: str) -> set[str]:
    """Return all words of a text in lower case, to be left out of the comparison."""
    return {word.lower() for word in WORD.findall(text)}


def neighbours(
    texts: Mapping[Key, Text], ignored: Iterable[str] = (), limit: int = 12
) -> dict[Key, list[Neighbour[Key]]]:
    """Return up to `limit` similar texts for each text, the most similar first.

    `ignored` words (in lower case) are no sign of similarity: the names of places, for example.
    """
    keys = list(texts)
    found: dict[Key, list[Neighbour[Key]]] = {key: [] for key in keys}
    weighted = _vectors(texts.values(), stop_words().union(ignored))
    if weighted is None:
        return found
    vectors, words = weighted
    for start in range(0, len(keys), ROWS_AT_A_TIME):
        cosines = (vectors[start : start + ROWS_AT_A_TIME] @ vectors.T).toarray()
        for row, own in enumerate(cosines, start):
            own[row] = 0
            others = np.argsort(-own, kind="stable")[:limit]
            others = others[own[others] >= MIN_COSINE]
            shared = _shared(vectors[row], vectors[others], words)
            found[keys[row]] = [Neighbour(keys[other], told) for other, told in zip(others, shared, strict=True)]
    return found


def _vectors(texts: Iterable[Text], ignored: frozenset[str]) -> tuple[Any, Any] | None:
    """Return the TF-IDF vectors (texts x words, of length 1) and the words; None where no word is left."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    def nouns(text: Text) -> list[str]:
        return [
            word
            for word in WORD.findall(f"{text.title} {text.title} {text.title} {text.body}")
            if word[0].isupper() and word.lower() not in ignored
        ]

    vectorizer = TfidfVectorizer(analyzer=nouns)
    try:
        vectors = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that the vocabulary is empty
        return None
    document_counts = np.bincount(vectors.indices, minlength=vectors.shape[1])
    telling = document_counts <= max(FEW, MAX_SHARE * vectors.shape[0])
    return vectors.multiply(telling).tocsr(), vectorizer.get_feature_names_out()


def _shared(one: Any, others: Any, words: Any) -> list[tuple[str, ...]]:
    """Return the words that a text shares with each of the others, those that count most first."""
    products = others.multiply(one).tocsr()
    told = []
    for start, end in pairwise(products.indptr):
        order = np.argsort(-products.data[start:end], kind="stable")[:SHOWN_WORDS]
        told.append(tuple(str(words[column]) for column in products.indices[start:end][order]))
    return told
