"""Recording the decisions of a call, all at once, on a certified vote or on a ruling of the chair."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain import decision_chain
from review.domain.certify_round import result_of
from review.domain.draft_decision import feedback_of
from review.domain.errors import ReasonNeeded
from review.domain.rounds import State, check_role
from review.domain.visible import proposals_for
from review.models import Decision, DecisionDraft, Declaration, Outcome, ReviewRole, VotingRound
from submissions.models import Call, Proposal

DECIDES = frozenset({ReviewRole.LEAD})
RULES = frozenset({ReviewRole.CHAIR})

Basis = Decision.Basis

_READING_ORDER = (Outcome.ACCEPTANCE, Outcome.RESERVE, Outcome.REJECTION, Outcome.LAPSED)


class NotDecidable(DomainError):
    """Something is missing before the decisions can be recorded; the text says what."""


class AlreadyDecided(DomainError):
    """There are decisions already; a correction supersedes one of them."""

    message = gettext_lazy(
        "Die Entscheidungen dieses Aufrufs sind schon festgehalten. Ändern kann sie nur eine Berichtigung."
    )


@dataclass(frozen=True)
class Proposed:
    """What the vote says about a proposal, before it is recorded."""

    proposal: Proposal
    outcome: Outcome
    reserve_rank: int | None = None


def in_force(call: Call) -> QuerySet[Decision]:
    """Return the decisions of a call that no other supersedes."""
    return Decision.objects.filter(call=call, superseded_by=None).select_related("proposal", "round", "decided_by")


def listed(call: Call) -> QuerySet[Decision]:
    """Return the decisions in force as a person reads them: acceptances, reserve list in its order, the others."""
    places = [When(outcome=outcome, then=Value(place)) for place, outcome in enumerate(_READING_ORDER)]
    return in_force(call).order_by(Case(*places), "reserve_rank", "proposal__reference")


def certified_round(call: Call) -> VotingRound | None:
    """Return the last certified vote of a call."""
    return VotingRound.objects.filter(call=call, state=State.CERTIFIED).order_by("-number").first()


def undecided(call: Call) -> QuerySet[Proposal]:
    """Return the submitted proposals about which nothing is decided yet."""
    submitted = Proposal.objects.filter(call=call, version_in_force__isnull=False)
    return submitted.exclude(pk__in=Decision.objects.filter(call=call).values("proposal")).order_by("reference")


def proposed(call: Call) -> list[Proposed]:
    """Return what the certified vote comes to for each undecided proposal; nothing without a certified vote.

    What was not voted on is a rejection, too: the committee has chosen others.
    """
    round_ = certified_round(call)
    if round_ is None:
        return []
    result = result_of(round_)
    accepted = {topic.proposal_id for topic in result.accepted}
    ranks = {topic.proposal_id: rank for rank, topic in enumerate(result.reserve, 1)}
    return [
        Proposed(proposal, Outcome.ACCEPTANCE)
        if proposal.pk in accepted
        else Proposed(proposal, Outcome.RESERVE, ranks[proposal.pk])
        if proposal.pk in ranks
        else Proposed(proposal, Outcome.REJECTION)
        for proposal in undecided(call)
    ]


def obstacles(call: Call, reader: User) -> list[str]:
    """Return, in sentences, what is missing before the decisions of a vote can be recorded.

    A proposal that is closed to the reader by a conflict is not named: what is missing tells what was decided.
    """
    if certified_round(call) is None:
        return [_("Noch ist keine Abstimmung festgestellt.")]
    return _missing(proposed(call), reader)


def _missing(chosen: list[Proposed], reader: User) -> list[str]:
    drafts = _drafts([one.proposal for one in chosen])
    missing = {one.proposal: _missing_of(one, drafts.get(one.proposal.pk)) for one in chosen}
    seen = set(proposals_for(reader).filter(pk__in=[one.pk for one in missing]).values_list("pk", flat=True))
    sentences = [sentence for proposal, found in missing.items() if proposal.pk in seen for sentence in found]
    if any(found for proposal, found in missing.items() if proposal.pk not in seen):
        sentences.append(_("Bei einem Vorschlag, der Ihnen wegen Befangenheit verschlossen ist, fehlen noch Angaben."))
    return sentences


def _missing_of(one: Proposed, draft: DecisionDraft | None) -> list[str]:
    name, found = {"proposal": one.proposal.reference}, []
    if one.outcome == Outcome.ACCEPTANCE and not (draft and draft.final_title and draft.final_mode):
        found.append(_("%(proposal)s: Titel und Form der Veranstaltung fehlen.") % name)
    if draft and draft.reviewed_at is None and feedback_of(draft):
        found.append(_("%(proposal)s: Die Rückmeldung ist noch nicht von einer zweiten Person geprüft.") % name)
    return found


def decide(call: Call, *, actor: User, at: datetime) -> list[Decision]:
    """Record what the certified vote decided about every undecided proposal; the same request twice has one effect.

    Raises NotPermitted and NotDecidable.
    """
    check_role(actor, DECIDES)
    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=call.pk)
        chosen = proposed(locked)
        if not chosen and certified_round(locked) and Decision.objects.filter(call=locked).exists():
            return []
        if problems := obstacles(locked, actor):
            raise NotDecidable(" ".join(problems))
        made = _append(locked, chosen, basis=Basis.ROUND, round_=certified_round(locked), actor=actor, at=at)
        _record(locked, made, actor)
    return made


def rule(call: Call, outcomes: Mapping[int, Outcome], *, reason: str, actor: User, at: datetime) -> list[Decision]:
    """Record the chair's ruling without a vote: `outcomes` by the key of the proposal, all others are rejections.

    The reserve list has the order in which `outcomes` names it. From then on nothing of the call is withdrawn, as under
    a vote. Nobody rules on a call with a proposal that they have a conflict with: it needs a vote.
    Raises NotPermitted, ReasonNeeded, AlreadyDecided and NotDecidable.
    """
    check_role(actor, RULES)
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=call.pk)
        if Decision.objects.filter(call=locked).exists():
            raise AlreadyDecided
        if refusal := ruling_refusal(locked, actor, at):
            raise NotDecidable(refusal)
        reserve = [key for key, outcome in outcomes.items() if outcome == Outcome.RESERVE]
        ranks = {key: rank for rank, key in enumerate(reserve, 1)}
        chosen = [
            Proposed(proposal, outcomes.get(proposal.pk, Outcome.REJECTION), ranks.get(proposal.pk))
            for proposal in undecided(locked)
        ]
        if not chosen or outcomes.keys() - {one.proposal.pk for one in chosen}:
            raise NotDecidable(_("Ein genannter Vorschlag liegt nicht zur Entscheidung vor."))
        if problems := _missing(chosen, actor):
            raise NotDecidable(" ".join(problems))
        made = _append(locked, chosen, basis=Basis.RULING, round_=None, reason=reason.strip(), actor=actor, at=at)
        Call.objects.filter(pk=locked.pk, voting_since=None).update(voting_since=at)
        _record(locked, made, actor)
    return made


def ruling_refusal(call: Call, actor: User, at: datetime) -> str:
    """Return why a call cannot be ruled on now, or nothing."""
    if at < call.closes_at:
        return _("Der Aufruf nimmt noch Vorschläge an.")
    if VotingRound.objects.filter(call=call).exclude(state=State.CERTIFIED).exists():
        return _("Eine Abstimmung ist noch nicht abgeschlossen.")
    conflicts = Declaration.objects.filter(person=actor, is_current=True).exclude(kind=Declaration.Kind.NONE)
    if conflicts.filter(proposal__in=undecided(call)).exists():
        return _("Zu einem der Vorschläge sind Sie befangen. Über diesen Aufruf entscheidet nur eine Abstimmung.")
    return ""


def _append(
    call: Call,
    chosen: list[Proposed],
    *,
    basis: Decision.Basis,
    round_: VotingRound | None,
    actor: User,
    at: datetime,
    reason: str = "",
) -> list[Decision]:
    drafts = _drafts([one.proposal for one in chosen])
    rows = []
    for one in chosen:
        draft = drafts.get(one.proposal.pk)
        accepted = one.outcome == Outcome.ACCEPTANCE
        rows.append(
            Decision(
                proposal=one.proposal,
                outcome=one.outcome,
                reserve_rank=one.reserve_rank,
                basis=basis,
                round=round_,
                reason=reason,
                internal_reason=draft.internal_reason if draft else "",
                feedback=feedback_of(draft) if draft else "",
                final_title=draft.final_title if draft and accepted else "",
                final_mode=draft.final_mode if draft and accepted else "",
                decided_by=actor,
                decided_at=at,
            )
        )
    return decision_chain.append(call, rows)


def _drafts(proposals: list[Proposal]) -> dict[int, DecisionDraft]:
    found = DecisionDraft.objects.filter(proposal__in=proposals).prefetch_related("criterion_feedback__criterion")
    return {draft.proposal_id: draft for draft in found}


def _record(call: Call, made: list[Decision], actor: User) -> None:
    record(
        "decisions.recorded",
        actor=actor,
        subject=call,
        payload={"decisions": len(made), "head": made[-1].sha256 if made else decision_chain.head(call)},
    )
