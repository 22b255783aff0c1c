"""What a person does about one proposal: declare, check, comment, reopen a sheet."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connective.errors import DomainError
from connective.receiving import received_at
from review.domain.check_formally import check_formally
from review.domain.comment import comment as write_comment
from review.domain.declare import declare as declare_conflict
from review.domain.score import reopen_sheet
from review.domain.visible import SeenProposal, sheets_for
from review.forms.acts import CheckForm, CommentForm, DeclareForm, ReasonForm
from review.views.access import address_of, file_address, for_proposal, may, reader
from review.views.file import check_page, file_page, reviews_page

UNPROCESSABLE, CONFLICT = 422, 409


@require_POST
@for_proposal("review.see_proposal")
def declare(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Record whether the person has a conflict; with one, the proposal is closed from here on."""
    if not may(request, "review.declare", proposal) and not getattr(proposal, "my_declaration", None):
        raise Http404
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return file_page(request, proposal, declare_form=form, status=UNPROCESSABLE)
    try:
        declaration = declare_conflict(proposal, **form.cleaned_data, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        form.add_error(None, str(refusal.text))
        return file_page(request, proposal, declare_form=form, status=CONFLICT)
    if declaration.is_conflict:
        messages.success(request, _("Danke. Dieser Vorschlag ist jetzt für Sie geschlossen."))
        return redirect(address_of("cockpit", proposal.call))
    messages.success(request, _("Danke. Sie sehen jetzt Text und Angaben dieses Vorschlags."))
    return redirect(file_address(proposal))


@require_POST
@for_proposal("review.check_formally")
def save_check(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Record the result of the formal check."""
    form = CheckForm(request.POST)
    if not form.is_valid():
        return check_page(request, proposal, form, UNPROCESSABLE)
    try:
        check_formally(proposal, **form.cleaned_data, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        form.add_error("reason", str(refusal.text))
        return check_page(request, proposal, form, UNPROCESSABLE)
    messages.success(request, _("Das Ergebnis der formalen Prüfung ist festgehalten."))
    return redirect("review:check", proposal.pk)


@require_POST
@for_proposal("review.comment")
def comment(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Add to the conversation of the reviewers."""
    form = CommentForm(request.POST)
    if not form.is_valid():
        return reviews_page(request, proposal, form, UNPROCESSABLE)
    try:
        write_comment(proposal, form.cleaned_data["text"], actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        form.add_error("text", str(refusal.text))
        return reviews_page(request, proposal, form, UNPROCESSABLE)
    return redirect(f"{file_address(proposal, part='reviews')}#gespraech")


@require_POST
@for_proposal("review.reopen_sheet")
def reopen(request: HttpRequest, proposal: SeenProposal, sheet_id: int) -> HttpResponse:
    """Let a reviewer change a submitted sheet again, with a reason."""
    sheet = sheets_for(reader(request), proposal.call).filter(pk=sheet_id, version__proposal=proposal).first()
    if sheet is None:
        raise Http404
    form = ReasonForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        reopen_sheet(sheet, reason=reason, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("Der Bogen von %(person)s ist wieder offen.") % {"person": sheet.reviewer})
    return redirect(file_address(proposal, part="reviews"))
