"""The paper for the committee: asked for, watched while it is made, downloaded."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from connective import clock
from connective.accounts.rate_limits import limited
from connective.documents import opened
from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import paper as papers
from review.domain.visible import SeenProposal
from review.models import CommitteePaper
from review.tasks import make_paper
from review.views.access import for_call, for_proposal, page, reader, staff_page
from review.views.shortlist import lists_for
from submissions.models import Call
from submissions.tasks import told


@require_POST
@for_call("review.make_paper")
@limited("document")
def ask(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Ask for the paper of a list; a second click finds the first one's."""
    found = get_object_or_404(lists_for(request, call), number=number)
    try:
        made, is_new = papers.request_paper(found, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
        return redirect("review:shortlist", call.pk)
    if is_new and not told(make_paper, made.pk):
        messages.warning(
            request, _("Die Vorlage ist angefordert, aber der Dienst im Hintergrund antwortet gerade nicht.")
        )
    return redirect("review:paper", made.pk)


@require_safe
@staff_page("review.enter")
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Show how far a paper is, as a page or, for a page that asks by itself, as figures."""
    found = _own_or_404(request, paper_id)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"state": found.state, "done": found.done, "total": found.total})
    context = {
        "paper": found,
        "is_under_way": found.state in {CommitteePaper.State.QUEUED, CommitteePaper.State.MAKING},
        "is_stalled": clock.now() - found.requested_at > papers.STALLED,
        "may_open": papers.may_open(reader(request), found),
    }
    call = found.shortlist.call
    return page(request, "paper.html", context, title=_("Vorlage für den Steuerungskreis"), call=call)


@require_safe
@staff_page("review.enter")
def paper_file(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """Return a paper to the person whom it was made for."""
    found = _own_or_404(request, paper_id)
    if not papers.may_open(reader(request), found):
        raise Http404
    response = FileResponse(opened(found.file), as_attachment=True, filename=papers.file_name(found))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@for_proposal("review.read_proposal")
@limited("document")
def single(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Return one topic with evidence, scores and the full proposal as a PDF of its own."""
    data = papers.single_file(reader(request), proposal, at=received_at(request))
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="thema-{proposal.reference}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _own_or_404(request: HttpRequest, paper_id: int) -> CommitteePaper:
    own = CommitteePaper.objects.filter(requested_by=reader(request)).select_related("shortlist__call")
    return get_object_or_404(own, pk=paper_id)
