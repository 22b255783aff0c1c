"""Taking a letter of support: really a PDF, small, short, without active content, and nothing that a scanner knows.

The scanner is asked when a letter comes and again whenever one is opened, by then with newer signatures. If it does not
answer, a letter is taken all the same, since its deadline may be near, and is not opened until the scanner answers
(docs/decisions/virus-scanner.md).
"""

import hashlib
import logging
from datetime import datetime
from io import BytesIO

import pikepdf
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.scanning import Verdict, examine
from submissions.domain.errors import LetterClosed, LetterRefused
from submissions.models import LetterOfSupport, Proposal

logger = logging.getLogger(__name__)

MAX_BYTES = 5 * 1024 * 1024
MAX_PAGES = 10
MAX_OBJECTS = 20_000
"""Objects in the file; a letter has a few hundred, a bomb has millions."""
MOST_LETTERS = 30
"""Letters that one proposal may have had, replaced ones included."""
MAX_TREE = 100
"""Branches and leaves of the tree of pages."""
MAX_UNPACKED = 50_000_000
"""Bytes that a part of the file may unpack to while its structure is read; content is not unpacked at all."""
MAX_DEPTH = 20
"""Dictionaries and lists written inside each other; ordinary files stay below ten."""
ACTIVE_KEYS = {
    "/JavaScript",
    "/JS",
    "/OpenAction",
    "/AA",
    "/Launch",
    "/EmbeddedFiles",
    "/RichMedia",
    "/XFA",
    "/EmbeddedFile",
    "/EF",
    "/Movie",
}
ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/GoToR",
    "/RichMediaExecute",
    "/Rendition",
    "/Movie",
    "/Sound",
}
HARMLESS_OPEN_ACTIONS = {"/GoTo"}

# Limits of the library, for the whole process: nothing else here reads PDFs of strangers.
pikepdf.settings.set_qpdf_limits(flate_max_memory=MAX_UNPACKED, run_length_max_memory=MAX_UNPACKED)


def take(proposal: Proposal, data: bytes, *, actor: User | None, at: datetime) -> LetterOfSupport:
    """Check an uploaded letter and keep it privately under a name of our own. Raises LetterRefused.

    Not to be called in a transaction: the scanner may take seconds.
    """
    if proposal.letters.count() >= MOST_LETTERS:
        raise LetterRefused(_("Zu diesem Vorschlag wurden schon zu viele Schreiben hochgeladen."))
    pages = checked_pages(data)
    verdict = examine(data)
    if verdict is Verdict.INFECTED:
        raise LetterRefused(
            _(
                "In der Datei wurde Schadsoftware gefunden. Sie ist nicht gespeichert. Bitte lassen Sie Ihre IT danach sehen, "
                "und erzeugen Sie das PDF auf einem anderen Gerät neu."
            )
        )
    letter = LetterOfSupport(
        proposal=proposal,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        pages=pages,
        uploaded_at=at,
        uploaded_by=actor,
    )
    letter.file.save("letter.pdf", ContentFile(data), save=False)
    letter.save()
    if verdict is Verdict.UNKNOWN:
        logger.error("Letter %s was taken although the scanner did not answer", letter.pk)
    return letter


def examined(letter: File[bytes]) -> BytesIO:
    """Return the content of a letter that is to be handed to a person. Raises LetterClosed."""
    with letter as file:
        data = file.read()
    verdict = examine(data)
    if verdict is Verdict.INFECTED:
        raise LetterClosed(
            _(
                "In diesem Schreiben wurde Schadsoftware gefunden. Es wird nicht geöffnet; bitte fordern Sie ein neues an."
            )
        )
    if verdict is Verdict.UNKNOWN:
        raise LetterClosed
    return BytesIO(data)


def checked_pages(data: bytes) -> int:
    """Return the number of pages of a harmless PDF. Raises LetterRefused with the reason."""
    if len(data) > MAX_BYTES:
        raise LetterRefused(_("Die Datei ist größer als 5 MB. Bitte verkleinern Sie sie."))
    if not data.startswith(b"%PDF-"):
        raise LetterRefused(_("Die Datei ist kein PDF. Bitte speichern Sie das Schreiben als PDF."))
    try:
        # Without `inherit_page_attributes` opening does not yet unfold the pages, of which there may be millions.
        with pikepdf.open(BytesIO(data), inherit_page_attributes=False) as pdf:
            return _checked(pdf)
    except pikepdf.PasswordError as error:
        raise LetterRefused(_("Das PDF ist mit einem Kennwort geschützt. Bitte heben Sie den Schutz auf.")) from error
    except pikepdf.PdfError as error:
        raise LetterRefused(_("Das PDF ist beschädigt. Bitte erzeugen Sie es neu.")) from error


def _checked(pdf: pikepdf.Pdf) -> int:
    if pdf.is_encrypted:
        raise LetterRefused(_("Das PDF ist verschlüsselt. Bitte heben Sie den Schutz auf."))
    if len(pdf.objects) > MAX_OBJECTS:
        raise LetterRefused(_("Das PDF ist ungewöhnlich aufgebaut. Bitte drucken Sie es als neues PDF aus."))
    pages = len(pdf.pages) if _page_tree_is_small(pdf) else 0
    if not 1 <= pages <= MAX_PAGES:
        raise LetterRefused(_("Das Schreiben darf höchstens %(pages)s Seiten haben.") % {"pages": MAX_PAGES})
    if any(_is_active(item) for item in pdf.objects):
        raise LetterRefused(
            _(
                "Das PDF enthält aktive Inhalte (Programme, Formulare oder eingebettete Dateien). Bitte drucken Sie es als neues PDF aus."
            )
        )
    return pages


def _page_tree_is_small(pdf: pikepdf.Pdf) -> bool:
    """Look whether the tree of pages may be unfolded: a few bytes can name one page a million times."""
    waiting, seen, leaves = [pdf.Root.get("/Pages")], 0, 0
    while waiting:
        node = waiting.pop()
        kids = node.get("/Kids") if isinstance(node, pikepdf.Dictionary) else None
        seen += 1
        leaves += kids is None
        if seen > MAX_TREE or leaves > MAX_PAGES or (kids is not None and len(kids) > MAX_PAGES):
            return False
        waiting.extend(kids or [])
    return True


def _is_active(item: pikepdf.Object, depth: int = 0) -> bool:
    """Look at an object and what is written directly inside it; streams are never decompressed."""
    if depth > MAX_DEPTH:
        return True
    if isinstance(item, pikepdf.Array):
        return any(_is_active(inner, depth + 1) for inner in item if _is_container(inner))
    if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        return False
    keys = set(item.keys())
    if str(item.get("/S", "")) in ACTIVE_ACTIONS or str(item.get("/Type", "")) == "/EmbeddedFile":
        return True
    found = keys & ACTIVE_KEYS
    if found == {"/OpenAction"} and _only_goes_to_a_page(item["/OpenAction"]):
        found = set()
    return bool(found) or any(_is_active(item[key], depth + 1) for key in keys if _is_container(item[key]))


def _only_goes_to_a_page(action: pikepdf.Object) -> bool:
    return isinstance(action, pikepdf.Array) or str(action.get("/S", "")) in HARMLESS_OPEN_ACTIONS


def _is_container(item: object) -> bool:
    return isinstance(item, pikepdf.Array | pikepdf.Dictionary) and not getattr(item, "is_indirect", False)
