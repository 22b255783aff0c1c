"""The acts on letters: draft, discard, edit, release, hold, send again, record that one came back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connective.accounts.fresh import fresh_sign_in_required
from connective.accounts.rate_limits import limited
from connective.errors import DomainError
from connective.mail.resolution import Resolution
from connective.receiving import received_at
from review.domain import draft_letters, edit_letter, release_letters, resend
from review.domain.letter_templates import Wording
from review.forms.letters import BounceForm, DateForm, LetterForm, ResendForm, SettleForm, TemplateChoiceForm
from review.models import Language, LetterBatch
from review.tasks import told_of_answers
from review.views.access import for_call, reader
from review.views.letters import CONFLICT, UNPROCESSABLE, found_letter, letter_page, letters_page
from submissions.models import Call


@require_POST
@for_call("review.write_letters")
def draft(request: HttpRequest, call: Call) -> HttpResponse:
    """Draft the letters that are missing."""
    form = DateForm(request.POST)
    if not form.is_valid():
        return letters_page(request, call, date_form=form, status=UNPROCESSABLE)
    try:
        draft_letters.draft_letters(
            call, dated_on=form.cleaned_data["dated_on"], actor=reader(request), at=received_at(request)
        )
    except DomainError as refusal:
        return letters_page(request, call, problem=refusal.text, status=CONFLICT)
    _tell(request, call)
    messages.success(request, _("Die Schreiben sind entworfen. Bitte sehen Sie sich jedes einzeln an."))
    return redirect("review:letters", call.pk)


@require_POST
@for_call("review.write_letters")
@limited("document")
def make_pdfs(request: HttpRequest, call: Call) -> HttpResponse:
    """Ask for the missing PDFs once more."""
    if _tell(request, call):
        messages.success(request, _("Die fehlenden PDFs sind angefordert."))
    return redirect("review:letters", call.pk)


@require_POST
@for_call("review.write_letters")
def discard(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Throw the drafts away."""
    return _on_batch(request, call, number, draft_letters.discard_batch, _("Die Entwürfe sind verworfen."))


@require_POST
@for_call("review.release_letters")
@fresh_sign_in_required
def release(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Release a batch as a second person."""
    done = _("Die Schreiben sind freigegeben. Jedes wird genau einmal gesendet; unten sehen Sie, wie weit es ist.")
    return _on_batch(request, call, number, release_letters.release, done)


@require_POST
@for_call("review.write_letters")
def pause(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Hold what has not left."""
    done = _("Der Versand ist angehalten. Was gerade übertragen wird, kann noch hinausgehen.")
    return _on_batch(request, call, number, release_letters.pause, done)


@require_POST
@for_call("review.write_letters")
def go_on(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Let a held batch go on."""
    return _on_batch(request, call, number, release_letters.go_on, _("Der Versand geht weiter."))


@require_POST
@for_call("review.write_letters")
def edit(request: HttpRequest, call: Call, letter_id: int) -> HttpResponse:
    """Save the text of a draft."""
    found = found_letter(request, call, letter_id)
    form = LetterForm(request.POST)
    if not form.is_valid():
        return letter_page(request, call, found, form=form, status=UNPROCESSABLE)
    data = form.cleaned_data
    text = Wording(data["subject"], data["body"])
    try:
        edit_letter.edit_letter(
            found,
            text,
            recipient=data["recipient"],
            based_on=data["based_on"],
            actor=reader(request),
            at=received_at(request),
        )
    except edit_letter.LetterConflict as refusal:
        return _conflict(request, call, letter_id, refusal)
    except DomainError as refusal:
        form.add_error("body", refusal.text)
        return letter_page(request, call, found, form=form, status=UNPROCESSABLE)
    _tell(request, call)
    messages.success(request, _("Das Schreiben ist gespeichert. Freigeben muss es nun eine andere Person."))
    return redirect("review:answer", call.pk, letter_id)


@require_POST
@for_call("review.write_letters")
def take_template(request: HttpRequest, call: Call, letter_id: int) -> HttpResponse:
    """Fill a draft from its template again."""
    found = found_letter(request, call, letter_id)
    form = TemplateChoiceForm(request.POST)
    if not form.is_valid():
        return letter_page(request, call, found, status=UNPROCESSABLE)
    language, based_on = Language(form.cleaned_data["language"]), form.cleaned_data["based_on"]
    try:
        edit_letter.take_template(found, language, based_on=based_on, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return letter_page(request, call, found, problem=refusal.text, status=CONFLICT)
    _tell(request, call)
    messages.success(request, _("Das Schreiben hat wieder den Text der Vorlage."))
    return redirect("review:answer", call.pk, letter_id)


@require_POST
@for_call("review.write_letters")
def send_again(request: HttpRequest, call: Call, letter_id: int) -> HttpResponse:
    """Send a letter once more, with a reason."""
    found = found_letter(request, call, letter_id)
    form = ResendForm(request.POST)
    if not form.is_valid():
        return letter_page(request, call, found, resend_form=form, status=UNPROCESSABLE)
    try:
        new = resend.resend(found, **form.cleaned_data, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        form.add_error(None, refusal.text)
        return letter_page(request, call, found, resend_form=form, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Das Schreiben wird noch einmal gesendet."))
    return redirect("review:answer", call.pk, new.pk)


@require_POST
@for_call("review.write_letters")
def bounce(request: HttpRequest, call: Call, letter_id: int) -> HttpResponse:
    """Record that a letter came back."""
    found = found_letter(request, call, letter_id)
    form = BounceForm(request.POST)
    if not form.is_valid():
        return letter_page(request, call, found, bounce_form=form, status=UNPROCESSABLE)
    try:
        resend.record_bounce(found, **form.cleaned_data, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return letter_page(request, call, found, problem=refusal.text, status=CONFLICT)
    messages.success(
        request, _("Der Rücklauf ist festgehalten. Sie können das Schreiben an eine andere Adresse senden.")
    )
    return redirect("review:answer", call.pk, letter_id)


@require_POST
@for_call("review.write_letters")
def settle(request: HttpRequest, call: Call, letter_id: int) -> HttpResponse:
    """Say what became of a letter that failed or is uncertain."""
    found = found_letter(request, call, letter_id)
    form = SettleForm(request.POST)
    if found.message is None or not form.is_valid():
        return letter_page(request, call, found, status=UNPROCESSABLE)
    try:
        resend.settle(found, Resolution(form.cleaned_data["outcome"]), actor=reader(request))
    except DomainError as refusal:
        return letter_page(request, call, found, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Das ist festgehalten."))
    return redirect("review:answer", call.pk, letter_id)


def _on_batch(request: HttpRequest, call: Call, number: int, act: Callable[..., object], done: str) -> HttpResponse:
    batch = get_object_or_404(LetterBatch, call=call, number=number)
    try:
        act(batch, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return letters_page(request, call, problem=refusal.text, status=CONFLICT)
    messages.success(request, done)
    return redirect("review:letters", call.pk)


def _conflict(request: HttpRequest, call: Call, letter_id: int, refusal: DomainError) -> HttpResponse:
    """Show the letter as it stands, and what the person wrote, ready to be saved over it."""
    current = found_letter(request, call, letter_id)
    mine = LetterForm({**request.POST.dict(), "based_on": current.version})
    return letter_page(request, call, current, form=mine, problem=refusal.text, status=CONFLICT)


def _tell(request: HttpRequest, call: Call) -> bool:
    heard = told_of_answers(call)
    if not heard:
        messages.warning(request, _("Der Dienst im Hintergrund antwortet gerade nicht; die PDFs entstehen später."))
    return heard
