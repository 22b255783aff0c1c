"""The file of a proposal, page by page: reading beside the score sheet, formal check, reviews, history."""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from csp.constants import SELF
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from connective.mail.models import Message
from review.domain import blind, evidence
from review.domain.check_formally import FACTS
from review.domain.conflict_suggestions import suggestions
from review.domain.country_status import developing_countries
from review.domain.differences import differences
from review.domain.history import history_of
from review.domain.visible import SeenProposal, comments_for, sheets_for
from review.forms.acts import CheckForm, CommentForm, DeclareForm, ReasonForm
from review.models import Criterion, Declaration, FormalCheck, ScoreSheet
from review.tasks import compare_topics
from review.views.access import for_proposal, may, page, reader, visible_proposals
from review.views.sheet import Refused, save, sheet_context
from submissions.domain.countries import name
from submissions.domain.form_sheet import cities_of
from submissions.domain.summary import summary
from submissions.models import OfficialPdf, SubmittedVersion
from submissions.tasks import told

PARTS = (
    ("file", gettext_lazy("Lesen und bewerten"), ("review.see_proposal",)),
    ("check", gettext_lazy("Formale Prüfung"), ("review.check_formally", "review.read_proposal")),
    ("reviews", gettext_lazy("Bewertungen und Gespräch"), ("review.see_scores",)),
    ("history", gettext_lazy("Fassungen und Verlauf"), ("review.read_proposal",)),
)
"""The pages of a file: name, label, and the permissions of which one is enough."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_proposal("review.see_proposal")
def file(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Show the declaration first; then the PDF beside evidence and score sheet, which is saved here."""
    if request.method != "POST":
        return file_page(request, proposal)
    if not may(request, "review.score", proposal):
        raise Http404
    outcome = save(request, proposal)
    return file_page(request, proposal, refused=outcome) if isinstance(outcome, Refused) else outcome


def file_page(
    request: HttpRequest,
    proposal: SeenProposal,
    *,
    declare_form: Form | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the first page of the file, with what was typed and refused."""
    context: dict[str, Any] = {}
    if may(request, "review.read_proposal", proposal):
        version = _version(proposal)
        content = blind.content_for(proposal)
        names = may(request, "review.see_identity", proposal)
        gathered = evidence.gather(proposal, visible_proposals(request))
        if gathered.similar_pending:
            told(compare_topics, proposal.call_id)
        context = {
            "version": version,
            "groups": summary(proposal, content, counted=gathered.developing),
            "has_pdf": not names or OfficialPdf.objects.filter(version=version).exists(),
            "evidence": gathered,
            **sheet_context(request, proposal, gathered, refused),
        }
    elif may(request, "review.declare", proposal):
        context = {
            "declare_form": declare_form or DeclareForm(),
            "suggestions": [Declaration.Kind(kind).label for kind in suggestions(reader(request), proposal)],
        }
    response = render_part(request, proposal, "file", context, status=refused.status if refused else status)
    if context.get("has_pdf"):
        response._csp_replace = {"object-src": [SELF], "frame-src": [SELF]}  # type: ignore[attr-defined]
    return response


@require_safe
@for_proposal("review.see_proposal")
def check(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Show the facts of the formal check and its results so far."""
    return check_page(request, proposal)


def check_page(
    request: HttpRequest, proposal: SeenProposal, form: Form | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of the formal check, with what was typed and refused."""
    may_check = may(request, "review.check_formally", proposal)
    if not may_check and not may(request, "review.read_proposal", proposal):
        raise Http404
    checks = list(FormalCheck.objects.filter(proposal=proposal).select_related("checked_by"))
    current = next((found for found in checks if found.is_current), None)
    names = may(request, "review.see_identity", proposal)
    content = json.loads(_version(proposal).content)
    shown = content if names else blind.without_names(content)
    context = {
        "checks": checks,
        "groups": [group for group in summary(proposal, shown) if group.key in FACTS],
        "countries": list(_countries(proposal, shown)),
        "may_override": may(request, "review.override_country"),
        "form": (form or CheckForm(initial={"result": current.result} if current else None)) if may_check else None,
    }
    return render_part(request, proposal, "check", context, status=status)


@require_safe
@for_proposal("review.see_scores")
def reviews(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Show all submitted sheets side by side, and the conversation about them."""
    return reviews_page(request, proposal)


def reviews_page(
    request: HttpRequest, proposal: SeenProposal, form: Form | None = None, status: int = 200
) -> HttpResponse:
    """Render the reviews and the conversation, with what was typed and refused."""
    sheets = list(
        sheets_for(reader(request), proposal.call)
        .filter(version=proposal.version_in_force, state=ScoreSheet.State.SUBMITTED)
        .prefetch_related("scores__criterion")
        .order_by("submitted_at")
    )
    context = {
        "sheets": sheets,
        "table": list(_side_by_side(sheets)),
        "comments": comments_for(reader(request), proposal),
        "comment_form": (form or CommentForm()) if may(request, "review.comment", proposal) else None,
        "reopen_form": ReasonForm(auto_id=False) if may(request, "review.reopen_sheet", proposal) else None,
    }
    return render_part(request, proposal, "reviews", context, status=status)


@require_safe
@for_proposal("review.read_proposal")
def history(request: HttpRequest, proposal: SeenProposal) -> HttpResponse:
    """Show the versions with their differences, and to the office the messages and what happened."""
    versions = list(proposal.versions.order_by("-number").select_related("pdf"))
    names = may(request, "review.see_identity", proposal)
    sees_all = may(request, "review.assign") or may(request, "review.see_declarations")
    context = {
        "versions": list(_changed(proposal, versions, names=names)),
        "messages_sent": _messages(versions) if sees_all and names else None,
        "lines": history_of(proposal, with_declarations=may(request, "review.see_declarations")) if sees_all else None,
        "names": names,
    }
    return render_part(request, proposal, "history", context)


def render_part(
    request: HttpRequest, proposal: SeenProposal, part: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render one page of a file."""
    row: Any = proposal
    parts = [
        {"name": f"review:{name}", "label": label, "is_here": name == part}
        for name, label, permissions in PARTS
        if any(may(request, permission, proposal) for permission in permissions)
    ]
    shared = {
        "proposal": proposal,
        "parts": parts,
        "may_read": may(request, "review.read_proposal", proposal),
        "may_see_identity": may(request, "review.see_identity", proposal),
    }
    return page(
        request,
        f"file_{part}.html",
        {**shared, **context},
        title=f"{row.reference} {row.shown_title}",
        call=proposal.call,
        status=status,
    )


def _version(proposal: SeenProposal) -> SubmittedVersion:
    """Return the version in force, which every proposal of the review has."""
    assert proposal.version_in_force is not None
    return proposal.version_in_force


def _side_by_side(sheets: list[ScoreSheet]) -> Iterator[dict[str, Any]]:
    """Yield a row per criterion with the scores of all sheets, in the order of the criteria."""
    criteria: dict[str, Criterion] = {}
    for sheet in sheets:
        for score in sheet.scores.all():
            if score.criterion.criteria_set_id == sheet.criteria_set_id:
                criteria.setdefault(score.criterion.key, score.criterion)
    for key, criterion in sorted(criteria.items(), key=lambda item: item[1].position):
        yield {
            "criterion": criterion,
            "scores": [
                next(
                    (
                        score
                        for score in sheet.scores.all()
                        if score.criterion.key == key and score.criterion.criteria_set_id == sheet.criteria_set_id
                    ),
                    None,
                )
                for sheet in sheets
            ],
        }


def _changed(proposal: SeenProposal, versions: list[SubmittedVersion], *, names: bool) -> Iterator[dict[str, Any]]:
    """Yield each version, the newest first, with what changed since the one before."""
    contents = [json.loads(version.content) for version in versions]
    if not names:
        contents = [blind.without_names(content) for content in contents]
    changes = [differences(proposal, before, after) for after, before in pairwise(contents)]
    for version, changed in zip(versions, [*changes, None], strict=True):
        yield {"version": version, "changes": changed, "has_pdf": not names or hasattr(version, "pdf")}


def _messages(versions: list[SubmittedVersion]) -> list[Message]:
    return list(Message.objects.filter(occasion__in=[f"version:{version.pk}" for version in versions]))


def _countries(proposal: SeenProposal, content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the proposed countries with their status, and why it is other than on the list."""
    counts = developing_countries(proposal.call)
    decided = {override.iso2: override for override in proposal.call.country_overrides.all()}
    for iso2 in dict.fromkeys(row.get("country", "") for row in cities_of(content)):
        if iso2:
            yield {
                "iso2": iso2,
                "name": name(iso2, get_language() or "de"),
                "developing": iso2 in counts,
                "decided": decided.get(iso2),
            }
