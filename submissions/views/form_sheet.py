"""The form sheet: the task list, one page per task, and earlier versions to go back to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connective.accounts import rate_limits
from connective.accounts.models import User
from connective.accounts.parking import park, take
from connective.receiving import number_in, received_at
from submissions.domain import completeness, form_sheet, page_limit
from submissions.domain import letter as letters
from submissions.domain.countries import name
from submissions.domain.errors import LetterRefused, NotEditable, SectionConflict
from submissions.domain.excerpts import around_the_difference
from submissions.domain.save import restore_revision, save_section
from submissions.domain.submit import content_of
from submissions.forms import CitiesForm, LetterForm, form_for
from submissions.forms.cities import FIRST_ROWS
from submissions.forms.section import DraftForm
from submissions.models import Proposal, Section, SectionKey, SectionRevision
from submissions.tasks import measure_description, told
from submissions.views.access import for_proposal, may

REVISIONS_SHOWN = 20


class TooManyLetters(LetterRefused):
    """Checking a PDF takes a while; nobody needs that so often."""

    message = gettext_lazy(
        "Sie haben in kurzer Zeit sehr viele Dateien hochgeladen. Bitte warten Sie einige Minuten, und wählen Sie das Schreiben "
        "dann noch einmal aus. Ihr Text steht unten."
    )


@require_safe
@for_proposal()
def tasks(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Show the task list with the state of each task."""
    content = content_of(proposal)
    measurement = page_limit.cached(form_sheet.description_of(content), limit=proposal.call.page_limit)
    errors = completeness.check(proposal.call, content, measurement).errors
    rows = [(key, label, completeness.section_state(key, content, errors)) for key, label in SectionKey.choices]
    done = sum(state == "done" for _key, _label, state in rows)
    return render(
        request,
        "submissions/tasks.html",
        {
            "proposal": proposal,
            "tasks": rows,
            "done": done,
            "measurement": measurement,
            "is_open": proposal.is_open(received_at(request)),
            "may_edit": _may_edit(request, proposal),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_proposal()
def section(request: HttpRequest, proposal: Proposal, key: str) -> HttpResponse:
    """Show one task, or save it: by hand, by itself (JSON), or to go on with later."""
    if key not in SectionKey.values:
        raise Http404
    current = Section.objects.select_related("saved_by").get(proposal=proposal, key=key)
    current.proposal = proposal
    if request.method == "POST":
        if not may(request, "submissions.edit_proposal", proposal):
            raise Http404
        return _save(request, proposal, current)
    parked = take(request, request.path)
    if key == SectionKey.CITIES:
        wanted = request.GET.get("cities", "")
        form: DraftForm = CitiesForm(current, proposal.call, parked, least_rows=number_in(wanted, none=0))
    else:
        form = form_for(current, proposal.call, parked)
    if parked is not None:
        park(request, request.path, parked)  # until a save succeeds
        form.is_valid()
        messages.warning(request, _("Dieser Text war noch nicht gespeichert. Bitte speichern Sie ihn jetzt."))
    return _page(request, proposal, current, form, unsaved="parked" if parked is not None else "")


def _save(request: HttpRequest, proposal: Proposal, current: Section) -> HttpResponse:
    by_itself = request.headers.get("Accept") == "application/json"
    form = form_for(current, proposal.call, request.POST)
    if not form.is_valid():
        return _answer(by_itself, {"state": "invalid"}, 422) or _page(request, proposal, current, form, status=422)
    letter_form = LetterForm(request.POST, request.FILES)
    try:
        content = form.content()
        if current.key == SectionKey.COMMITMENTS:
            content |= _letter(request, proposal, current, form.cleaned_data["version"])
        saved = save_section(
            proposal,
            current.key,
            content,
            base_version=form.cleaned_data["version"],
            actor=_actor(request),
            at=received_at(request),
            by_hand=not by_itself,
        )
    except TooManyLetters as refusal:
        letter_form.add_error("letter", refusal.text)
        return rate_limits.wait(_page(request, proposal, current, form, letter_form=letter_form, status=429))
    except LetterRefused as refusal:
        letter_form.add_error("letter", refusal.text)
        return _page(request, proposal, current, form, letter_form=letter_form, status=422)
    except SectionConflict as conflict:
        return _answer(by_itself, {"state": "conflict"}, 409) or _conflict(request, proposal, conflict.current, form)
    except NotEditable:
        return _answer(by_itself, {"state": "closed"}, 409) or _not_editable(request, proposal, current, form)
    if saved.key == SectionKey.DESCRIPTION and not by_itself:
        told(measure_description, proposal.pk)  # a page that saves by itself asks the meter by itself, too
    late = not proposal.is_open(received_at(request)) and not by_itself
    if late:
        messages.warning(
            request,
            _(
                "Die Einreichungsfrist ist abgelaufen. Ihr Text ist gespeichert, kann aber nicht mehr eingereicht werden."
            ),
        )
    return _answer(by_itself, _saved(saved), 200) or _go_on(request, proposal, saved)


def _answer(by_itself: bool, facts: dict[str, Any], status: int) -> HttpResponse | None:
    """Return the JSON answer to a page that saves by itself, None for one that a person sent."""
    return JsonResponse(facts, status=status) if by_itself else None


def _saved(section_: Section) -> dict[str, Any]:
    time = format_date(localtime(section_.saved_at), "H:i")
    return {
        "state": "saved",
        "version": section_.version,
        "message": _("Gespeichert um %(time)s Uhr") % {"time": time},
    }


def _go_on(request: HttpRequest, proposal: Proposal, saved: Section) -> HttpResponse:
    """Lead on to where the button said."""
    action = request.POST.get("action", "next")
    if action == "later":
        if request.user.is_authenticated:
            messages.success(request, _("Ihr Entwurf ist gespeichert. Sie können jederzeit weiterschreiben."))
            return redirect("submissions:proposals")
        tasks_url = reverse("submissions:tasks", args=[proposal.public_id])
        return redirect(f"{reverse('submissions:arrive')}?next={tasks_url}")
    if action in {"stay", "remove-letter"}:
        return redirect(request.path)
    if action == "add-city":
        rows = len(saved.content.get("rows", [])) + 1
        return redirect(
            f"{request.path}?cities={max(rows, FIRST_ROWS + 1)}#id_cities-{max(rows, FIRST_ROWS + 1) - 1}-country"
        )
    keys = SectionKey.values
    following = keys.index(saved.key) + 1
    if following < len(keys):
        return redirect("submissions:section", public_id=proposal.public_id, key=keys[following])
    return redirect("submissions:check", public_id=proposal.public_id)


def _letter(request: HttpRequest, proposal: Proposal, current: Section, base_version: int) -> dict[str, Any]:
    """Return what the commitments keep about the letter: the new one, none, or the one that is there.

    A letter that comes with a text which cannot be saved is not kept. Raises NotEditable, SectionConflict, LetterRefused.
    """
    if upload := request.FILES.get("letter"):
        if proposal.state not in Proposal.EDITABLE:
            raise NotEditable
        if current.version != base_version:
            raise SectionConflict(current)
        if not rate_limits.is_within(request, "upload"):
            raise TooManyLetters
        data = upload.read(letters.MAX_BYTES + 1)
        letter = letters.take(proposal, data, actor=_actor(request), at=received_at(request))
        return {"letter": letter.pk, "letter_sha256": letter.sha256}
    if request.POST.get("action") == "remove-letter":
        return {}
    return {name: current.content[name] for name in ("letter", "letter_sha256") if name in current.content}


def _conflict(request: HttpRequest, proposal: Proposal, theirs: Section, form: DraftForm) -> HttpResponse:
    """Show both texts; saving again is based on the other's version, which stays as an earlier one."""
    data = request.POST.copy()
    data["version"] = str(theirs.version)
    theirs.proposal = proposal
    mine = form_for(theirs, proposal.call, data)
    mine.is_valid()
    return _page(
        request, proposal, theirs, mine, status=409, conflict=_differences(theirs, theirs.content, form.content())
    )


def _differences(section_: Section, theirs: dict[str, Any], mine: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """Return label, their answer and mine for each answer that differs."""
    if section_.key == SectionKey.CITIES:
        both = [(section_.get_key_display(), _rows(theirs), _rows(mine))]
        return [row for row in both if row[1] != row[2]]
    return [
        (asked.label, form_sheet.shown(asked, theirs.get(asked.name)), form_sheet.shown(asked, mine.get(asked.name)))
        for asked in form_sheet.QUESTIONS[section_.key]
        if (theirs.get(asked.name) or "") != (mine.get(asked.name) or "")
    ]


def _letters(theirs: dict[str, Any], mine: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """Return by the beginning of their hashes which letters there are, where they differ."""
    both = [content.get("letter_sha256", "") for content in (theirs, mine)]
    shown = [f"PDF {digest[:8]}" if digest else "" for digest in both]
    return [(_("Unterstützungsschreiben"), shown[0], shown[1])] if both[0] != both[1] else []


def _rows(content: dict[str, Any]) -> str:
    language = (get_language() or "de")[:2]
    rows = [
        (row.get("city"), row.get("country") and name(row["country"], language), row.get("contact"))
        for row in form_sheet.cities_of({SectionKey.CITIES: content})
    ]
    return "\n".join(", ".join(part for part in row if part) for row in rows)


def _read(key: str, content: dict[str, Any]) -> list[tuple[Any, str]]:
    """Return label and answer of what was typed in a task, as a person reads them."""
    if key == SectionKey.CITIES:
        return [(SectionKey(key).label, _rows(content))]
    return [(asked.label, form_sheet.shown(asked, content.get(asked.name))) for asked in form_sheet.QUESTIONS[key]]


def _not_editable(request: HttpRequest, proposal: Proposal, current: Section, form: DraftForm) -> HttpResponse:
    """Keep the typed text where the person finds it again, and say why it was not saved."""
    park(request, request.path, request.POST)
    return render(
        request,
        "submissions/not_editable.html",
        {"proposal": proposal, "typed": _read(current.key, form.content())},
        status=409,
    )


def _page(
    request: HttpRequest,
    proposal: Proposal,
    current: Section,
    form: DraftForm,
    *,
    letter_form: LetterForm | None = None,
    status: int = 200,
    conflict: list[tuple[Any, str, str]] | None = None,
    unsaved: str = "",
) -> HttpResponse:
    context = {
        "unsaved": "conflict" if conflict is not None else unsaved,
        "proposal": proposal,
        "section": current,
        "form": form,
        "conflict": conflict,
        "may_edit": _may_edit(request, proposal),
        "is_open": proposal.is_open(received_at(request)),
        "position": SectionKey.values.index(current.key) + 1,
        "total": len(SectionKey.values),
    }
    if current.key == SectionKey.DESCRIPTION:
        answers = {key: str(form[key].value() or "") for key in form_sheet.DESCRIPTION_PARTS}
        context["measurement"] = page_limit.cached(answers, limit=proposal.call.page_limit)
    if current.key == SectionKey.COMMITMENTS:
        context["letter_form"] = letter_form or LetterForm()
        context["choose_letter_again"] = "letter" in request.FILES
        context["letter"] = proposal.letters.filter(pk=current.content.get("letter")).first()
    return render(request, "submissions/section.html", context, status=status)


@require_safe
@for_proposal()
def revisions(request: HttpRequest, proposal: Proposal, key: str) -> HttpResponse:
    """List the earlier versions of a task, each with what would change."""
    if key not in SectionKey.values:
        raise Http404
    current = Section.objects.select_related("saved_by").get(proposal=proposal, key=key)
    earlier = current.revisions.select_related("saved_by")[:REVISIONS_SHOWN]
    rows = [(revision, _changes(current, revision.content)) for revision in earlier]
    return render(
        request,
        "submissions/revisions.html",
        {"proposal": proposal, "section": current, "rows": rows, "may_edit": _may_edit(request, proposal)},
    )


def _changes(current: Section, then: dict[str, Any]) -> list[tuple[Any, str, str, str]]:
    """Return label, an excerpt of then and of now, and the whole text of then for each answer that differs."""
    differences = _differences(current, then, current.content) + _letters(then, current.content)
    return [(label, *around_the_difference(before, today), before) for label, before, today in differences]


@require_POST
@for_proposal("submissions.edit_proposal")
def restore(request: HttpRequest, proposal: Proposal, key: str, version: int) -> HttpResponse:
    """Go back to an earlier version of a task; what stood there becomes an earlier version itself."""
    base = request.POST.get("version", "")
    try:
        restore_revision(
            proposal,
            key,
            version,
            base_version=number_in(base, none=-1),
            actor=_actor(request),
            at=received_at(request),
        )
    except SectionRevision.DoesNotExist as error:
        raise Http404 from error
    except (SectionConflict, NotEditable) as refusal:
        messages.error(request, refusal.text)
        return redirect("submissions:revisions", public_id=proposal.public_id, key=key)
    messages.success(request, _("Die frühere Fassung gilt wieder. Die bisherige steht unter den früheren Fassungen."))
    return redirect("submissions:section", public_id=proposal.public_id, key=key)


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _may_edit(request: HttpRequest, proposal: Proposal) -> bool:
    return proposal.state in Proposal.EDITABLE and may(request, "submissions.edit_proposal", proposal)
