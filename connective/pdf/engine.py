"""The layout engine: WeasyPrint with our fonts and stylesheets only, set up once for each process."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import pyphen
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from connective.observe.metrics import LAYOUTS
from connective.pdf import fonts

if TYPE_CHECKING:
    from weasyprint import CSS, Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

layout_lock = RLock()
"""Pango's font map is one object of the process and not made for several threads at once."""

WORDS_KEPT = 2_000
"""Words whose breaks a process remembers, those of some ten texts; then it begins anew."""

_MARKERS = "::marker { font-variant-numeric: normal }"
"""WeasyPrint wants digits of one width in every marker of a list, and with each such text loses 300 bytes of Pango's memory."""

_PACKAGES_THAT_BREAK_LINES = ("weasyprint", "pyphen", "tinyhtml5", "tinycss2", "cssselect2")


@cache
def _fetcher() -> "URLFetcher":
    """Return the fetcher that knows the bundled fonts and refuses every other address with `ValueError`."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    known = {face.url: face for face in fonts.font_faces()}

    class BundledAssets(URLFetcher):  # type: ignore[misc]
        """Opens no connection and no path that a document names."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
            """Return the font of this address.

            Raises:
                ValueError: for all but the bundled fonts; WeasyPrint then goes on without it.
            """
            if url not in known:
                message = "A document may use bundled assets only."
                raise ValueError(message)
            return URLFetcherResponse(url, fonts.unpacked(known[url]), {"Content-Type": "font/otf"})

    return BundledAssets(allowed_protocols=())


@contextmanager
def _without_system_fonts() -> Iterator[None]:
    """Let fontconfig read our empty configuration for a moment; child processes shall not inherit it."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fontconfig.xml"))
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


@cache
def _font_configuration() -> "FontConfiguration":
    """Return the one font configuration of the process: a new one for each layout would leak memory.

    Raises:
        ImproperlyConfigured: if a font is missing.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    # WeasyPrint goes on without a font that it can't load, and Pango ends the whole process without any.
    for face in fonts.font_faces():
        if not face.path.is_file():
            message = f"The font {face.path} is missing; `make run` fetches it."
            raise ImproperlyConfigured(message)
        fonts.unpacked(face)
    with _without_system_fonts():
        configuration = FontConfiguration()
    CSS(string=fonts.font_face_css(), font_config=configuration, url_fetcher=_fetcher())
    atexit.register(remove_unpacked_fonts)
    return configuration


def remove_unpacked_fonts() -> None:
    """Remove the temporary folder (3 MB) of the font configuration, for a process that is about to end.

    The configuration does that itself when it goes, which at the very end is too late.
    """
    _font_configuration.cache_clear()


def stylesheet_source(*names: str) -> str:
    """Return the text of the sheets `templates/pdf/<name>`, one after the other behind the rules for fonts and markers."""
    folder = Path(settings.BASE_DIR) / "templates" / "pdf"
    return "\n".join(
        [fonts.font_face_css(), _MARKERS, *((folder / name).read_text(encoding="utf-8") for name in names)]
    )


@cache
def _parsed(*names: str) -> "CSS":
    from weasyprint import CSS

    return CSS(string=stylesheet_source(*names), font_config=_font_configuration(), url_fetcher=_fetcher())


def layout(html: str, *stylesheets: str) -> "Document":
    """Lay `html` out with the sheets `templates/pdf/<name>` and return WeasyPrint's document.

    The text in `html` must be escaped. Nothing is fetched. Layouts of one process take turns.
    """
    from weasyprint import HTML

    with layout_lock, LAYOUTS.time():
        document = HTML(string=html, url_fetcher=_fetcher(), base_url="portal-document:/")
        laid_out = document.render(font_config=_font_configuration(), stylesheets=[_parsed(*stylesheets)])
        _forget_words()
        return laid_out


def _forget_words() -> None:
    """Bound what Pyphen remembers: it keeps the breaks of every word that it has ever seen, some 300 bytes each."""
    for dictionary in pyphen.hdcache.values():
        if len(dictionary.cache) > WORDS_KEPT:
            dictionary.cache.clear()


def write(document: "Document", *, identifier: bytes, created: datetime | None = None) -> bytes:
    """Return the document as a tagged PDF with the marks of PDF/UA-1; equal input gives equal bytes.

    `identifier` goes into the file's ID instead of a random one. The layout must have been made with
    language and title in its HTML.
    """
    if created is not None:
        stamp = created.isoformat(timespec="seconds")
        document.metadata.created = document.metadata.modified = stamp
    with layout_lock:
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return pdf


@cache
def fingerprint(*stylesheets: str) -> str:
    """Return a SHA-256 over all that decides line breaks: stylesheets, fonts and the versions of the libraries."""
    from weasyprint.text.ffi import harfbuzz, pango

    libraries: list[Any] = [(name, version(name)) for name in _PACKAGES_THAT_BREAK_LINES]
    libraries += [pango.pango_version(), getattr(harfbuzz, "hb_version_string", None) and "harfbuzz"]
    parts = [stylesheet_source(*stylesheets), fonts.fingerprint(), repr(libraries)]
    return sha256("\0".join(parts).encode()).hexdigest()


def warm_up(*stylesheets: str) -> None:
    """Load the libraries, fonts and stylesheets now, so that the first layout of the process is quick."""
    layout('<html lang="de"><p>Wärme <strong>auf</strong></p></html>', *stylesheets)
