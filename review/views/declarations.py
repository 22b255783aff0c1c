"""Declarations about conflicts, for the lead who corrects and the auditor who reads."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connective.errors import DomainError
from connective.receiving import received_at
from review.domain.declare import correct
from review.domain.roles import DECLARES, people_with
from review.domain.visible import proposals_for
from review.forms.call import CorrectionForm
from review.models import Declaration
from review.views.access import for_call, may_change, page, reader
from submissions.models import Call, Proposal

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.see_declarations")
def declarations(request: HttpRequest, call: Call) -> HttpResponse:
    """List what was declared about proposals that are open to the reader, and what the reader declared."""
    user = reader(request)
    may_correct = may_change(request, "review.correct_declaration")
    mine = Q(person=user, is_current=True)
    listed = (
        Declaration.objects.filter(proposal__call=call)
        .filter(Q(proposal__in=proposals_for(user, call).values("pk")) | mine)
        .select_related("proposal", "person", "declared_by")
    )
    if (kind := request.GET.get("kind", "")) in Declaration.Kind.values:
        listed = listed.filter(kind=kind)
    if (text := request.GET.get("q", "").strip()) != "":
        listed = listed.filter(
            Q(proposal__reference__icontains=text) | Q(person__name__icontains=text) | Q(person__email__icontains=text)
        )
    form = None
    if may_correct:
        initial = {"person": request.GET.get("person"), "reference": request.GET.get("vorschlag")}
        form = CorrectionForm(
            people_with(*DECLARES), request.POST if request.method == "POST" else None, initial=initial
        )
        if form.is_bound and _corrected(request, call, form):
            messages.success(request, _("Die Erklärung ist berichtigt."))
            return redirect("review:declarations", call.pk)
    context = {
        "listed": Paginator(listed, PER_PAGE).get_page(request.GET.get("seite")),
        "kinds": Declaration.Kind.choices,
        "kind": kind,
        "q": text,
        "form": form,
    }
    status = 422 if form and form.is_bound else 200
    return page(
        request, "declarations.html", context, title=_("Erklärungen zur Befangenheit"), call=call, status=status
    )


def _corrected(request: HttpRequest, call: Call, form: CorrectionForm) -> bool:
    """Correct what the form asks for and return True, or put the refusal into the form."""
    if not form.is_valid():
        return False
    person = form.cleaned_data["person"]
    user = reader(request)
    own = Q(declarations__person=user, declarations__is_current=True) if person == user else Q(pk=None)
    proposal = (
        Proposal.objects.filter(call=call, reference=form.cleaned_data["reference"].strip())
        .filter(Q(pk__in=proposals_for(user, call).values("pk")) | own)
        .first()
    )
    if proposal is None:
        form.add_error("reference", _("Diese Vorgangsnummer gibt es in diesem Aufruf nicht."))
        return False
    try:
        correct(
            proposal,
            person,
            kind=form.cleaned_data["kind"],
            note=form.cleaned_data["note"],
            actor=user,
            at=received_at(request),
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal.text))
        return False
    return True
