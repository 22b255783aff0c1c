"""Check, submit, receipt, and the ways back: withdraw, reopen, give changes up."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from connective.accounts.models import User
from connective.accounts.rate_limits import limited
from connective.documents import opened
from connective.errors import DomainError
from connective.receiving import received_at
from submissions.domain import completeness, form_sheet, page_limit
from submissions.domain import letter as letters
from submissions.domain.errors import DeadlinePassed, LetterClosed
from submissions.domain.submit import content_of, seal, submit
from submissions.domain.summary import summary
from submissions.domain.withdraw import discard_changes, reopen, withdraw
from submissions.models import OfficialPdf, Proposal, SectionKey
from submissions.tasks import finish_receipt, measure_description, told
from submissions.views.access import for_proposal, may

WAYS_BACK = {"withdraw": withdraw, "reopen": reopen, "discard": discard_changes}


@require_safe
@for_proposal()
def check(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Show all answers, the completeness check and the one button."""
    return _check_page(request, proposal)


def _check_page(request: HttpRequest, proposal: Proposal, *, problem: str = "", status: int = 200) -> HttpResponse:
    content = content_of(proposal)
    description = form_sheet.description_of(content)
    measurement = page_limit.cached(description, limit=proposal.call.page_limit)
    is_open = proposal.is_open(received_at(request))
    if is_open and not (measurement and measurement.decides):
        told(measure_description, proposal.pk)  # measures while the person reads, so that the button answers at once
    return render(
        request,
        "submissions/check.html",
        {
            "proposal": proposal,
            "groups": summary(proposal, content),
            "measurement": measurement,
            "completeness": completeness.check(proposal.call, content, measurement),
            "seal": seal(content, proposal.versions.count() + 1),
            "is_open": is_open,
            "may_submit": may(request, "submissions.submit_proposal", proposal),
            "may_edit": may(request, "submissions.edit_proposal", proposal),
            "problem": problem,
        },
        status=status,
    )


@require_POST
@for_proposal("submissions.submit_proposal")
def send(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Submit what was checked, once, if the whole request was received in time."""
    assert isinstance(request.user, User)
    if request.POST.get("consent") != proposal.call.privacy_version:
        return _check_page(request, proposal, problem=_("Bitte stimmen Sie der Verarbeitung der Daten zu."), status=422)
    try:
        version, made = submit(
            proposal,
            checked=request.POST.get("seal", ""),
            consent_to=proposal.call.privacy_version,
            actor=request.user,
            received_at=received_at(request),
            language=get_language() or "de",
        )
    except DeadlinePassed:
        return render(
            request,
            "submissions/too_late.html",
            {
                "proposal": proposal,
                "received_at": received_at(request),
                "groups": summary(proposal, content_of(proposal)),
            },
            status=403,
        )
    except DomainError as refusal:
        proposal.refresh_from_db()
        return _check_page(request, proposal, problem=str(refusal.text), status=409)
    if made:
        told(finish_receipt, version.pk)
    return redirect("submissions:receipt", public_id=proposal.public_id)


@require_safe
@for_proposal()
def receipt(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Show the receipt of the version in force; the PDF may still be on its way."""
    version = proposal.versions.order_by("-number").first()
    if version is None:
        raise Http404
    pdf = OfficialPdf.objects.filter(version=version).first()
    context = {
        "proposal": proposal,
        "version": version,
        "pdf": pdf,
        "earlier": proposal.versions.exclude(pk=version.pk).select_related("pdf"),
        "is_open": proposal.is_open(received_at(request)),
        "may_submit": may(request, "submissions.submit_proposal", proposal),
    }
    template = "submissions/receipt_state.html" if request.GET.get("part") == "pdf" else "submissions/receipt.html"
    return render(request, template, context)


@require_safe
@for_proposal()
def pdf_file(request: HttpRequest, proposal: Proposal, number: int) -> FileResponse:  # noqa: ARG001
    """Return the official PDF of a version."""
    pdf = _pdf_or_404(proposal, number)
    response = FileResponse(opened(pdf.file), as_attachment=True, filename=f"{pdf.version.reference}-{number}.pdf")
    response["Cache-Control"] = "no-store"
    return response


def _pdf_or_404(proposal: Proposal, number: int) -> OfficialPdf:
    pdf = (
        OfficialPdf.objects.filter(version__proposal=proposal, version__number=number).select_related("version").first()
    )
    if pdf is None:
        raise Http404
    return pdf


@require_safe
@for_proposal()
def receipt_file(request: HttpRequest, proposal: Proposal, number: int, kind: str) -> HttpResponse:  # noqa: ARG001
    """Return the signed text of a receipt, or its signature as bytes, to be checked offline."""
    pdf = _pdf_or_404(proposal, number)
    if kind not in {"txt", "sig"}:
        raise Http404
    body: str | bytes = pdf.receipt if kind == "txt" else bytes.fromhex(pdf.signature)
    response = HttpResponse(
        body, content_type="text/plain; charset=utf-8" if kind == "txt" else "application/octet-stream"
    )
    response["Content-Disposition"] = f'attachment; filename="{pdf.version.reference}-{number}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@for_proposal()
def letter_file(request: HttpRequest, proposal: Proposal, letter_id: int) -> HttpResponseBase:
    """Return a letter of support, never shown inside a page of ours."""
    letter = proposal.letters.filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    try:
        content = letters.examined(opened(letter.file))
    except LetterClosed as refusal:
        messages.error(request, refusal.text)
        return redirect("submissions:section", public_id=proposal.public_id, key=SectionKey.COMMITMENTS)
    response = FileResponse(content, as_attachment=True, filename=f"{_('Unterstützungsschreiben')}.pdf")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@for_proposal()
def text_file(request: HttpRequest, proposal: Proposal) -> HttpResponse:  # noqa: ARG001
    """Return all answers of the draft as a text file: what was typed belongs to who typed it, deadline or not."""
    lines = []
    for group in summary(proposal, content_of(proposal)):
        lines += [f"## {group.title}", ""]
        lines += [part for row in group.rows for part in (f"{row.label}:", row.value or "-", "")]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_("Entwurf")}.txt"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_proposal("submissions.submit_proposal")
@limited("change_submission")
def way_back(request: HttpRequest, proposal: Proposal, way: str) -> HttpResponse:
    """Withdraw, reopen for changes, or give changes up."""
    try:
        assert isinstance(request.user, User)  # proved by the permission
        changed = WAYS_BACK[way](proposal, actor=request.user, at=received_at(request))
    except DomainError as refusal:
        messages.error(request, refusal.text)
        was_received = proposal.versions.exists()
        return redirect("submissions:receipt" if was_received else "submissions:tasks", public_id=proposal.public_id)
    said = {
        "withdraw": _("Der Vorschlag ist zurückgezogen."),
        "reopen": _("Sie können den Vorschlag jetzt ändern. Bis Sie ihn neu einreichen, gilt die eingereichte Fassung.")
        if changed.version_in_force_id
        else _("Sie können den Vorschlag jetzt ändern. Er zählt erst, wenn Sie ihn neu einreichen."),
        "discard": _("Die Änderungen sind verworfen. Es gilt die eingereichte Fassung."),
    }
    messages.success(request, said[way])
    return redirect("submissions:tasks" if way == "reopen" else "submissions:receipt", public_id=proposal.public_id)
