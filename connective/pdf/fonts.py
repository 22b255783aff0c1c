"""The fonts of all documents: Fira Sans as KERN ships it, Noto Sans for the letters that it lacks.

They come from the packages under `settings.FONTS_DIR` and from nowhere else, so that a text has the same
line breaks on every machine (invariant 3).
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from fontTools.ttLib import TTFont, woff2

URL_PREFIX = "portal-font:"
"""Scheme under which a stylesheet names a bundled font; only `connective.pdf.engine` resolves it."""

_FIRA_WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
_FALLBACK_SUBSETS = (
    ("noto-sans", "latin"),
    ("noto-sans", "latin-ext"),
    ("noto-sans", "cyrillic-ext"),
    ("noto-sans-arabic", "arabic"),
    ("noto-sans-armenian", "armenian"),
    ("noto-sans-bengali", "bengali"),
    ("noto-sans-devanagari", "devanagari"),
    ("noto-sans-georgian", "georgian"),
    ("noto-sans-hebrew", "hebrew"),
    ("noto-sans-thai", "thai"),
)
"""Package and subset of each fallback, the first that has a letter wins; the other subsets add no letter."""
REGULAR, _BOLD = 400, 700


@dataclass(frozen=True)
class FontFace:
    """One font file and the name and weight under which stylesheets know it."""

    family: str
    weight: int
    path: Path

    @property
    def url(self) -> str:
        """Return the address that stands for the file in a stylesheet."""
        return URL_PREFIX + self.path.relative_to(settings.FONTS_DIR).as_posix()


def font_faces() -> Iterator[FontFace]:
    """Yield every bundled face, in the order in which they are tried for a letter."""
    root = Path(settings.FONTS_DIR)
    for weight, name in _FIRA_WEIGHTS.items():
        yield FontFace("Fira Sans", weight, root / f"@kern-ux/native/dist/fonts/fira-sans/FiraSans-{name}.woff2")
    for package, subset in _FALLBACK_SUBSETS:
        for weight in (REGULAR, _BOLD):
            file = root / f"@fontsource/{package}/files/{package}-{subset}-{weight}-normal.woff2"
            yield FontFace(f"Portal {package} {subset}", weight, file)


def unpacked(face: FontFace) -> bytes:
    """Return the face as plain OpenType.

    Unpacking all faces takes more than a second, so they are kept in `settings.VAR_DIR`, where any process finds
    them; without a place to write they are unpacked in each process.
    """
    packed = face.path.read_bytes()
    kept = Path(settings.VAR_DIR) / "fonts" / f"{sha256(packed).hexdigest()}.otf"
    if kept.is_file():
        return kept.read_bytes()
    out = BytesIO()
    woff2.decompress(BytesIO(packed), out)
    data = out.getvalue()
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.write(data)
        # A rename in one step: another process sees all of the font or nothing.
        Path(file.name).replace(kept)
    return data


def font_face_css() -> str:
    """Return the `@font-face` rules of all faces and `html, @page` rules that use them in order.

    The font is set on `@page` too, because margin boxes inherit from there and would else ask for a system font.
    """
    rules = [
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: url("{face.url}") }}'
        for face in font_faces()
    ]
    families = ", ".join(f'"{family}"' for family in dict.fromkeys(face.family for face in font_faces()))
    rules.append(f"html {{ font-family: {families} }} @page {{ font-family: {families} }}")
    return "\n".join(rules)


@cache
def fingerprint() -> str:
    """Return a SHA-256 over all font files: another font may break lines elsewhere."""
    digest = sha256()
    for face in font_faces():
        digest.update(f"{face.family}/{face.weight}".encode())
        digest.update(face.path.read_bytes())
    return digest.hexdigest()


@cache
def supported_code_points() -> frozenset[int]:
    """Return the code points for which a face of normal weight has a glyph (union of the fonts' cmaps)."""
    points: set[int] = set()
    for face in font_faces():
        if face.weight == REGULAR:
            with TTFont(face.path, lazy=True) as font:
                points.update(font.getBestCmap())
    return frozenset(points)


def _ranges(points: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbours in sorted `points`."""
    start = previous = points[0]
    for point in points[1:]:
        if point != previous + 1:
            yield start, previous
            start = point
        previous = point
    yield start, previous


@cache
def unsupported_pattern() -> re.Pattern[str]:
    """Return a pattern for one character without a glyph; line feeds and joiners need none."""
    # A glyph at a private code point means something else in each font.
    drawn = {point for point in supported_code_points() if unicodedata.category(chr(point)) not in {"Cc", "Co"}}
    invisible = set(map(ord, "\n\u00ad\u200b\u200c\u200d"))
    ranges = _ranges(sorted(drawn | invisible))
    return re.compile("[^" + "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in ranges) + "]")


def unsupported_characters(text: str) -> list[str]:
    """Return the characters of `text` that no bundled font can draw, each once, in order of appearance."""
    return list(dict.fromkeys(unsupported_pattern().findall(text)))
