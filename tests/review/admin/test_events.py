"""The office's pages of what follows the answers: events and their plans, other interests."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from openpyxl import load_workbook

from connective.accounts.models import User
from review.domain import follow_up
from review.domain.follow_up import EventFacts, TaskFacts
from review.models import Declaration, EventPlan, OtherInterest, Outcome, PlanTask, ReviewRole
from submissions.models import PastEvent, Proposal
from tests.review.answered import RELEASED, Answered, answered_call, released_call
from tests.review.scored import declare, person_with

pytestmark = pytest.mark.django_db

TYPED = {
    "title": "Dialog: Hitze",
    "mode": "both",
    "starts_on": "2021-05-04",
    "ends_on": "2021-05-06",
    "venue": "Rathaus",
}


@pytest.fixture
def world() -> Answered:
    """A call whose answers are sent: an acceptance, a reserve, a rejection."""
    return answered_call()


@pytest.fixture
def plan(world: Answered) -> EventPlan:
    """The plan of the acceptance."""
    return EventPlan.objects.get(proposal__call=world.call)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(plan: EventPlan, name: str = "event", *more: object) -> str:
    return reverse(f"review:{name}", args=[plan.proposal.call_id, plan.pk, *more])


class TestEvents:
    def test_the_list_names_each_plan_with_what_is_due_next_and_what_is_overdue(
        self, world: Answered, plan: EventPlan
    ) -> None:
        late, soon = plan.tasks.filter(side="host")[:2]
        for task, day in ((late, date(2020, 1, 1)), (soon, date(2999, 1, 1))):
            facts = TaskFacts(state="open", due_on=day)
            follow_up.save_task(task, facts, based_on=1, actor=world.office, at=RELEASED)
        text = signed_in(world.office).get(reverse("review:events", args=[world.call.pk])).content.decode()
        assert "Dialog: Thema 1" in text
        assert "0 von 10 erledigt" in text
        assert "1 überfällig" in text
        assert f"1. Januar 2999: {soon.title}" in text

    def test_without_acceptances_the_list_says_when_plans_begin(self, db: None) -> None:
        world = answered_call((Outcome.REJECTION,))
        text = signed_in(world.office).get(reverse("review:events", args=[world.call.pk])).content.decode()
        assert "Noch gibt es keine Pläne" in text

    def test_an_acceptance_that_no_longer_stands_is_marked(self, world: Answered, plan: EventPlan) -> None:
        from tests.review.answered import superseded

        superseded(world.decisions[0], Outcome.LAPSED, world.lead)
        client = signed_in(world.office)
        assert "Zusage gilt nicht mehr" in client.get(reverse("review:events", args=[world.call.pk])).content.decode()
        assert "gilt nicht mehr" in client.get(page(plan)).content.decode()

    def test_before_the_letter_is_sent_the_plan_says_that_the_host_does_not_see_it(self) -> None:
        world = released_call((Outcome.ACCEPTANCE,))
        plan = EventPlan.objects.get(proposal__call=world.call)
        assert "sieht den Plan noch nicht" in signed_in(world.office).get(page(plan)).content.decode()


class TestThePlan:
    def test_the_office_writes_the_event_and_the_calendar_has_its_days(self, world: Answered, plan: EventPlan) -> None:
        client = signed_in(world.office)
        assert client.post(page(plan), {**TYPED, "based_on": "1"}).status_code == 302
        plan.refresh_from_db()
        assert (plan.title, plan.venue, plan.ends_on, plan.version) == (
            "Dialog: Hitze",
            "Rathaus",
            date(2021, 5, 6),
            2,
        )
        answer = client.get(page(plan, "event_calendar"))
        assert answer.headers["Content-Type"].startswith("text/calendar")
        events: list[Any] = Calendar.from_ical(answer.content).walk("VEVENT")
        assert [(event.DTSTART, event.DTEND) for event in events] == [(date(2021, 5, 4), date(2021, 5, 7))]

    def test_a_second_tab_sees_both_and_overwrites_nothing(self, world: Answered, plan: EventPlan) -> None:
        follow_up.save_event(plan, EventFacts("Zuerst", "both"), based_on=1, actor=world.lead, at=RELEASED)
        answer = signed_in(world.office).post(page(plan), {**TYPED, "based_on": "1"})
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "Zuerst" in text
        assert 'value="Dialog: Hitze"' in text
        assert 'name="based_on" value="2"' in text
        plan.refresh_from_db()
        assert plan.title == "Zuerst"

    def test_days_in_the_wrong_order_are_refused(self, world: Answered, plan: EventPlan) -> None:
        answer = signed_in(world.office).post(page(plan), {**TYPED, "ends_on": "2021-05-01", "based_on": "1"})
        assert answer.status_code == 422
        assert "liegt vor dem ersten" in answer.content.decode()

    def test_the_office_edits_tasks_of_both_sides_and_adds_some(self, world: Answered, plan: EventPlan) -> None:
        client = signed_in(world.office)
        for side in PlanTask.Side:
            task = plan.tasks.filter(side=side)[0]
            typed = {"based_on": "1", "state": "done", "owner": "Referat 3", "due_on": "2021-03-01", "note": ""}
            assert client.get(page(plan, "event_task", task.pk)).status_code == 200
            assert client.post(page(plan, "event_task", task.pk), typed).status_code == 302
            assert client.post(page(plan, "event_task", task.pk), {**typed, "state": "open"}).status_code == 409
            task.refresh_from_db()
            assert (task.state, task.owner, task.version) == ("done", "Referat 3", 2)
        given = {"title": "Dolmetschen", "side": "connective", "due_on": ""}
        for _click in range(2):
            assert client.post(page(plan, "event_task_add"), given).status_code == 302
        assert plan.tasks.filter(title="Dolmetschen").count() == 1
        assert client.post(page(plan, "event_task_add"), {**given, "title": ""}).status_code == 422

    def test_what_took_place_joins_the_public_overview_once(self, world: Answered, plan: EventPlan) -> None:
        client = signed_in(world.office)
        held = page(plan, "event_end")
        refused = client.post(held, {"ends": "held", "based_on": "1"})
        assert refused.status_code == 409
        assert "von wann bis wann" in refused.content.decode()
        client.post(page(plan), {**TYPED, "based_on": "1"})
        assert client.post(held, {"ends": "held", "based_on": "2"}).status_code == 302
        assert client.post(held, {"ends": "held", "based_on": "3"}).status_code == 409
        event = PastEvent.objects.get(topic="Dialog: Hitze")
        plan.refresh_from_db()
        assert (plan.state, plan.past_event) == ("held", event)
        assert event.host == plan.proposal.organisation_name
        public = Client().get(reverse("submissions:call", args=[world.call.slug])).content.decode()
        assert "Dialog: Hitze" in public
        assert client.post(page(plan), {**TYPED, "based_on": "3"}).status_code == 409

    def test_what_lies_ahead_did_not_take_place(self, world: Answered, plan: EventPlan) -> None:
        client = signed_in(world.office)
        client.post(page(plan), {**TYPED, "starts_on": "2999-05-04", "ends_on": "2999-05-06", "based_on": "1"})
        answer = client.post(page(plan, "event_end"), {"ends": "held", "based_on": "2"})
        assert answer.status_code == 409
        assert not PastEvent.objects.filter(topic="Dialog: Hitze").exists()

    def test_an_event_that_is_called_off_is_closed(self, world: Answered, plan: EventPlan) -> None:
        client = signed_in(world.office)
        assert client.post(page(plan, "event_end"), {"ends": "cancelled", "based_on": "9"}).status_code == 409
        assert client.post(page(plan, "event_end"), {"ends": "cancelled", "based_on": "1"}).status_code == 302
        plan.refresh_from_db()
        assert plan.state == EventPlan.State.CANCELLED
        assert "Den Plan abschließen" not in client.get(page(plan)).content.decode()
        assert client.post(page(plan, "event_end"), {"ends": "anders", "based_on": "2"}).status_code == 404


class TestInterests:
    def test_the_office_reads_and_exports_them_without_formulas(self, world: Answered) -> None:
        proposal = world.proposals[2]
        Proposal.objects.filter(pk=proposal.pk).update(title="=1+1")
        for activity in ("events", "news"):
            OtherInterest.objects.create(
                proposal=proposal, activity=activity, stated_by=world.office, stated_at=RELEASED
            )
        client = signed_in(world.office)
        text = client.get(reverse("review:interests", args=[world.call.pk])).content.decode()
        assert "Informationen über neue Themenaufrufe" in text
        table = client.get(reverse("review:interests_export", args=[world.call.pk, "csv"])).content.decode("utf-8-sig")
        head, row = csv.reader(io.StringIO(table), delimiter=";")
        assert row[2] == "'=1+1"
        assert dict(zip(head, row, strict=True))["Informationen über neue Themenaufrufe"] == "ja"
        xlsx = client.get(reverse("review:interests_export", args=[world.call.pk, "xlsx"])).content
        sheet = load_workbook(io.BytesIO(xlsx)).active
        assert sheet is not None
        assert sheet["C2"].data_type == "s"
        assert client.get(reverse("review:interests_export", args=[world.call.pk, "pdf"])).status_code == 404


class TestWhoSees:
    @pytest.mark.parametrize("role", ["committee", "chair", "deputy"])
    def test_the_committee_has_no_part_in_it(self, world: Answered, plan: EventPlan, role: str) -> None:
        client = signed_in(person_with(ReviewRole(role), "fremd@example.org"))
        for address in (
            reverse("review:events", args=[world.call.pk]),
            reverse("review:interests", args=[world.call.pk]),
            page(plan),
        ):
            assert client.get(address).status_code == 403

    def test_the_auditor_reads_and_writes_nothing(self, world: Answered, plan: EventPlan) -> None:
        client = signed_in(person_with(ReviewRole.AUDITOR, "revision@example.org"))
        task = plan.tasks.all()[0]
        for address in (page(plan), page(plan, "event_calendar"), reverse("review:events", args=[world.call.pk])):
            answer = client.get(address)
            assert answer.status_code == 200
            assert b"Speichern" not in answer.content
        assert client.post(page(plan), {**TYPED, "based_on": "1"}).status_code == 404
        assert client.get(page(plan, "event_task", task.pk)).status_code == 403
        assert client.post(page(plan, "event_end"), {"ends": "cancelled", "based_on": "1"}).status_code == 403

    def test_a_conflict_closes_plan_and_interests(self, world: Answered, plan: EventPlan) -> None:
        other = person_with(ReviewRole.OFFICE, "befangen@example.org")
        declare(other, world.proposals, Declaration.Kind.MUNICIPALITY)
        OtherInterest.objects.create(
            proposal=world.proposals[2], activity="news", stated_by=world.office, stated_at=RELEASED
        )
        client = signed_in(other)
        assert client.get(page(plan)).status_code == 404
        assert client.get(page(plan, "event_calendar")).status_code == 404
        assert client.post(page(plan, "event_end"), {"ends": "cancelled", "based_on": "1"}).status_code == 404
        for name in ("events", "interests"):
            answer = client.get(reverse(f"review:{name}", args=[world.call.pk]))
            assert b"Thema 1" not in answer.content
            assert world.proposals[2].organisation_name.encode() not in answer.content

    def test_plans_of_another_call_are_not_found_here(self, world: Answered, plan: EventPlan) -> None:
        other = answered_call((Outcome.ACCEPTANCE,), opens_at=world.call.opens_at - timedelta(days=1))
        address = reverse("review:event", args=[other.call.pk, plan.pk])
        assert signed_in(world.office).get(address).status_code == 404
