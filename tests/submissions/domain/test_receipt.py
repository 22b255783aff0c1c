"""The receipt: one PDF, one mail, a signature that holds."""

import hashlib
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connective.mail.models import Message
from submissions.domain import official_pdf, receipt, signing
from submissions.domain.submit import submit
from submissions.models import OfficialPdf
from submissions.tasks import sweep_receipts
from tests.submissions.build import current_seal, draft, in_time, make_call, person, submitted

pytestmark = pytest.mark.django_db


def test_a_receipt_is_made_once_however_often_the_task_runs() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    first, second = receipt.finish(version.pk), receipt.finish(version.pk)
    assert first == second
    assert Message.objects.filter(kind="receipt", recipient=actor.email).count() == 1


def test_the_mail_comes_in_the_language_of_the_pages_in_which_was_submitted() -> None:
    call, actor = make_call(title_en="Call for topics"), person()
    proposal = draft(call, actor)
    version, _made = submit(
        proposal,
        checked=current_seal(proposal),
        consent_to="1",
        actor=actor,
        received_at=in_time(call),
        language="en",
    )
    receipt.finish(version.pk)
    mail = Message.objects.get(kind="receipt")
    assert (mail.language, "Call for topics" in mail.body) == ("en", True)


def test_the_hash_in_the_receipt_is_that_of_the_stored_file() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    made = receipt.finish(version.pk)
    with made.file.open() as file:
        data = file.read()
    assert data.startswith(b"%PDF-")
    assert made.sha256 == hashlib.sha256(data).hexdigest()
    assert f"pdf_sha256: {made.sha256}\n" in made.receipt
    assert f"content_sha256: {version.content_sha256}\n" in made.receipt


def test_the_signature_is_checked_with_the_public_key_alone_and_breaks_with_one_character() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    made = receipt.finish(version.pk)
    key = load_pem_public_key(signing.public_key_pem().encode())
    key.verify(bytes.fromhex(made.signature), made.receipt.encode())  # type: ignore[union-attr, call-arg]
    assert not signing.is_signed(made.receipt.replace("version: 1", "version: 2"), made.signature)


def test_versions_without_a_pdf_are_found_by_the_sweeper() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    assert receipt.unfinished() == [version.pk]
    receipt.finish(version.pk)
    assert receipt.unfinished() == []


def test_a_pdf_is_recognised_by_its_bytes_and_a_reference_only_together_with_its_hash() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    other = submitted(call, actor)[1]
    made = receipt.finish(version.pk)
    with made.file.open() as file:
        data = file.read()
    assert receipt.received_as(pdf=data) == made
    assert receipt.received_as(pdf=data + b"\n") is None
    assert (
        receipt.received_as(reference=f" {version.reference.lower()} ", sha256=version.content_sha256.upper()) == made
    )
    assert receipt.received_as(reference=version.reference, sha256=made.sha256) == made
    assert receipt.received_as(reference=other.reference, sha256=made.sha256) is None
    assert receipt.received_as(reference=version.reference, sha256=made.sha256[:-1]) is None


def test_the_mail_carries_reference_time_hashes_and_the_pdf() -> None:
    call, actor = make_call(), person()
    _proposal, version = submitted(call, actor)
    made = receipt.finish(version.pk)
    message = Message.objects.get(kind="receipt")
    assert version.reference in message.subject
    for fact in (version.content_sha256, made.sha256, made.signature, "4. Dezember 2020"):
        assert fact in message.body
    assert OfficialPdf.objects.get().sha256 == made.sha256


def test_a_version_whose_pdf_cannot_be_made_keeps_no_other_from_its_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    call, actor = make_call(), person()
    first, second = (submitted(call, actor)[1] for _number in range(2))
    render = official_pdf.render

    def sometimes(content: official_pdf.OfficialContent, *, counted: tuple[int, Decimal]) -> bytes:
        if content.reference == first.reference:
            raise OSError
        return render(content, counted=counted)

    monkeypatch.setattr(official_pdf, "render", sometimes)
    sweep_receipts()
    assert [made.version for made in OfficialPdf.objects.all()] == [second]
