"""Which texts are called similar, and by which words."""

from review.domain.similarity import Text, neighbours, words_of

TEXTS = {
    "tide": Text("Deiche bei steigendem Meeresspiegel", "Der Meeresspiegel steigt. Die Warften werden erhöht."),
    "islands": Text("Inseln und der Meeresspiegel", "Auf den Warften wohnen noch Familien."),
    "heat": Text("Hitze in der Innenstadt", "Der Schatten der Platanen reicht nicht."),
    "waste": Text("Abfälle trennen", "Der Kompost wird sauber, wenn niemand Plastik einwirft."),
}


def test_texts_with_rare_nouns_in_common_are_neighbours_with_these_words() -> None:
    found = neighbours(TEXTS)

    assert [(neighbour.key, neighbour.words) for neighbour in found["tide"]] == [
        ("islands", ("Meeresspiegel", "Warften"))
    ]
    assert [neighbour.key for neighbour in found["islands"]] == ["tide"]


def test_texts_without_common_nouns_are_not() -> None:
    found = neighbours(TEXTS)

    assert found["heat"] == []
    assert found["waste"] == []


def test_what_every_proposal_says_and_ignored_words_are_no_sign() -> None:
    texts = {
        1: Text("Städte lernen", "Die Kommune möchte den Austausch. In Mombasa gibt es Erfahrungen."),
        2: Text("Städte lernen", "Unsere Kommune sucht Austausch. Aus Mombasa kommen Erfahrungen."),
    }

    assert neighbours(texts, words_of("Mombasa, Kenia")) == {1: [], 2: []}


def test_nothing_is_similar_to_nothing() -> None:
    assert neighbours({}) == {}
    assert neighbours({1: Text(""), 2: Text("")}) == {1: [], 2: []}


def test_the_most_similar_come_first_and_no_more_than_asked_for() -> None:
    texts = {number: Text("Regenwasser", "Zisterne " * number) for number in range(1, 6)} | TEXTS

    found = neighbours(texts, limit=2)

    assert [neighbour.key for neighbour in found[5]] == [4, 3]
