"""What the lead decides for a whole call: the rules of its review, its criteria, the status of countries."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import criteria as criteria_of
from review.domain.country_status import follow_the_list, override_country
from review.domain.review_settings import change_settings, settings_of
from review.forms.call import CountryForm, CriteriaForms, CriterionForm, SettingsForm
from review.models import CriteriaSet
from review.views.access import for_call, may_change, page, reader
from submissions.domain.countries import name
from submissions.models import Call

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.enter")
def settings(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the rules of the review to all who take part; the lead changes them."""
    changes = may_change(request, "review.change_settings")
    data = request.POST if request.method == "POST" else None
    form = SettingsForm(data, instance=settings_of(call))
    if form.is_bound and form.is_valid():
        try:
            change_settings(call, form.cleaned_data, actor=reader(request))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except DomainError as refusal:
            form.add_error(None, str(refusal.text))
        else:
            messages.success(request, _("Die Regeln der Bewertung sind gespeichert."))
            return redirect("review:settings", call.pk)
    context = {"form": form, "may_change": changes}
    status = UNPROCESSABLE if form.is_bound else 200
    return page(request, "settings.html", context, title=_("Regeln der Bewertung"), call=call, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.enter")
def countries(request: HttpRequest, call: Call) -> HttpResponse:
    """Show what the office decided about countries; the office decides, with a reason."""
    changes = may_change(request, "review.override_country")
    form = CountryForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            override_country(call, **form.cleaned_data, actor=reader(request), at=received_at(request))
        except DomainError as refusal:
            form.add_error(None, str(refusal.text))
        else:
            messages.success(request, _("Der Status des Landes ist für diesen Aufruf festgelegt."))
            return redirect("review:countries", call.pk)
    language = get_language() or "de"
    decided = [
        {"override": override, "name": name(override.iso2, language)}
        for override in call.country_overrides.select_related("decided_by")
    ]
    context = {"form": form if changes else None, "decided": decided, "list": call.country_list}
    status = UNPROCESSABLE if form.is_bound else 200
    return page(request, "countries.html", context, title=_("Status der Länder"), call=call, status=status)


@require_POST
@for_call("review.override_country")
def list_counts(request: HttpRequest, call: Call) -> HttpResponse:
    """Let the list of the call count again for a country."""
    follow_the_list(call, request.POST.get("iso2", "")[:2], actor=reader(request))
    messages.success(request, _("Für dieses Land gilt wieder die Liste."))
    return redirect("review:countries", call.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.enter")
def criteria(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the criteria in all their versions; the lead changes them after reading what that does to whom."""
    changes = may_change(request, "review.change_criteria")
    sets = list(CriteriaSet.objects.filter(call=call).prefetch_related("criteria__anchors").order_by("-number"))
    if not sets:
        return _first_criteria(request, call, may_begin=changes)
    initial = [CriterionForm.initial_of(draft) for draft in criteria_of.drafts_of(sets[0])]
    forms = CriteriaForms(request.POST if request.method == "POST" else None, initial=initial)
    problem = ""
    if forms.is_bound and forms.is_valid():
        try:
            criteria_of.change_criteria(
                call,
                forms.drafts(),  # type: ignore[attr-defined]
                shown=request.POST.get("shown", ""),
                reason=request.POST.get("reason", ""),
                actor=reader(request),
                at=received_at(request),
            )
        except DomainError as refusal:
            problem = str(refusal.text)
        else:
            messages.success(request, _("Die Anforderungen sind gespeichert."))
            return redirect("review:criteria", call.pk)
    elif forms.is_bound:
        problem = _("Bitte prüfen Sie die markierten Angaben.")
    context = {
        "sets": sets,
        "forms": forms if changes else None,
        "effect": criteria_of.effect_of_change(call) if changes else None,
        "shown": criteria_of.fingerprint(sets[0]),
        "reason": request.POST.get("reason", ""),
        "problem": problem,
    }
    return page(
        request,
        "criteria.html",
        context,
        title=_("Anforderungen"),
        call=call,
        status=UNPROCESSABLE if problem else 200,
    )


def _first_criteria(request: HttpRequest, call: Call, *, may_begin: bool) -> HttpResponse:
    """Offer the seven criteria of the Themenaufruf to begin with."""
    if request.method == "POST":
        criteria_of.default_criteria(call, actor=reader(request), at=received_at(request))
        messages.success(
            request, _("Die sieben Anforderungen des Themenaufrufs sind angelegt. Sie können sie anpassen.")
        )
        return redirect("review:criteria", call.pk)
    context: dict[str, Any] = {"sets": [], "may_begin": may_begin}
    return page(request, "criteria.html", context, title=_("Anforderungen"), call=call)
