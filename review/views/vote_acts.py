"""The acts of a vote: discard, open, record who is there, close, resolve what is open, certify."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connective.accounts.fresh import fresh_sign_in_required
from connective.accounts.models import User
from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import settle
from review.domain.attendance import record_attendance
from review.domain.certify_round import certify as certify_round
from review.domain.close_round import close as close_round
from review.domain.open_round import open_round
from review.domain.prepare_round import discard as discard_round
from review.domain.rounds import NotPresiding
from review.domain.vote_mails import remind_by_hand
from review.forms.vote import CastingForm, RulingForm
from review.models import Elector, VotingRound
from review.views.access import for_call, reader
from review.views.vote import CONFLICT, UNPROCESSABLE, pending_for, rounds_for, vote_page
from submissions.models import Call


@require_POST
@for_call("review.hold_vote")
def discard(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Take a round in preparation away."""
    done = _("Die Vorbereitung ist verworfen.")
    return _do(request, call, number, discard_round, done)


@require_POST
@for_call("review.hold_vote")
def open_vote(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Open a round."""
    done = _("Die Abstimmung ist eröffnet. Das Verzeichnis der Stimmberechtigten ändert sich nicht mehr.")
    return _do(request, call, number, open_round, done)


@require_POST
@for_call("review.hold_vote")
def attendance(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Record for everybody on the roll whether they are there."""
    ticked = set(request.POST.getlist("present"))

    def write(round_: VotingRound, *, actor: User, at: datetime) -> None:
        for elector in Elector.objects.filter(round=round_).select_related("round"):
            is_present = str(elector.pk) in ticked
            if is_present or elector.attendances.exists():
                record_attendance(elector, is_present, actor=actor, at=at)

    return _do(request, call, number, write, _("Die Anwesenheit ist festgehalten."))


@require_POST
@for_call("review.hold_vote")
def remind(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Remind those who have still to vote."""
    done = _("Wer noch nicht abgestimmt hat, erhält heute eine Erinnerung per E-Mail.")
    return _do(request, call, number, remind_by_hand, done)


@require_POST
@for_call("review.hold_vote")
def close(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Close a round and count it."""
    done = _("Die Abstimmung ist geschlossen und ausgezählt.")
    return _do(request, call, number, close_round, done)


@require_POST
@for_call("review.certify_vote")
@fresh_sign_in_required
def certify(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Certify the result as a second person."""
    done = _("Das Ergebnis ist festgestellt.")
    return _do(request, call, number, certify_round, done)


@require_POST
@for_call("review.draw_lot")
def lot(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Draw lots for the open ties."""
    done = _("Das Los ist gezogen. Der Startwert steht unten; damit lässt sich die Ziehung nachrechnen.")
    return _do(request, call, number, settle.draw_lot, done)


@require_POST
@for_call("review.see_vote")
def casting(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Record the chair's casting vote."""

    def act(round_: VotingRound, form: CastingForm, **how: Any) -> None:
        settle.cast_vote(round_, form.ranked(), **how)

    return _preside(request, call, number, CastingForm, act, done=_("Der Stichentscheid ist festgehalten."))


@require_POST
@for_call("review.see_vote")
def ruling(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Record what the chair decides after a consultative vote."""

    def act(round_: VotingRound, form: RulingForm, **how: Any) -> None:
        settle.rule(round_, form.chosen(), form.reserve(), **how)

    return _preside(request, call, number, RulingForm, act, done=_("Die Entscheidung des Vorsitzes ist festgehalten."))


def _round(request: HttpRequest, call: Call, number: int) -> VotingRound:
    return get_object_or_404(rounds_for(request, call), number=number)


def _do(request: HttpRequest, call: Call, number: int, act: Callable[..., object], done: str) -> HttpResponse:
    """Do one act on a round and go back to the page, or show it with the refusal."""
    round_ = _round(request, call, number)
    try:
        act(round_, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return _refused(request, round_, refusal.text)
    messages.success(request, done)
    if VotingRound.objects.filter(pk=round_.pk).exists():
        return _back(round_)
    return redirect("review:vote", call.pk)


def _preside(
    request: HttpRequest,
    call: Call,
    number: int,
    kind: type[CastingForm] | type[RulingForm],
    act: Callable[..., None],
    *,
    done: str,
) -> HttpResponse:
    """Do what the chair resolves with a form of this kind and go back to the page, or show it with what is wrong."""
    round_ = _round(request, call, number)
    pending = pending_for(request, round_)
    if pending is None or pending.is_ruling != (kind is RulingForm):
        return _refused(request, round_, NotPresiding().text)
    form = kind(pending.concerned, request.POST)
    shown: dict[str, Any] = {"ruling" if pending.is_ruling else "casting": form}
    if not form.is_valid():
        return vote_page(request, call, round_, **shown, status=UNPROCESSABLE)
    try:
        act(round_, form, reason=form.cleaned_data["reason"], actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        form.add_error(None, str(refusal.text))
        return vote_page(request, call, round_, **shown, status=CONFLICT)
    messages.success(request, done)
    return _back(round_)


def _refused(request: HttpRequest, round_: VotingRound, problem: str) -> HttpResponse:
    current = rounds_for(request, round_.call).filter(pk=round_.pk).first()
    return vote_page(request, round_.call, current, problem=problem, status=CONFLICT)


def _back(round_: VotingRound) -> HttpResponse:
    response: HttpResponse = redirect("review:vote", round_.call_id)
    response["Location"] += f"?runde={round_.number}"
    return response
