"""The answers of a call: drafted, checked one by one, released, and watched until they have arrived."""

from typing import Any

from csp.constants import SELF
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from connective import clock
from connective.documents import opened
from connective.errors import DomainError
from connective.mail.models import Message
from connective.receiving import received_at
from review.domain import letter_board
from review.domain.change_template import TemplateConflict, change_template
from review.domain.differences import pieces
from review.domain.draft_letters import from_template, without_letter
from review.domain.letter_board import Fate, SeenLetter, letters_for
from review.domain.letter_templates import Wording, template_of, templates_of
from review.domain.letter_text import offered
from review.domain.resend import FINAL
from review.forms.letters import BounceForm, DateForm, LetterForm, ResendForm, TemplateChoiceForm, TextForm
from review.models import AnswerLetter, Language, LetterBatch, LetterTemplate, Outcome
from review.tasks import told_of_answers
from review.views.access import for_call, may, page, reader
from submissions.models import Call

UNPROCESSABLE, CONFLICT = 422, 409
LETTERS_OF_A_PAGE = 50
SETTLED_BY_HAND = (Message.State.FAILED, Message.State.UNCERTAIN)


@require_safe
@for_call("review.see_letters")
def letters(request: HttpRequest, call: Call) -> HttpResponse:
    """Show how far the answers of a call are."""
    return letters_page(request, call)


def letters_page(
    request: HttpRequest, call: Call, *, problem: str = "", date_form: DateForm | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of the answers, with what was refused."""
    at, user = clock.now(), reader(request)
    seen = letters_for(user, call)
    batches = list(call.letter_batches.select_related("drafted_by", "released_by"))
    in_work = next((batch for batch in batches if batch.state == LetterBatch.State.DRAFT), None)
    wanted = request.GET.get("stand", "")
    shown = seen.filter(fate=wanted) if wanted in Fate.values else seen
    context: dict[str, Any] = {
        "problem": problem,
        "counts": letter_board.reconcile(call),
        "undrafted": without_letter(call).count(),
        "batch": in_work,
        "batches": [batch for batch in batches if batch is not in_work],
        "not_yet_sent": letter_board.not_yet_sent(call),
        "board": letter_board.board(user, call, at),
        "letters": Paginator(shown, LETTERS_OF_A_PAGE).get_page(request.GET.get("seite")),
        "fates": _fates(seen),
        "wanted": wanted,
        "hidden": AnswerLetter.objects.filter(batch__call=call).count() - seen.count(),
        "may_write": may(request, "review.write_letters"),
        "may_release": may(request, "review.release_letters"),
        "date_form": date_form or DateForm(initial={"dated_on": at.astimezone(clock.BERLIN).date()}),
    }
    if in_work is not None:
        drafts = in_work.letters.filter(state=AnswerLetter.State.DRAFT)
        context |= {
            "drafts": drafts.count(),
            "with_pdf": drafts.exclude(file="").count(),
            "obstacles": letter_board.obstacles(in_work),
            "waits_for_pdf": letter_board.waits_for_pdf(in_work, at),
            "wrote_it": in_work.drafted_by_id == user.pk or drafts.filter(edited_by=user).exists(),
        }
    return page(request, "letters.html", context, title=_("Antworten"), call=call, status=status)


@require_safe
@for_call("review.see_letters")
def letter(request: HttpRequest, call: Call, letter_id: int) -> HttpResponse:
    """Show one letter: text and PDF, what was changed by hand, and what became of it."""
    return letter_page(request, call, found_letter(request, call, letter_id))


def letter_page(
    request: HttpRequest,
    call: Call,
    found: SeenLetter,
    *,
    form: LetterForm | None = None,
    resend_form: ResendForm | None = None,
    bounce_form: BounceForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page of a letter, with what was refused; after a conflict both texts are there."""
    writes = may(request, "review.write_letters")
    is_draft = found.state == AnswerLetter.State.DRAFT and found.batch.state == LetterBatch.State.DRAFT
    tried = found.message is not None and found.message.state in FINAL
    again = found.resends.first()
    original = from_template(found) if is_draft else Wording(found.subject, found.body)
    initial = {
        "based_on": found.version,
        "recipient": found.recipient,
        "subject": found.subject,
        "body": found.body,
    }
    context: dict[str, Any] = {
        "letter": found,
        "proposal": found.decision.proposal,
        "message": found.message,
        "problem": problem,
        "is_draft": is_draft,
        "may_edit": is_draft and writes,
        "form": form or LetterForm(initial=initial),
        "template_form": TemplateChoiceForm(
            initial={"based_on": found.version, "language": found.language}, auto_id="template_%s"
        ),
        "differences": pieces(f"{original.subject}\n\n{original.body}", f"{found.subject}\n\n{found.body}"),
        "differs": original != Wording(found.subject, found.body),
        "again": again,
        "may_resend": writes and tried and again is None and found.state == AnswerLetter.State.RELEASED,
        "may_record_bounce": writes and tried and found.bounced_at is None and not _failed(found),
        "may_settle": writes and found.message is not None and found.message.state in SETTLED_BY_HAND and again is None,
        "resend_form": resend_form or ResendForm(initial={"recipient": found.recipient}),
        "bounce_form": bounce_form or BounceForm(),
        **_neighbours(request, call, found),
    }
    title = f"{found.decision.get_outcome_display()}: {found.decision.proposal.reference}"
    response = page(request, "letter.html", context, title=title, call=call, status=status)
    response._csp_replace = {"object-src": [SELF], "frame-src": [SELF]}  # type: ignore[attr-defined]
    return response


@require_safe
@xframe_options_sameorigin
@for_call("review.see_letters")
def letter_file(request: HttpRequest, call: Call, letter_id: int) -> HttpResponseBase:
    """Return the PDF of a letter to be shown beside its text."""
    found = found_letter(request, call, letter_id)
    if not found.file:
        raise Http404
    response: HttpResponseBase = FileResponse(opened(found.file), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.decision.proposal.reference}.pdf"'
    response["Cache-Control"] = "no-store"
    response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return response


@require_safe
@for_call("review.see_letters")
def templates(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the templates of a call."""
    context = {"templates": [templates_of(call)[o.value, lang.value] for o in Outcome for lang in Language]}
    return page(request, "letter_templates.html", context, title=_("Vorlagen der Schreiben"), call=call)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.see_letters")
def template(request: HttpRequest, call: Call, outcome: str, language: str) -> HttpResponse:
    """Show a template with its placeholders, and save it."""
    if outcome not in Outcome.values or language not in Language.values:
        raise Http404
    current = template_of(call, Outcome(outcome), Language(language))
    if request.method != "POST":
        initial = {"based_on": current.version, "subject": current.subject, "body": current.body}
        return _template_page(request, call, current, TextForm(initial=initial))
    if not may(request, "review.write_letters"):
        raise Http404
    form = TextForm(request.POST)
    if not form.is_valid():
        return _template_page(request, call, current, form, status=UNPROCESSABLE)
    data = form.cleaned_data
    try:
        change_template(
            call,
            Outcome(outcome),
            Language(language),
            Wording(data["subject"], data["body"]),
            based_on=data["based_on"],
            actor=reader(request),
            at=received_at(request),
        )
    except TemplateConflict as refusal:
        current = template_of(call, Outcome(outcome), Language(language))
        mine = TextForm({**request.POST.dict(), "based_on": current.version})
        return _template_page(request, call, current, mine, problem=refusal.text, status=CONFLICT)
    except DomainError as refusal:
        form.add_error("body", refusal.text)
        return _template_page(request, call, current, form, status=UNPROCESSABLE)
    told_of_answers(call)
    messages.success(request, _("Die Vorlage ist gespeichert. Entwürfe, die niemand geändert hat, folgen ihr."))
    return redirect("review:letter_templates", call.pk)


def _template_page(
    request: HttpRequest,
    call: Call,
    current: LetterTemplate,
    form: TextForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "template": current,
        "form": form,
        "problem": problem,
        "placeholders": offered(Outcome(current.outcome)),
        "may_write": may(request, "review.write_letters"),
    }
    return page(request, "letter_template.html", context, title=str(current), call=call, status=status)


def found_letter(request: HttpRequest, call: Call, letter_id: int) -> SeenLetter:
    """Return a letter that exists for the person, or raise Http404."""
    found = letters_for(reader(request), call).filter(pk=letter_id).first()
    if found is None:
        raise Http404
    return found


def _failed(found: AnswerLetter) -> bool:
    return found.message is not None and found.message.state == Message.State.FAILED


def _fates(seen: QuerySet[Any]) -> list[tuple[Fate, int]]:
    """Return in which states there are letters, and how many."""
    found = dict(seen.order_by().values_list("fate").annotate(Count("pk")))
    return [(fate, found[fate.value]) for fate in Fate if fate.value in found]


def _neighbours(request: HttpRequest, call: Call, found: AnswerLetter) -> dict[str, Any]:
    """Return the letters before and after one in its batch, so that all can be read one after the other."""
    keys = list(letters_for(reader(request), call).filter(batch=found.batch_id).values_list("pk", flat=True))
    place = keys.index(found.pk)
    return {
        "place": place + 1,
        "of": len(keys),
        "before": keys[place - 1] if place else None,
        "after": keys[place + 1] if place + 1 < len(keys) else None,
    }
