"""The receipt: official PDF, signature and e-mail, made after the submission is committed."""

import hashlib
import json

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from connective import clock
from connective.audit.chain import Head, head
from connective.audit.log import record
from connective.mail.queue import Attachment, queue
from submissions.domain import official_pdf, signing
from submissions.domain.official_content import official_content
from submissions.models import OfficialPdf, SubmittedVersion

SHA256_DIGITS = 64


def finish(version_id: int) -> OfficialPdf:
    """Make the official PDF of a version, sign its receipt and queue the e-mail; a second call changes nothing.

    Runs in Celery. The PDF is laid out before the transaction; who comes second finds the first one's.
    """
    version = SubmittedVersion.objects.select_related("proposal__call", "submitted_by", "letter").get(pk=version_id)
    if made := OfficialPdf.objects.filter(version=version).first():
        return made
    with translation.override("de"):
        content = official_content(version.proposal, json.loads(version.content), version)
        data = official_pdf.render(content, counted=(version.pages, version.fill))
    digest = hashlib.sha256(data).hexdigest()
    name = f"official/{version.reference}-{version.number}-{digest[:16]}.pdf"
    with transaction.atomic():
        # Whoever holds the version's row makes its only PDF (a second worker waits here and finds it).
        SubmittedVersion.objects.select_for_update().get(pk=version_id)
        if made := OfficialPdf.objects.filter(version=version).first():
            return made
        if not default_storage.exists(name):
            name = default_storage.save(name, ContentFile(data))
        text = receipt_text(version, digest, head())
        made = OfficialPdf.objects.create(
            version=version,
            file=name,
            sha256=digest,
            size=len(data),
            receipt=text,
            signature=signing.sign(text),
            made_at=clock.now(),
        )
        _queue_mail(version, made)
        record(
            "proposal.receipt_made",
            actor=None,
            subject=version.proposal,
            payload={"reference": version.reference, "version": version.number, "pdf_sha256": digest},
        )
    return made


def receipt_text(version: SubmittedVersion, pdf_sha256: str, audit_head: Head) -> str:
    """Return the text that is signed: one fact a line, UTC, the same for ever.

    The head of the audit log goes out with it, so that a later rewrite of the log would show.
    """
    return (
        "Connective Cities - Themenaufruf - Eingangsbestaetigung\n"
        f"reference: {version.reference}\n"
        f"version: {version.number}\n"
        f"received_at: {version.received_at:%Y-%m-%dT%H:%M:%S.%fZ}\n"
        f"pages: {version.pages}\n"
        f"content_sha256: {version.content_sha256}\n"
        f"pdf_sha256: {pdf_sha256}\n"
        f"audit_head: {audit_head}\n"
    )


def unfinished() -> list[int]:
    """Return the ids of versions that have no official PDF yet (no worker, or one that died)."""
    return list(SubmittedVersion.objects.filter(pdf=None).order_by("pk").values_list("pk", flat=True)[:200])


def received_as(*, pdf: bytes | None = None, reference: str = "", sha256: str = "") -> OfficialPdf | None:
    """Return the receipt of exactly this PDF, or of this reference with one of its hashes; else None.

    Nothing but "received as ... at ..." may be told of the answer: the page is public.
    """
    receipts = OfficialPdf.objects.select_related("version")
    if pdf is not None:
        return receipts.filter(sha256=hashlib.sha256(pdf).hexdigest()).first()
    digest = sha256.strip().lower()
    if len(digest) != SHA256_DIGITS:
        return None
    return receipts.filter(
        Q(sha256=digest) | Q(version__content_sha256=digest), version__reference=reference.strip().upper()
    ).first()


def _queue_mail(version: SubmittedVersion, made: OfficialPdf) -> None:
    language = version.proposal.language or "de"
    with translation.override(language):
        call = str(version.proposal.call)
    queue(
        occasion=f"version:{version.pk}",
        kind="receipt",
        language=language,
        recipient=version.submitted_by.email,
        context={
            "reference": version.reference,
            "number": version.number,
            "title": version.proposal.title,
            "call": call,
            "received_at": version.received_at,
            "content_sha256": version.content_sha256,
            "pdf_sha256": made.sha256,
            "answer_by": version.proposal.call.answer_by,
            "receipt": made.receipt,
            "signature": made.signature,
            "contact": version.proposal.call.contact_email,
        },
        attachments=[
            Attachment(
                storage_name=str(made.file.name),
                filename=f"{version.reference}.pdf",
                sha256=made.sha256,
                content_type="application/pdf",
            )
        ],
    )
