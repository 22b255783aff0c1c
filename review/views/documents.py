"""The documents of a proposal: the official PDF beside its file, and the letter of support."""

import json

from csp.constants import SELF
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from connective.accounts import rate_limits
from connective.documents import opened
from review.domain import blind
from review.domain.visible import SeenProposal
from review.views.access import file_address, for_proposal, may
from submissions.domain import letter as letters
from submissions.domain import official_pdf
from submissions.domain.errors import LetterClosed
from submissions.domain.official_content import official_content
from submissions.models import OfficialPdf, SubmittedVersion


@require_safe
@xframe_options_sameorigin
@for_proposal("review.read_proposal")
def pdf(request: HttpRequest, proposal: SeenProposal, number: int) -> HttpResponseBase:
    """Return the PDF of a version to be shown in its file; in blind mode one that is made without names.

    The official PDF carries names in its text, its metadata and its table of contents, so it is not shown then.
    """
    version = _version_or_404(proposal, number)
    if may(request, "review.see_identity", proposal):
        official = OfficialPdf.objects.filter(version=version).first()
        if official is None:
            raise Http404
        response: HttpResponseBase = FileResponse(opened(official.file), content_type="application/pdf")
    else:
        if not rate_limits.is_within(request, "document"):
            return rate_limits.refused(request)
        content = blind.without_names(json.loads(version.content))
        data = official_pdf.render(official_content(proposal, content, version))
        response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{version.reference}-{version.number}.pdf"'
    response["Cache-Control"] = "no-store"
    response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return response


@require_safe
@for_proposal("review.read_proposal")
def letter(request: HttpRequest, proposal: SeenProposal, number: int) -> HttpResponseBase:
    """Return the letter of support of a version, never shown inside a page of ours; it carries a letterhead."""
    version = _version_or_404(proposal, number)
    if version.letter is None or not may(request, "review.see_identity", proposal):
        raise Http404
    try:
        content = letters.examined(opened(version.letter.file))
    except LetterClosed as refusal:
        messages.error(request, refusal.text)
        return redirect(file_address(proposal))
    filename = f"{version.reference} {_('Unterstützungsschreiben')}.pdf"
    response = FileResponse(content, as_attachment=True, filename=filename)
    response["Cache-Control"] = "no-store"
    return response


def _version_or_404(proposal: SeenProposal, number: int) -> SubmittedVersion:
    version = proposal.versions.filter(number=number).select_related("letter").first()
    if version is None:
        raise Http404
    return version
