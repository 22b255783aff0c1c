"""Many at once on one plan; real threads, a real database."""

import pytest

from review.domain import follow_up, interests
from review.domain.follow_up import TaskFacts
from review.models import EventPlan, OtherInterest, Outcome, PlanTask
from submissions.models import PastEvent, Role
from tests.review.answered import SENT, answered_call
from tests.submissions.build import member
from tests.submissions.domain.test_races import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_who_save_a_task_at_once_one_is_first_and_the_others_see_it() -> None:
    world = answered_call((Outcome.ACCEPTANCE,))
    task = EventPlan.objects.get().tasks.all()[0]

    def save(number: int) -> PlanTask:
        mine = PlanTask.objects.select_related("plan").get(pk=task.pk)
        return follow_up.save_task(mine, TaskFacts("open", f"Amt {number}"), based_on=1, actor=world.office, at=SENT)

    results = at_once(*[lambda number=number: save(number) for number in range(6)])
    assert sorted(kinds(results)) == ["PlanConflict"] * 5 + ["PlanTask"]
    task.refresh_from_db()
    assert task.version == 2


def test_ten_clicks_put_an_event_into_the_overview_once() -> None:
    world = answered_call((Outcome.ACCEPTANCE,))
    plan = EventPlan.objects.get()
    facts = follow_up.EventFacts("Dialog", "both", SENT.date(), SENT.date())
    follow_up.save_event(plan, facts, based_on=1, actor=world.office, at=SENT)
    before = PastEvent.objects.count()

    def held() -> EventPlan:
        mine = EventPlan.objects.get(pk=plan.pk)
        return follow_up.held(mine, based_on=2, actor=world.office, at=SENT, today=SENT.date())

    results = at_once(*[held for _ in range(10)])
    assert sorted(kinds(results)) == ["EventPlan"] + ["PlanFinished"] * 9
    assert PastEvent.objects.count() == before + 1


def test_two_who_choose_interests_at_once_do_not_mix() -> None:
    world = answered_call((Outcome.REJECTION,))
    (proposal,) = world.proposals
    assert proposal.organisation is not None
    one = member(proposal.organisation, Role.EDIT, "eins@example.org")
    two = member(proposal.organisation, Role.EDIT, "zwei@example.org")
    results = at_once(
        lambda: interests.state_interests(proposal, ["news"], based_on=[], actor=one, at=SENT),
        lambda: interests.state_interests(proposal, ["events"], based_on=[], actor=two, at=SENT),
    )
    assert sorted(kinds(results)) == ["InterestsConflict", "NoneType"]
    assert OtherInterest.objects.count() == 1
