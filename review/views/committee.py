"""The committee's own pages: the votes, the topics, and the ballot."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from connective import clock
from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import electorate
from review.domain.cast_ballot import BallotConflict, VoteClosed, cast
from review.domain.certify_round import result_of
from review.domain.conflict_suggestions import suggestions
from review.domain.declare import declare as declare_conflict
from review.domain.electorate import OwnTopic
from review.domain.paper import topic_for
from review.domain.rounds import FINISHED, State
from review.domain.sentences import rule_in_words, sentence
from review.forms.acts import DeclareForm
from review.forms.ballot import BallotForm
from review.models import Elector, ShortlistEntry, TopicTally, VotingRound
from review.views.access import may, reader

UNPROCESSABLE, CONFLICT, TOO_LATE = 422, 409, 403
type_of_view = Callable[..., HttpResponseBase]


def for_elector(view: type_of_view) -> type_of_view:
    """Give a view the round that its address names and the person's row on the roll; without one there is no such page."""

    @wraps(view)
    @login_required
    def found(request: HttpRequest, round_id: int, **kwargs: Any) -> HttpResponseBase:
        round_ = electorate.rounds_of(reader(request)).filter(pk=round_id).first()
        elector = electorate.elector_of(reader(request), round_) if round_ else None
        if round_ is None or elector is None:
            raise Http404
        return view(request, round_, elector, **kwargs)

    return found


@require_safe
@login_required
def votes(request: HttpRequest) -> HttpResponse:
    """List the votes on whose roll the person stands."""
    rounds = list(electorate.rounds_of(reader(request)))
    if not rounds and not may(request, "review.vote"):
        raise Http404
    now, topics = clock.now(), electorate.topics_in(reader(request), rounds)
    rows = [(round_, sum(not one.is_done for one in topics[round_.pk]), _is_open(round_, now)) for round_ in rounds]
    return render(request, "committee/votes.html", {"rows": rows})


@require_safe
@for_elector
def show_round(request: HttpRequest, round_: VotingRound, elector: Elector) -> HttpResponse:
    """Show what is voted on, how, until when, and where one's own ballots stand."""
    topics = electorate.topics_of(reader(request), round_)
    tallies = {}
    if round_.state == State.CERTIFIED:
        told = TopicTally.objects.filter(tally__round=round_).select_related("topic__round")
        results = _results(round_)
        tallies = {tally.topic_id: f"{results[tally.topic_id]}: {sentence(tally)}" for tally in told}
    context = {
        "round": round_,
        "elector": elector,
        "rule": rule_in_words(round_),
        "topics": [(one, tallies.get(one.topic.pk, "") if not one.is_recused else "") for one in topics],
        "done": sum(one.is_done for one in topics),
        "is_open": _is_open(round_, clock.now()),
        "next": next((one for one in topics if not one.is_done), None),
        "presides": elector.is_chair and round_.state in FINISHED,
    }
    return render(request, "committee/round.html", context)


def _results(round_: VotingRound) -> dict[int, str]:
    """Return what a certified round says about each topic, in words."""
    result = result_of(round_)
    chosen = {topic.pk: _("Ausgewählt") for topic in result.accepted}
    reserve = {topic.pk: f"{_('Nachrückliste')} {rank}" for rank, topic in enumerate(result.reserve, 1)}
    return {topic.pk: _("Nicht ausgewählt") for topic in result.rejected} | chosen | reserve


@require_safe
@for_elector
def topic(request: HttpRequest, round_: VotingRound, elector: Elector, position: int) -> HttpResponse:
    """Show a topic: first the question about conflicts, then summary, evidence, scores and the ballot."""
    return _topic_page(request, round_, elector, position)


@require_POST
@for_elector
def ballot(request: HttpRequest, round_: VotingRound, elector: Elector, position: int) -> HttpResponse:
    """Take a ballot, and lead on to the next topic that has none."""
    own = _own_or_404(request, round_, position)
    if own.is_recused or not own.is_declared:
        raise Http404
    form = BallotForm(round_, request.POST)
    if round_.state in FINISHED or received_at(request) >= round_.closes_at:
        # Before the form is checked: what was typed is shown, complete or not.
        return _too_late(request, round_, own, form)
    if not form.is_valid():
        return _topic_page(request, round_, elector, position, form=form, status=UNPROCESSABLE)
    given = form.cleaned_data
    try:
        cast(
            own.topic,
            given["choice"],
            reason=given.get("reason", ""),
            statement=given["statement"],
            based_on=given["based_on"],
            actor=reader(request),
            at=received_at(request),
        )
    except BallotConflict as conflict:
        data = request.POST.copy()
        data["based_on"] = str(conflict.current.number if conflict.current else 0)
        mine = BallotForm(round_, data)
        mine.is_valid()
        return _topic_page(
            request,
            round_,
            elector,
            position,
            form=mine,
            problem=str(conflict.text),
            theirs=conflict.current,
            status=CONFLICT,
        )
    except VoteClosed:
        return _too_late(request, round_, own, form)
    except DomainError as refusal:
        return _topic_page(request, round_, elector, position, form=form, problem=str(refusal.text), status=CONFLICT)
    messages.success(
        request,
        _("Ihre Stimme zu %(reference)s ist eingegangen. Eine Quittung kommt in wenigen Minuten per E-Mail.")
        % {"reference": own.topic.proposal.reference},
    )
    return _go_on(request, round_)


@require_POST
@for_elector
def declare(request: HttpRequest, round_: VotingRound, elector: Elector, position: int) -> HttpResponse:
    """Record whether the person has a conflict; with one, the topic is closed and there is no ballot."""
    own = _own_or_404(request, round_, position)
    if own.proposal is None:
        raise Http404
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return _topic_page(request, round_, elector, position, declare_form=form, status=UNPROCESSABLE)
    try:
        declaration = declare_conflict(
            own.proposal, **form.cleaned_data, actor=reader(request), at=received_at(request)
        )
    except DomainError as refusal:
        return _topic_page(
            request, round_, elector, position, declare_form=form, problem=str(refusal.text), status=CONFLICT
        )
    if declaration.is_conflict:
        messages.success(request, _("Danke. Sie nehmen an diesem Thema nicht teil; es ist für Sie geschlossen."))
        return _go_on(request, round_)
    return redirect("committee:topic", round_.pk, position)


def _too_late(request: HttpRequest, round_: VotingRound, own: OwnTopic, form: BallotForm) -> HttpResponse:
    """Explain that the vote is over, and show what was typed."""
    round_.refresh_from_db()  # it may have been closed since the page was asked for
    context = {"round": round_, "own": own, "form": form, "received_at": received_at(request)}
    return render(request, "committee/too_late.html", context, status=TOO_LATE)


def _topic_page(
    request: HttpRequest,
    round_: VotingRound,
    elector: Elector,
    position: int,
    *,
    form: BallotForm | None = None,
    declare_form: DeclareForm | None = None,
    problem: str = "",
    theirs: Any = None,
    status: int = 200,
) -> HttpResponse:
    own = _own_or_404(request, round_, position)
    last = round_.topics.count()
    context: dict[str, Any] = {
        "round": round_,
        "elector": elector,
        "own": own,
        "problem": problem,
        "theirs": theirs,
        "is_open": _is_open(round_, clock.now()),
        "previous": position - 1 if position > 1 else None,
        "following": position + 1 if position < last else None,
        "last": last,
    }
    if own.proposal is not None and not own.is_recused:
        if own.is_declared:
            context |= {
                "topic": topic_for(reader(request), own.proposal),
                "entry": ShortlistEntry.objects.filter(shortlist=round_.shortlist_id, proposal=own.proposal).first(),
                "form": form or BallotForm(round_, initial=_initial(own)),
            }
        else:
            context["suggestions"] = suggestions(reader(request), own.proposal)
            context["declare_form"] = declare_form or DeclareForm()
    return render(request, "committee/topic.html", context, status=status)


def _initial(own: OwnTopic) -> dict[str, Any]:
    if own.ballot is None:
        return {"based_on": 0}
    names = ("choice", "reason", "statement")
    return {"based_on": own.ballot.number, **{name: getattr(own.ballot, name) for name in names}}


def _own_or_404(request: HttpRequest, round_: VotingRound, position: int) -> OwnTopic:
    topics = electorate.topics_of(reader(request), round_)
    found = next((one for one in topics if one.topic.position == position), None)
    if found is None:
        raise Http404
    return found


def _is_open(round_: VotingRound, now: Any) -> bool:
    return bool(round_.state == State.OPEN and round_.opens_at <= now < round_.closes_at)


def _go_on(request: HttpRequest, round_: VotingRound) -> HttpResponse:
    """Lead to the next topic without a ballot, or back to the overview."""
    following = next((one for one in electorate.topics_of(reader(request), round_) if not one.is_done), None)
    if following is None:
        return redirect("committee:round", round_.pk)
    return redirect("committee:topic", round_.pk, following.topic.position)
