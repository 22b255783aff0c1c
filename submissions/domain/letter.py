"""Taking a letter of support: really a PDF, small, short, without active content."""

import hashlib
from datetime import datetime
from io import BytesIO

import pikepdf
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from connective.accounts.models import User
from submissions.domain.errors import LetterRefused
from submissions.models import LetterOfSupport, Proposal

MAX_BYTES = 5 * 1024 * 1024
MAX_PAGES = 10
MAX_OBJECTS = 20_000
"""Objects in the file; a letter has a few hundred, a bomb has millions."""
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
}
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/RichMediaExecute", "/Rendition"}
HARMLESS_OPEN_ACTIONS = {"/GoTo"}


@transaction.atomic
def take(proposal: Proposal, data: bytes, *, actor: User | None, at: datetime) -> LetterOfSupport:
    """Check an uploaded letter and keep it privately under a name of our own. Raises LetterRefused."""
    pages = checked_pages(data)
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
    return letter


def checked_pages(data: bytes) -> int:
    """Return the number of pages of a harmless PDF. Raises LetterRefused with the reason."""
    if len(data) > MAX_BYTES:
        raise LetterRefused(_("Die Datei ist größer als 5 MB. Bitte verkleinern Sie sie."))
    if not data.startswith(b"%PDF-"):
        raise LetterRefused(_("Die Datei ist kein PDF. Bitte speichern Sie das Schreiben als PDF."))
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            return _checked(pdf)
    except pikepdf.PasswordError as error:
        raise LetterRefused(_("Das PDF ist mit einem Kennwort geschützt. Bitte heben Sie den Schutz auf.")) from error
    except pikepdf.PdfError as error:
        raise LetterRefused(_("Das PDF ist beschädigt. Bitte erzeugen Sie es neu.")) from error


def _checked(pdf: pikepdf.Pdf) -> int:
    if pdf.is_encrypted:
        raise LetterRefused(_("Das PDF ist verschlüsselt. Bitte heben Sie den Schutz auf."))
    pages = len(pdf.pages)
    if not 1 <= pages <= MAX_PAGES:
        raise LetterRefused(_("Das Schreiben darf höchstens %(pages)s Seiten haben.") % {"pages": MAX_PAGES})
    if len(pdf.objects) > MAX_OBJECTS:
        raise LetterRefused(_("Das PDF ist ungewöhnlich aufgebaut. Bitte drucken Sie es als neues PDF aus."))
    if any(_is_active(item) for item in pdf.objects):
        raise LetterRefused(
            _(
                "Das PDF enthält aktive Inhalte (Programme, Formulare oder eingebettete Dateien). Bitte drucken Sie es als neues PDF aus."
            )
        )
    return pages


def _is_active(item: pikepdf.Object, depth: int = 0) -> bool:
    """Look at an object and what is written directly inside it; streams are never decompressed."""
    if depth > 5:
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
