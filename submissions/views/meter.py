"""The page meter and the preview of the official PDF: what a description takes, without waiting to save."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from connective import clock
from connective.accounts.rate_limits import limited
from connective.receiving import received_at
from submissions.domain import form_sheet, meter_questions, official_pdf, page_limit
from submissions.domain.official_content import official_content
from submissions.domain.submit import content_of
from submissions.domain.text_characters import clean, refusal
from submissions.models import Proposal
from submissions.views.access import for_proposal

LONGEST_WAIT = timedelta(seconds=0.1)
"""So long may a request have waited for a thread before the meter leaves the processor to those who save and submit."""

ASK_AGAIN_AFTER = 5
"""Seconds after which, at the earliest, a page asks again that was sent away so."""


def give_way(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer at once that the meter is still counting (202) while requests queue up; the page asks again a little later.

    Stands before everything that asks the database: this answer depends on nobody and costs a tenth of a measurement.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and clock.now() - received_at(request) > LONGEST_WAIT:
            try:
                found = resolve(request.path_info)
            except Resolver404:
                return get_response(request)
            if found.view_name == "submissions:meter":
                answer = render_to_string("submissions/meter.html", {"proposal": found.kwargs})
                return HttpResponse(answer, status=202, headers={"Retry-After": str(ASK_AGAIN_AFTER)})
        return get_response(request)

    return middleware


@require_http_methods(["GET", "HEAD", "POST"])
@for_proposal()
@limited("meter")
def meter(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Measure the text that is being typed (POST) or that is saved (GET), and show the meter alone.

    Under load the meter alone may say that it is still counting (202); the page then asks again.
    """
    parts = (
        {part: clean(request.POST.get(part, "")) for part in form_sheet.DESCRIPTION_PARTS}
        if request.method == "POST"
        else form_sheet.description_of(content_of(proposal))
    )
    limit = proposal.call.page_limit
    alone = request.method == "POST" or request.GET.get("part") == "meter"
    measurement = meter_questions.answer(proposal.pk, parts, limit) if alone else page_limit.measure(parts, limit=limit)
    return render(
        request,
        "submissions/meter.html" if alone else "submissions/meter_page.html",
        {
            "proposal": proposal,
            "measurement": measurement,
            "limit": limit,
            "refusal": refusal("".join(parts.values())),
        },
        status=200 if measurement else 202,
    )


@require_safe
@for_proposal()
@limited("document")
def preview(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Return the official PDF of the draft as it is saved, marked as a draft."""
    content = content_of(proposal)
    measurement = page_limit.measure(form_sheet.description_of(content), limit=proposal.call.page_limit)
    if not measurement.exact:
        return render(request, "submissions/preview_too_long.html", {"proposal": proposal}, status=422)
    data = official_pdf.render(official_content(proposal, content, None))
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_("Entwurf")}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
