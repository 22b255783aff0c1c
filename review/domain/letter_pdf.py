"""The letter as a tagged PDF in the layout of a German business letter (DIN 5008, form B), made in the background."""

import hashlib
import json
import logging
from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from connective.pdf import engine
from review.domain.letter_text import paragraphs
from review.models import AnswerLetter
from review.models.letter import answer_name
from submissions.models import Call

logger = logging.getLogger(__name__)

STYLESHEET = "letter.css"


def make_missing(letter_pks: Sequence[int]) -> int:
    """Make the PDFs of these letters as far as they are drafts without one; return how many. Can run twice."""
    letters = AnswerLetter.objects.filter(pk__in=letter_pks, state=AnswerLetter.State.DRAFT, file="").select_related(
        "batch", "decision__call", "decision__proposal__version_in_force"
    )
    return sum(_make(letter) for letter in letters.order_by("pk"))


def missing(call: Call | None = None) -> list[int]:
    """Return the drafts without a PDF, of one call or of all; the edge tells Celery, and a sweep each minute the rest."""
    found = AnswerLetter.objects.filter(state=AnswerLetter.State.DRAFT, file="")
    if call is not None:
        found = found.filter(batch__call=call)
    return list(found.order_by("pk").values_list("pk", flat=True))


def render(letter: AnswerLetter) -> bytes:
    """Return the PDF of a letter as it stands; equal text gives equal bytes."""
    decision, batch = letter.decision, letter.batch
    version = decision.proposal.version_in_force
    content = json.loads(version.content) if version else {}
    with translation.override(letter.language):
        html = render_to_string(
            "pdf/letter.html",
            {
                "letter": letter,
                "call": decision.call,
                "call_title": decision.call.localised("title"),
                "reference": decision.proposal.reference,
                "date": date_format(batch.dated_on, _("j. F Y")),
                "address": _address(content),
                "blocks": paragraphs(letter.body),
            },
        )
    identifier = hashlib.sha256(f"{letter.pk}:{letter.version}:{html}".encode()).digest()[:16]
    return engine.write(engine.layout(html, STYLESHEET), identifier=identifier, created=batch.drafted_at)


def _make(letter: AnswerLetter) -> bool:
    """Make one PDF and put it in if the text is still the same."""
    try:
        data = render(letter)
    except Exception:
        logger.exception("the PDF of the letter %s could not be made", letter.pk)
        return False
    name = default_storage.save(answer_name(letter, ""), ContentFile(data))
    unchanged = AnswerLetter.objects.filter(
        pk=letter.pk, version=letter.version, state=AnswerLetter.State.DRAFT, file=""
    )
    if unchanged.update(file=name, sha256=hashlib.sha256(data).hexdigest()):
        return True
    default_storage.delete(name)
    return False


def _address(content: dict[str, dict[str, str]]) -> list[str]:
    organisation, contact = content.get("organisation", {}), content.get("contact", {})
    town = f"{organisation.get('postcode', '')} {organisation.get('town', '')}".strip()
    lines = [organisation.get("name", ""), contact.get("department", ""), contact.get("name", "")]
    return [line for line in [*lines, organisation.get("street", ""), town] if line]
