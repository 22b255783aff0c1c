"""Two long texts beside each other, cut to the place where they differ."""

CONTEXT = 120
"""Characters of what is the same that are shown before and after a difference."""
MARK = "…"


def around_the_difference(then: str, today: str) -> tuple[str, str]:
    """Return both texts without most of what they have in common at their beginning and end."""
    before = _same(then, today)
    after = _same(then[before:][::-1], today[before:][::-1])
    return _cut(then, before, after), _cut(today, before, after)


def _same(one: str, other: str) -> int:
    """Return with how many equal characters both begin."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _cut(text: str, before: int, after: int) -> str:
    start = _word_start(text, max(before - CONTEXT, 0))
    end = len(text) - max(after - CONTEXT, 0)
    return f"{MARK} " * (start > 0) + text[start:end].strip() + f" {MARK}" * (end < len(text))


def _word_start(text: str, place: int) -> int:
    """Return where the word at `place` begins, or `place` where that is far away."""
    begin = max(text.rfind(" ", 0, place), text.rfind("\n", 0, place)) + 1
    return begin if place - begin < CONTEXT else place
