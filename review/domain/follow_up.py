"""The plan of an event, kept by the host and Connective Cities together.

Plans begin with the release of the letter of an acceptance. Whether the host sees one follows from what the host was told
(`review.domain.answers`), and not from the plan: an acceptance that lapses changes nothing here before its letter is sent.
Order of locks: call, plan, task, audit log.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.answers import visible_answer
from review.domain.plan_tasks import DIVISION
from review.domain.rounds import OFFICE, check_role
from review.models import Decision, EventPlan, Outcome, PlanTask
from submissions.models import Membership, PastEvent, Proposal, Role

MOST_TASKS = 100
"""Tasks of a plan; nobody reads more, and a form cannot fill the database."""

State = EventPlan.State


class PlanConflict(DomainError):
    """Somebody else, or another tab, saved it in between; nothing was overwritten."""

    message = _("Inzwischen wurde an anderer Stelle gespeichert. Beide Fassungen stehen unten; nichts ist verloren.")


class PlanFinished(DomainError):
    """The event took place or was called off; its plan is closed."""

    message = _("Der Plan ist abgeschlossen und kann nicht mehr geändert werden.")


class NotHeldYet(DomainError):
    """What an event in the overview needs is missing; the text says what."""


class TooManyTasks(DomainError):
    """A plan is full."""

    message = _("Der Plan hat schon so viele Aufgaben, wie er fasst.")


@dataclass(frozen=True)
class EventFacts:
    """What is known of the event."""

    title: str
    mode: str
    starts_on: date | None = None
    ends_on: date | None = None
    venue: str = ""
    co_organisers: str = ""


@dataclass(frozen=True)
class TaskFacts:
    """What both sides write of a task."""

    state: str
    owner: str = ""
    due_on: date | None = None
    note: str = ""


def begin(decisions: Iterable[Decision], *, at: datetime) -> int:
    """Begin the plans of acceptances whose letters are being released; called in that transaction, before its record.

    An accepted proposal whose plan was called off (a reserve that moved up twice) has it taken up again. Return how many
    plans began.
    """
    accepted = [decision for decision in decisions if decision.outcome == Outcome.ACCEPTANCE]
    proposals = [decision.proposal_id for decision in accepted]
    known = set(EventPlan.objects.filter(proposal__in=proposals).values_list("proposal", flat=True))
    for decision in accepted:
        EventPlan.objects.filter(proposal=decision.proposal_id, state=State.CANCELLED).update(
            state=State.PLANNED, title=decision.final_title, mode=decision.final_mode, version=F("version") + 1
        )
    plans = EventPlan.objects.bulk_create(
        EventPlan(proposal_id=decision.proposal_id, title=decision.final_title, mode=decision.final_mode, created_at=at)
        for decision in accepted
        if decision.proposal_id not in known
    )
    PlanTask.objects.bulk_create(
        PlanTask(plan=plan, side=side, title=title, position=position)
        for plan in plans
        for position, (side, title) in enumerate(DIVISION, 1)
    )
    return len(plans)


def plan_for_host(proposal: Proposal) -> EventPlan | None:
    """Return the plan as far as the host was told of the acceptance, or None."""
    answer = visible_answer(proposal)
    if answer is None or not answer.is_accepted:
        return None
    return EventPlan.objects.filter(proposal=proposal).first()


def is_in_force(plan: EventPlan) -> bool:
    """Say whether the acceptance on which the plan rests is in force."""
    return bool(in_force([plan]))


def in_force(plans: Collection[EventPlan]) -> set[int]:
    """Return the keys of the plans whose acceptance is in force (one query)."""
    accepted = Decision.objects.filter(
        proposal__in=[plan.proposal_id for plan in plans], superseded_by=None, outcome=Outcome.ACCEPTANCE
    )
    proposals = set(accepted.values_list("proposal", flat=True))
    return {plan.pk for plan in plans if plan.proposal_id in proposals}


def save_event(plan: EventPlan, facts: EventFacts, *, based_on: int, actor: User, at: datetime) -> EventPlan:
    """Save what is known of the event; the office alone does.

    Raises NotPermitted, PlanFinished and PlanConflict.
    """
    check_role(actor, OFFICE)
    with transaction.atomic():
        before = _locked(plan)
        if before.version != based_on:
            raise PlanConflict
        _write(before, asdict(facts), "plan.event_saved", actor, at)
    return before


def call_off(plan: EventPlan, *, based_on: int, actor: User, at: datetime) -> EventPlan:
    """Record that the event does not take place. Raises NotPermitted, PlanFinished and PlanConflict."""
    check_role(actor, OFFICE)
    with transaction.atomic():
        before = _locked(plan)
        if before.version != based_on:
            raise PlanConflict
        _write(before, {"state": State.CANCELLED}, "plan.called_off", actor, at)
    return before


def held(plan: EventPlan, *, based_on: int, actor: User, at: datetime, today: date) -> EventPlan:
    """Record that the event took place, and put it into the public overview.

    `today` is the day in Berlin. Raises NotPermitted, PlanFinished, PlanConflict and NotHeldYet.
    """
    check_role(actor, OFFICE)
    try:
        with transaction.atomic():
            before = _locked(plan)
            if before.version != based_on:
                raise PlanConflict
            if before.starts_on is None or before.ends_on is None:
                raise NotHeldYet(_("Bitte tragen Sie erst ein, von wann bis wann die Veranstaltung war."))
            if before.ends_on > today:
                raise NotHeldYet(_("Die Veranstaltung ist noch nicht zu Ende."))
            if not is_in_force(before):
                raise NotHeldYet(_("Die Zusage gilt nicht mehr."))
            event = PastEvent.objects.create(
                starts_on=before.starts_on,
                ends_on=before.ends_on,
                host=before.proposal.organisation_name,
                topic=before.title,
                mode=before.mode,
            )
            _write(before, {"state": State.HELD, "past_event": event}, "plan.held", actor, at)
    except IntegrityError as twice:
        raise NotHeldYet(
            _("In der Übersicht steht schon eine Veranstaltung dieses Gastgebers an diesem Tag.")
        ) from twice
    return before


def save_task(task: PlanTask, facts: TaskFacts, *, based_on: int, actor: User, at: datetime) -> PlanTask:
    """Save a task: the host its own, the office all. Raises NotPermitted, PlanFinished and PlanConflict."""
    with transaction.atomic():
        plan = _locked(task.plan)
        check_writer(actor, plan, task.side)
        locked = PlanTask.objects.select_for_update().get(pk=task.pk, plan=plan)
        if locked.version != based_on:
            raise PlanConflict
        changed = [name for name, value in asdict(facts).items() if getattr(locked, name) != value]
        if not changed:
            return locked
        for name in changed:
            setattr(locked, name, getattr(facts, name))
        locked.version += 1
        locked.save(update_fields=[*changed, "version"])
        record(
            "plan.task_saved",
            actor=actor,
            subject=locked,
            payload={"plan": plan.pk, "fields": changed, "version": locked.version, "at": at.isoformat()},
        )
    return locked


def add_task(
    plan: EventPlan, side: str, title: str, *, due_on: date | None = None, actor: User, at: datetime
) -> PlanTask:
    """Add a task at the end of a side: the host to its own, the office to both.

    The same open task twice (a double click) is one. Raises NotPermitted, PlanFinished and TooManyTasks.
    """
    with transaction.atomic():
        locked = _locked(plan)
        check_writer(actor, locked, side)
        tasks = PlanTask.objects.filter(plan=locked)
        same = tasks.filter(side=side, title=title, due_on=due_on).first()
        if same is not None:
            return same
        if tasks.count() >= MOST_TASKS:
            raise TooManyTasks
        last = tasks.filter(side=side).aggregate(last=Max("position"))["last"] or 0
        task = PlanTask.objects.create(plan=locked, side=side, title=title, due_on=due_on, position=last + 1)
        record(
            "plan.task_added",
            actor=actor,
            subject=task,
            payload={"plan": locked.pk, "side": str(side), "at": at.isoformat()},
        )
    return task


def check_writer(actor: User, plan: EventPlan, side: str) -> None:
    """Raise NotPermitted unless the person writes tasks of this side: office all, writing members of the host its own."""
    writes = Membership.objects.filter(
        user=actor, organisation=plan.proposal.organisation_id, role__in=[Role.EDIT, Role.MANAGE]
    )
    if side == PlanTask.Side.HOST and plan_for_host(plan.proposal) is not None and writes.exists():
        return
    check_role(actor, OFFICE)


def _locked(plan: EventPlan) -> EventPlan:
    """Lock a plan that is still being worked on."""
    locked = EventPlan.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=plan.pk)
    if locked.state != State.PLANNED:
        raise PlanFinished
    return locked


def _write(plan: EventPlan, values: dict[str, object], action: str, actor: User, at: datetime) -> None:
    changed = [name for name, value in values.items() if getattr(plan, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(plan, name, values[name])
    plan.version += 1
    plan.save(update_fields=[*changed, "version"])
    record(
        action,
        actor=actor,
        subject=plan,
        payload={"fields": changed, "version": plan.version, "at": at.isoformat()},
    )
