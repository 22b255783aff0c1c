"""What follows the answers in demo mode: an event that took place, one that is being prepared, and other interests."""

from datetime import date, datetime, timedelta

from connective import clock
from connective.accounts.models import User
from review.domain.follow_up import EventFacts, TaskFacts, add_task, held, save_event, save_task
from review.domain.interests import state_interests
from review.models import EventPlan, OtherInterest, PlanTask
from submissions.models import Call, Membership, Proposal, Role

Activity, State = OtherInterest.Activity, PlanTask.State

HELD, PREPARED = "Stadt Wendelsiel", "Stadt Lindenfurt"
INTERESTS = {
    "Stadtwerke Kirchmoos GmbH": (Activity.EXPERTS, Activity.NEWS),
    "Landkreis Westerauen": (Activity.EVENTS, Activity.PROJECTS),
    "Stadt Birkenzell": (Activity.EXPERTS,),
}
TASKS: tuple[tuple[str, int | None, str, str], ...] = (
    (State.DONE, -70, "Jasmin Overkamp", ""),
    (State.OPEN, 12, "Amt für Stadtplanung", "Das Programm liegt als Entwurf vor."),
    (State.OPEN, 20, "Amt für Stadtplanung", "Mustervertrag auf Englisch; Rundgang durch sechs Läden."),
    (State.OPEN, 40, "Büro des Oberbürgermeisters", ""),
    (State.DONE, -45, "Jasmin Overkamp", "Covilhã hat zugesagt."),
    (State.DONE, -30, "Gebäudewirtschaft", "Das erste Obergeschoss ist für drei Tage reserviert."),
    (State.OPEN, 25, "Geschäftsstelle", ""),
    (State.DONE, -10, "Geschäftsstelle", "Makhanda und Manizales haben zugesagt."),
    (State.OPEN, 6, "Geschäftsstelle", "Zwei von vier Fachleuten haben zugesagt."),
    (State.OPEN, None, "Geschäftsstelle", ""),
)
"""The tasks of the event in preparation in the order of the plan: state, days from today, who, what else."""
MORE = ("Grußwort abstimmen", 30)


def follow_up_call(call: Call, office: User) -> str:
    """Let hosts and office work on the plans of an answered call, and others say what interests them."""
    now = clock.now()
    today = now.astimezone(clock.BERLIN).date()
    plans = {plan.proposal.organisation_name: plan for plan in EventPlan.objects.filter(proposal__call=call)}
    _hold(plans[HELD], office, now, first=_tuesday(call.closes_at.date() + timedelta(days=105)))
    _prepare(plans[PREPARED], office, now, today)
    for proposal in call.proposals.filter(organisation_name__in=INTERESTS):
        chosen = INTERESTS[proposal.organisation_name]
        state_interests(proposal, chosen, based_on=(), actor=_author(proposal), at=now)
    return f"{len(plans)} plans of {call.slug}"


def _hold(plan: EventPlan, office: User, now: datetime, *, first: date) -> None:
    """Do all tasks, and record that the event took place."""
    last = first + timedelta(days=2)
    facts = EventFacts(plan.title, plan.mode, first, last, "Wendelsiel, Ratssaal", "Wasserverband Wendelsiel")
    plan = save_event(plan, facts, based_on=plan.version, actor=office, at=now)
    for task in plan.tasks.all():
        save_task(task, TaskFacts(State.DONE), based_on=task.version, actor=_writer(task, office), at=now)
    held(plan, based_on=plan.version, actor=office, at=now, today=last + timedelta(days=1))


def _prepare(plan: EventPlan, office: User, now: datetime, today: date) -> None:
    """Do some of the tasks, and set days for the others."""
    first = _tuesday(today + timedelta(days=40))
    facts = EventFacts(
        plan.title, plan.mode, first, first + timedelta(days=2), "Lindenfurt, ehemaliges Kaufhaus am Markt"
    )
    plan = save_event(plan, facts, based_on=plan.version, actor=office, at=now)
    for task, (state, days, owner, note) in zip(plan.tasks.order_by("position"), TASKS, strict=True):
        due_on = None if days is None else today + timedelta(days=days)
        typed = TaskFacts(state, owner, due_on, note)
        save_task(task, typed, based_on=task.version, actor=_writer(task, office), at=now)
    title, days = MORE
    add_task(plan, PlanTask.Side.HOST, title, due_on=today + timedelta(days=days), actor=_author(plan.proposal), at=now)


def _tuesday(day: date) -> date:
    """Return the first Tuesday from a day on."""
    return day + timedelta(days=(1 - day.weekday()) % 7)


def _writer(task: PlanTask, office: User) -> User:
    return _author(task.plan.proposal) if task.side == PlanTask.Side.HOST else office


def _author(proposal: Proposal) -> User:
    return Membership.objects.get(organisation=proposal.organisation, role=Role.MANAGE).user
