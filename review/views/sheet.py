"""The score sheet beside the proposal: filled, saved by itself, submitted. The page around it is in `file`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.defaultfilters import date as format_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from connective.accounts.parking import take
from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import score
from review.domain.calibration import still_to_calibrate
from review.domain.criteria import current_set
from review.domain.errors import CalibrationFirst, ReviewIsOver, SheetConflict, SheetIncomplete
from review.domain.evidence import Evidence
from review.domain.next_proposal import next_proposal
from review.domain.review_settings import settings_of
from review.domain.visible import SeenProposal, own_sheets
from review.forms.sheet import SheetForm, initial_of
from review.models import CriteriaSet, Criterion, ScoreSheet
from review.views.access import address_of, file_address, may, reader

UNPROCESSABLE, CONFLICT = 422, 409


@dataclass
class Refused:
    """A sheet that could not be saved: what was typed, and what the page says about it."""

    form: SheetForm
    status: int
    state: str
    problem: str = ""
    missing: list[tuple[str, str]] = field(default_factory=list)
    conflict: list[tuple[str, str]] = field(default_factory=list)


def sheet_context(
    request: HttpRequest, proposal: SeenProposal, gathered: Evidence, refused: Refused | None = None
) -> dict[str, Any]:
    """Return what the template of the sheet needs: the form where there is one, and the evidence of each criterion."""
    sheet = _own_sheet(request, proposal)
    criteria = _criteria_of(proposal, sheet)
    is_submitted = sheet is not None and sheet.state == ScoreSheet.State.SUBMITTED
    note = _why_not(request, proposal, sheet, criteria)
    form = refused.form if refused else _form(request, sheet, criteria, may_fill=not note and not is_submitted)
    shown = form if not note or sheet is not None else None
    return {
        "sheet": sheet,
        "sheet_form": shown,
        "sheet_rows": [(row, gathered.beside(row.criterion.key)) for row in shown.rows] if shown else [],
        "sheet_submitted": is_submitted,
        "may_score": not note and not is_submitted,
        "sheet_note": note,
        "sheet_problem": refused.problem if refused else "",
        "sheet_missing": refused.missing if refused else [],
        "sheet_conflict": refused.conflict if refused else [],
        "evidence_rows": [(criterion, gathered.beside(criterion.key)) for criterion in criteria],
    }


def save(request: HttpRequest, proposal: SeenProposal) -> HttpResponse | Refused:
    """Save what was typed, and submit it or go on where that was asked for; JSON for a page that saves by itself."""
    user, at = reader(request), received_at(request)
    by_itself = request.headers.get("Accept") == "application/json"
    form = SheetForm(_criteria_of(proposal, _own_sheet(request, proposal)), request.POST)
    try:
        sheet = score.open_sheet(proposal, actor=user, at=at)
        form = SheetForm(_criteria_of(proposal, sheet), request.POST)
        if not form.is_valid():
            refused = Refused(form, UNPROCESSABLE, "invalid", _("Bitte prüfen Sie die markierten Angaben."))
            return _told(refused) if by_itself else refused
        sheet = score.save_sheet(
            sheet,
            form.entries(),
            recommendation=form.cleaned_data["recommendation"],
            statement=form.cleaned_data["statement"],
            base_version=form.cleaned_data["version"],
            actor=user,
            at=at,
        )
        action = "" if by_itself else request.POST.get("action", "")
        if action == "submit":
            form = _based_on(sheet, form.criteria, request.POST)
            score.submit_sheet(sheet, base_version=sheet.row_version, actor=user, at=at)
    except DomainError as refusal:
        refused = _refusal(refusal, form, request.POST)
        return _told(refused) if by_itself else refused
    if by_itself:
        return JsonResponse({"state": "saved", "version": sheet.row_version, "message": _saved_at(sheet)})
    return _onwards(request, proposal, sheet, action)


def _onwards(request: HttpRequest, proposal: SeenProposal, sheet: ScoreSheet, action: str) -> HttpResponse:
    """Lead on after a save, saying what was done."""
    if action == "submit":
        messages.success(request, _("Ihre Bewertung ist abgegeben. Sie sehen jetzt auch die der anderen."))
        return redirect(file_address(proposal, part="reviews"))
    if action == "next":
        following = next_proposal(reader(request), proposal.call, after=proposal)
        if following is None or following.pk == proposal.pk:
            messages.success(request, _("Gespeichert. Weitere Vorschläge haben Sie nicht zu bewerten."))
            return redirect(address_of("cockpit", proposal.call))
        messages.success(request, _("Gespeichert. Hier ist der nächste Vorschlag."))
        return redirect(file_address(following))
    messages.success(request, _saved_at(sheet))
    return redirect(f"{file_address(proposal)}#bogen")


def _own_sheet(request: HttpRequest, proposal: SeenProposal) -> ScoreSheet | None:
    return own_sheets(reader(request), proposal.call).filter(version=proposal.version_in_force).first()


def _criteria_of(proposal: SeenProposal, sheet: ScoreSheet | None) -> list[Criterion]:
    """Return the criteria of a sheet, or those that a new one would use."""
    try:
        used = sheet.criteria_set if sheet else current_set(proposal.call)
    except CriteriaSet.DoesNotExist:
        return []
    return list(used.criteria.prefetch_related("anchors"))


def _why_not(request: HttpRequest, proposal: SeenProposal, sheet: ScoreSheet | None, criteria: list[Criterion]) -> str:
    """Say why the person does not score this proposal now; nothing if they may."""
    if not criteria:
        return _("Für diesen Aufruf sind noch keine Anforderungen angelegt.")
    if not may(request, "review.score", proposal):
        return _("Dieser Vorschlag ist Ihnen nicht zur Bewertung zugewiesen.")
    if sheet is None and still_to_calibrate(reader(request), proposal):
        return str(CalibrationFirst.message)
    until = settings_of(proposal.call).review_until
    if until is not None and received_at(request) >= until:
        return str(ReviewIsOver.message)
    return ""


def _form(request: HttpRequest, sheet: ScoreSheet | None, criteria: list[Criterion], *, may_fill: bool) -> SheetForm:
    """Return the form with what is saved, or with what was typed when the session had ended."""
    parked = take(request, request.path) if may_fill and request.method == "GET" else None
    if parked is None:
        return SheetForm(criteria, initial=initial_of(sheet))
    messages.warning(request, _("Diese Eingaben waren noch nicht gespeichert. Bitte speichern Sie sie jetzt."))
    return SheetForm(criteria, parked)


def _refusal(refusal: DomainError, form: SheetForm, typed: QueryDict) -> Refused:
    """Return the page for a refusal; after a conflict the next save is based on what is stored now."""
    problem = str(refusal.text)
    if isinstance(refusal, SheetConflict):
        criteria = list(refusal.current.criteria_set.criteria.prefetch_related("anchors"))
        anew = _based_on(refusal.current, criteria, typed)
        return Refused(anew, CONFLICT, "conflict", problem, conflict=_in_words(refusal.current))
    if isinstance(refusal, SheetIncomplete):
        labels = {criterion.key: criterion.shown_label for criterion in form.criteria}
        return Refused(form, UNPROCESSABLE, "invalid", problem, [_place_of(key, labels) for key in refusal.missing])
    return Refused(form, CONFLICT, "closed", problem)


def _based_on(sheet: ScoreSheet, criteria: Sequence[Criterion], typed: QueryDict) -> SheetForm:
    """Return what was typed in a form whose next save is based on the sheet as it is stored now."""
    anew = typed.copy()
    anew["version"] = str(sheet.row_version)
    form = SheetForm(criteria, anew)
    form.is_valid()
    return form


def _place_of(key: str, labels: Mapping[str, str]) -> tuple[str, str]:
    """Return where something missing is typed, and its name."""
    places = {
        "recommendation": ("id_recommendation_0", _("Ihre Empfehlung")),
        "statement": ("id_statement", _("Ihre Gesamteinschätzung")),
    }
    return places.get(key) or (f"criterion-{key}", labels.get(key, key))


def _in_words(sheet: ScoreSheet) -> list[tuple[str, str]]:
    """Return what stands in a sheet, to be compared with what was typed."""
    entries = score.entries_of(sheet)
    found = []
    for criterion in sheet.criteria_set.criteria.all():
        entry = entries[criterion.key]
        value = _("nicht anwendbar") if entry.not_applicable else ("" if entry.value is None else str(entry.value))
        found.append((criterion.shown_label, "\n".join(filter(None, [value, entry.reason, entry.note]))))
    found += [
        (_("Ihre Empfehlung"), sheet.get_recommendation_display()),
        (_("Ihre Gesamteinschätzung"), sheet.statement),
    ]
    return found


def _saved_at(sheet: ScoreSheet) -> str:
    return _("Gespeichert um %(time)s Uhr") % {"time": format_date(localtime(sheet.saved_at), "H:i")}


def _told(refused: Refused) -> JsonResponse:
    """Tell the page that saves by itself what became of it."""
    return JsonResponse({"state": refused.state, "message": refused.problem}, status=refused.status)
