"""Plans of events: when they begin, who writes what, and that nobody overwrites unseen."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from connective.audit.models import Entry
from review.domain import follow_up
from review.domain.errors import NotPermitted
from review.domain.follow_up import EventFacts, PlanConflict, PlanFinished, TaskFacts, TooManyTasks
from review.models import EventPlan, Outcome, PlanTask
from submissions.models import Role
from tests.review.answered import RELEASED, SENT, answered_call, mark_sent, released_call, superseded
from tests.submissions.build import member

pytestmark = pytest.mark.django_db


def test_only_acceptances_begin_a_plan_and_each_only_once() -> None:
    world = released_call((Outcome.ACCEPTANCE, Outcome.RESERVE, Outcome.REJECTION))
    plan = EventPlan.objects.get()
    assert (plan.proposal, plan.title, plan.mode) == (world.proposals[0], "Dialog: Thema 1", "both")
    assert {side: plan.tasks.filter(side=side).count() for side in PlanTask.Side} == {"host": 6, "connective": 4}
    assert follow_up.begin(world.decisions, at=RELEASED) == 0
    assert PlanTask.objects.count() == 10


def test_a_plan_that_was_called_off_is_taken_up_again_by_another_acceptance() -> None:
    world = answered_call((Outcome.ACCEPTANCE,))
    plan = EventPlan.objects.get()
    follow_up.call_off(plan, based_on=1, actor=world.office, at=SENT)
    lapsed = superseded(world.decisions[0], Outcome.LAPSED, world.lead)
    assert not follow_up.is_in_force(plan)
    again = superseded(lapsed, Outcome.ACCEPTANCE, world.lead)
    assert follow_up.begin([again], at=SENT) == 0
    plan.refresh_from_db()
    assert (plan.state, plan.title, plan.version) == ("planned", "Dialog", 3)
    assert follow_up.is_in_force(plan)


def test_the_host_writes_only_after_the_letter_and_only_its_own_tasks() -> None:
    world = released_call((Outcome.ACCEPTANCE,))
    plan = EventPlan.objects.get()
    assert plan.proposal.organisation is not None
    host = member(plan.proposal.organisation, Role.EDIT, "gastgeber@example.org")
    own, theirs = (plan.tasks.filter(side=side)[0] for side in ("host", "connective"))
    facts = TaskFacts("done", "Amt 3")
    with pytest.raises(NotPermitted):
        follow_up.save_task(own, facts, based_on=1, actor=host, at=SENT)
    mark_sent(*world.letters)
    follow_up.save_task(own, facts, based_on=1, actor=host, at=SENT)
    with pytest.raises(NotPermitted):
        follow_up.save_task(theirs, facts, based_on=1, actor=host, at=SENT)
    with pytest.raises(NotPermitted):
        follow_up.save_event(plan, EventFacts("Anders", "both"), based_on=1, actor=host, at=SENT)
    with pytest.raises(NotPermitted):
        follow_up.call_off(plan, based_on=1, actor=host, at=SENT)


def test_changes_stand_in_the_audit_log_without_what_was_typed() -> None:
    world = answered_call((Outcome.ACCEPTANCE,))
    task = EventPlan.objects.get().tasks.all()[0]
    facts = TaskFacts("open", "Kim Beispiel", date(2021, 5, 4), "Raum 3")
    follow_up.save_task(task, facts, based_on=1, actor=world.office, at=SENT)
    entries = Entry.objects.filter(action="plan.task_saved")
    assert entries.count() == 1
    assert "Kim" not in entries[0].payload
    assert "due_on" in entries[0].payload
    task.refresh_from_db()
    follow_up.save_task(task, facts, based_on=2, actor=world.office, at=SENT)
    assert entries.count() == 1


def test_the_second_of_two_gets_a_conflict_and_a_closed_plan_stays_as_it_is() -> None:
    world = answered_call((Outcome.ACCEPTANCE,))
    plan = EventPlan.objects.get()
    task = plan.tasks.all()[0]
    follow_up.save_task(task, TaskFacts("done"), based_on=1, actor=world.office, at=SENT)
    with pytest.raises(PlanConflict):
        follow_up.save_task(task, TaskFacts("dropped"), based_on=1, actor=world.lead, at=SENT)
    follow_up.call_off(plan, based_on=1, actor=world.office, at=SENT)
    with pytest.raises(PlanFinished):
        follow_up.save_task(task, TaskFacts("open"), based_on=2, actor=world.office, at=SENT)
    with pytest.raises(PlanFinished):
        follow_up.add_task(plan, "host", "Noch etwas", actor=world.office, at=SENT)


def test_a_plan_holds_no_more_tasks_than_somebody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    world = answered_call((Outcome.ACCEPTANCE,))
    plan = EventPlan.objects.get()
    monkeypatch.setattr(follow_up, "MOST_TASKS", 11)
    follow_up.add_task(plan, "host", "Grußwort", actor=world.office, at=SENT)
    with pytest.raises(TooManyTasks):
        follow_up.add_task(plan, "host", "Fahne", actor=world.office, at=SENT)


def test_the_pages_of_the_office_cost_the_same_for_many_events(
    query_count: Callable[[Callable[[], object]], int],
) -> None:
    counts = []
    for number in (1, 4):
        world = answered_call((Outcome.ACCEPTANCE,) * number)
        client = Client()
        client.force_login(world.office, backend="django.contrib.auth.backends.ModelBackend")
        address = reverse("review:events", args=[world.call.pk])
        client.get(address)
        counts.append(query_count(lambda client=client, address=address: client.get(address)))  # type: ignore[misc]
    assert counts[0] == counts[1] <= 25
