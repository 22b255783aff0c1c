"""Which characters a typed text may hold, and what becomes of the others.

What nobody can see (control characters, overrides of the writing direction, stray joiners) is taken out; what
somebody typed on purpose but no bundled font can draw is refused with a sentence that names it.
"""

import re
import unicodedata
from functools import cache

from django.utils.translation import gettext as _

from connective.pdf import fonts

MAX_MARKS = 5
"""Combining marks kept on one letter; pointed Hebrew needs as many, towers of them only blow up a layout."""

_LOOKALIKES = {
    **dict.fromkeys("\u2028\u2029\u0085\x0b\x0c", "\n"),
    **dict.fromkeys("\t\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000", " "),
    **dict.fromkeys("\u2007\u202f", "\u00a0"),
    **dict.fromkeys("\u2010\u2011", "-"),
    # Bullets of word processors: Symbol and Wingdings live in the private use area.
    **dict.fromkeys("\uf0b7\uf0a7\uf0fc\uf0d8\u25aa\u25cf\u25e6\u25a0\u2023\u2043", "\u2022"),
}
_LOOKALIKE = re.compile("[" + re.escape("".join(_LOOKALIKES)) + "]")

# Control characters but the line feed, lone surrogates, the soft hyphen, zero-width spaces, overrides and isolates
# of the writing direction (Unicode UAX 9), interlinear annotation, variation selectors and tags.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_JOINERS = re.compile("([\u200c\u200d])[\u200c\u200d]+")
# Joiners shape letters from Hebrew to Thai and are an invisible nuisance everywhere else.
_STRAY_JOINER = re.compile("(?<![\u0590-\u0fff])[\u200c\u200d]|[\u200c\u200d](?![\u0590-\u0fff])")


@cache
def _too_many_marks() -> re.Pattern[str]:
    marks = "".join(chr(point) for point in range(0x300, 0x10000) if unicodedata.category(chr(point))[0] == "M")
    return re.compile(f"([{marks}]{{{MAX_MARKS}}})[{marks}]+")


def clean(text: str) -> str:
    """Return `text` as it is stored: NFC, lines ended by LF, without what nobody can see.

    Takes any string, lone surrogates included, in time linear in its length: marks are bounded before the
    normalisation, which sorts them and would take the square of their number.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _LOOKALIKE.sub(lambda match: _LOOKALIKES[match[0]], text)
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _STRAY_JOINER.sub("", _JOINERS.sub(r"\1", text))
        text = _too_many_marks().sub(r"\1", text)
        text = unicodedata.normalize("NFC", text)
        # Composing can leave a longer run than before only by singletons; the bound holds again afterwards.
        text = _too_many_marks().sub(r"\1", text)
    return text


def refusal(text: str) -> str | None:
    """Return a sentence about the characters of `text` that no font of the PDF can draw, or None if all can be."""
    missing = fonts.unsupported_characters(text)
    if not missing:
        return None
    names = ", ".join(f"„{character}“ (U+{ord(character):04X})" for character in missing[:5])
    if len(missing) == 1:
        return _("Das Zeichen %(names)s kann im PDF nicht dargestellt werden. Bitte ersetzen Sie es.") % {
            "names": names
        }
    if len(missing) > 5:
        return _(
            "%(count)d Zeichen können im PDF nicht dargestellt werden, darunter %(names)s. Bitte ersetzen Sie sie."
        ) % {"count": len(missing), "names": names}
    return _("Die Zeichen %(names)s können im PDF nicht dargestellt werden. Bitte ersetzen Sie sie.") % {"names": names}
