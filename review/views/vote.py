"""The vote of a call: one page whose content follows the state of the round, and the form that prepares one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from connective import clock
from connective.accounts.rate_limits import limited
from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import certify_round, settle
from review.domain.attendance import present_electors
from review.domain.close_round import all_have_voted, seats_to_vote
from review.domain.open_round import future_roll, missing_for_opening
from review.domain.prepare_round import NoFixedShortlist, SettingsRefused, change, current_shortlist, prepare
from review.domain.rounds import FINISHED, State, newest
from review.domain.sentences import rule_in_words, sentence
from review.domain.visible import SeenProposal, proposals_for
from review.forms.vote import CastingForm, RoundForm, RulingForm
from review.models import Elector, Settlement, TopicTally, VotingRound, VotingTopic
from review.views.access import for_call, may, page, reader
from submissions.models import Call

UNPROCESSABLE, CONFLICT = 422, 409
USUAL_DURATION = timedelta(days=7)


@require_safe
@for_call("review.see_vote")
def vote(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the newest round that the person may see, or another one by its number."""
    wanted = request.GET.get("runde", "")
    seen = list(rounds_for(request, call))
    if not seen and not wanted:
        return vote_page(request, call, None)
    chosen = next((one for one in seen if str(one.number) == wanted), None if wanted else seen[0])
    if chosen is None:
        raise Http404
    return vote_page(request, call, chosen)


def vote_page(
    request: HttpRequest,
    call: Call,
    round_: VotingRound | None,
    *,
    problem: str = "",
    casting: CastingForm | None = None,
    ruling: RulingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a round, with what was refused."""
    rounds = list(rounds_for(request, call))
    newest_number = rounds[0].number if rounds else None
    is_newest = round_ is not None and round_.number == newest_number
    context: dict[str, Any] = {
        "rounds": rounds,
        "round": round_,
        "problem": problem,
        "may_prepare": may(request, "review.hold_vote") and (not rounds or rounds[0].state == State.CERTIFIED),
        "has_shortlist": _has_shortlist(call),
        "may_hold": is_newest and may(request, "review.hold_vote"),
    }
    if round_ is not None:
        context |= {"rule": rule_in_words(round_), "topics": list(_topics(request, round_))}
        if round_.state == State.DRAFT:
            context |= {"missing": missing_for_opening(round_, at=clock.now()), "seats": future_roll(call)}
        elif round_.state == State.OPEN:
            context |= _open(request, round_)
        else:
            context |= _result(request, round_, casting, ruling)
    return page(request, "vote.html", context, title=_("Abstimmung"), call=call, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.hold_vote")
def prepare_vote(request: HttpRequest, call: Call) -> HttpResponse:
    """Prepare a round, or change the one in preparation."""
    found = newest(call)
    draft = found if found is not None and found.state == State.DRAFT else None
    try:
        entries = current_shortlist(call).entries.order_by("position").values_list("proposal", flat=True)
    except NoFixedShortlist as refusal:
        messages.error(request, str(refusal.text))
        return redirect("review:vote", call.pk)
    seen = {proposal.pk: proposal for proposal in proposals_for(reader(request), call).filter(pk__in=list(entries))}
    listed = [seen[key] for key in entries if key in seen]
    form = RoundForm(
        listed,
        request.POST if request.method == "POST" else None,
        instance=draft,
        initial=_initial(call, draft, listed),
    )
    if form.is_bound and form.is_valid() and _prepared(request, call, draft, form):
        return redirect("review:vote", call.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    title = _("Abstimmung ändern") if draft else _("Abstimmung vorbereiten")
    return page(request, "vote_prepare.html", {"form": form}, title=title, call=call, status=status)


@require_safe
@for_call("review.see_vote")
@limited("export")
def vote_export(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Hand out all that a count rests on, so that anyone can count again; only as a whole, and only after the close."""
    round_ = rounds_for(request, call).filter(number=number, state__in=FINISHED).select_related("tally").first()
    if round_ is None:
        raise Http404
    topics = VotingTopic.objects.filter(round=round_)
    if proposals_for(reader(request), call).filter(pk__in=topics.values("proposal")).count() != topics.count():
        raise Http404
    response = HttpResponse(round_.tally.content, content_type="application/json")
    name = f"auszaehlung-{call.reference_prefix}-{round_.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def rounds_for(request: HttpRequest, call: Call) -> QuerySet[VotingRound]:
    """Return the rounds that the person may see, the newest first: one in preparation is the office's and the auditor's."""
    found = (
        VotingRound.objects.filter(call=call)
        .select_related("call", "shortlist", "created_by", "opened_by", "closed_by", "certified_by")
        .order_by("-number")
    )
    return found if may(request, "review.see_turnout") else found.exclude(state=State.DRAFT)


def pending_for(request: HttpRequest, round_: VotingRound) -> settle.Pending | None:
    """Return what the person, as chair or the chair's deputy, may resolve now; None where there is nothing."""
    pending = settle.needs_settlement(round_)
    if pending is None:
        return None
    if not pending.is_ruling:
        return pending if settle.may_preside(reader(request), round_, pending.concerned) else None
    try:
        return settle.Pending(topics=tuple(settle.open_to_ruling(reader(request), round_, pending)))
    except DomainError:
        return None


def _open(request: HttpRequest, round_: VotingRound) -> dict[str, Any]:
    """Return what is shown of an open round: who still has to vote, and never what anybody said."""
    is_over = clock.now() >= round_.closes_at
    if not may(request, "review.see_turnout"):
        return {"is_over": is_over}
    missing = {seat.member for seat in seats_to_vote(round_)}
    present = present_electors(round_)
    electors = Elector.objects.filter(round=round_).select_related("person", "deputy__person").order_by("pk")
    rows = [
        {
            "elector": elector,
            "deputy": getattr(elector, "deputy", None),
            "is_missing": elector.pk in missing,
        }
        for elector in electors
        if elector.deputy_for_id is None
    ]
    return {
        "is_over": is_over,
        "rows": rows,
        "present": present,
        "voted": len(rows) - len(missing),
        "may_close": is_over or all_have_voted(round_),
        "is_meeting": round_.setting == VotingRound.Setting.MEETING,
    }


def _result(
    request: HttpRequest, round_: VotingRound, casting: CastingForm | None, ruling: RulingForm | None
) -> dict[str, Any]:
    """Return what is shown of a closed round: tallies in sentences, what is open, and who may resolve it."""
    seen = {row["topic"].pk: row["proposal"] for row in _topics(request, round_)}
    pending, own = settle.needs_settlement(round_), pending_for(request, round_)
    if own is not None and own.is_ruling:
        ruling = ruling or RulingForm(own.topics)
    elif own is not None:
        casting = casting or CastingForm(own.concerned)
    result = certify_round.outcome(round_)
    parts = (
        (_("Ausgewählt"), result.accepted),
        (_("Nachrückliste"), result.reserve),
        (_("Nicht ausgewählt"), result.rejected),
    )
    return {
        "tally": round_.tally,
        "figures": list(_figures(seen)),
        "pending": pending,
        "ties": [[seen[topic.pk] for topic in tie if topic.pk in seen] for tie in pending.ties] if pending else [],
        "casting": casting,
        "ruling": ruling,
        "may_draw": pending is not None and not pending.is_ruling and may(request, "review.draw_lot"),
        "settlement": _settlement(round_, seen),
        "result": [(label, [seen[topic.pk] for topic in part if topic.pk in seen]) for label, part in parts],
        "is_resolved": pending is None,
        "may_certify": round_.state == State.CLOSED and pending is None and may(request, "review.certify_vote"),
        "is_own_close": round_.closed_by_id == reader(request).pk,
        "is_complete": len(seen) == VotingTopic.objects.filter(round=round_).count(),
    }


def _topics(request: HttpRequest, round_: VotingRound) -> Iterator[dict[str, Any]]:
    """Yield the topics that exist for the person, as they may see them."""
    topics = list(VotingTopic.objects.filter(round=round_).order_by("position"))
    seen = proposals_for(reader(request), round_.call).filter(pk__in=[topic.proposal_id for topic in topics])
    by_key = {proposal.pk: proposal for proposal in seen}
    for topic in topics:
        if topic.proposal_id in by_key:
            yield {"topic": topic, "proposal": by_key[topic.proposal_id]}


def _figures(seen: dict[int, SeenProposal]) -> Iterator[dict[str, Any]]:
    for row in TopicTally.objects.filter(topic__in=seen).select_related("topic__round").order_by("topic__position"):
        yield {
            "position": row.topic.position,
            "row": row,
            "proposal": seen[row.topic_id],
            "sentence": sentence(row),
        }


def _settlement(round_: VotingRound, seen: dict[int, SeenProposal]) -> dict[str, Any] | None:
    """Return the act that resolved what was open, with what is needed to repeat a lot."""
    found = Settlement.objects.filter(round=round_).select_related("decided_by").first()
    if found is None:
        return None
    ties = json.loads(found.content).get("ties", [])
    return {
        "act": found,
        "ties": [
            [(seen[key], settle.lot_of(seen[key].reference or "", found.seed)) for key in tie if key in seen]
            for tie in ties
        ],
        "is_lot": found.kind == Settlement.Kind.LOT,
    }


def _has_shortlist(call: Call) -> bool:
    try:
        current_shortlist(call)
    except NoFixedShortlist:
        return False
    return True


def _initial(call: Call, draft: VotingRound | None, listed: list[SeenProposal]) -> dict[str, Any]:
    """Return what the form begins with."""
    if draft is not None:
        chosen = set(draft.topics.values_list("proposal", flat=True))
        return {"topics": [str(proposal.pk) for proposal in listed if proposal.pk in chosen]}
    begin = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
    return {
        "topics": [str(proposal.pk) for proposal in listed],
        "places": call.places,
        "opens_at": begin,
        "closes_at": begin + USUAL_DURATION,
    }


def _prepared(request: HttpRequest, call: Call, draft: VotingRound | None, form: RoundForm) -> bool:
    """Save what was typed and return True, or put the refusal into the form."""
    given: dict[str, Any] = {
        "actor": reader(request),
        "at": received_at(request),
        "left_out": form.left_out(),
    }
    try:
        if draft is None:
            prepare(call, form.settings(), **given)
        else:
            change(draft, form.settings(), **given)
    except DomainError as refusal:
        form.add_error(refusal.field if isinstance(refusal, SettingsRefused) else None, str(refusal.text))
        return False
    messages.success(request, _("Die Abstimmung ist vorbereitet. Noch ist nichts eröffnet."))
    return True
