"""What applicants see after the decision, who may do what there, and what nobody sees before the letter."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from connective.accounts.models import User
from review.domain import follow_up
from review.domain.answers import visible_answers
from review.domain.follow_up import EventFacts
from review.models import EventPlan, OtherInterest, Outcome, PlanTask
from submissions.models import Membership, Proposal, Role
from tests.review.answered import SENT, Answered, answered_call, mark_sent, released_call, superseded
from tests.submissions.build import member

pytestmark = pytest.mark.django_db


def colleague(proposal: Proposal, role: Role = Role.EDIT) -> User:
    """Return somebody who works for the organisation of a proposal."""
    assert proposal.organisation is not None
    return member(proposal.organisation, role, f"{role}-{proposal.pk}-{uuid.uuid4().hex[:6]}@example.org")


def client_of(user: User) -> Client:
    """Return the browser of a person."""
    client = Client()
    client.force_login(user)
    return client


def at(proposal: Proposal, page: str, **more: object) -> str:
    """Return the address of a page."""
    return reverse(f"answers:{page}", kwargs={"public_id": proposal.public_id, **more})


def accepted() -> tuple[Answered, Proposal, EventPlan]:
    """Return a call with an acceptance that was told, and its plan."""
    world = answered_call((Outcome.ACCEPTANCE, Outcome.REJECTION))
    proposal = world.proposals[0]
    return world, proposal, EventPlan.objects.get(proposal=proposal)


def task_data(task: PlanTask, **changes: object) -> dict[str, object]:
    """Return what the form of a task sends."""
    return {"based_on": task.version, "state": "open", "owner": "", "due_on": "", "note": "", **changes}


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.ACCEPTANCE, "Zusage: Ihr Thema wird eine Dialogveranstaltung"),
        (Outcome.RESERVE, "an Stelle 1"),
        (Outcome.REJECTION, "Absage zu Ihrem Themenvorschlag"),
    ],
)
def test_the_answer_says_what_was_decided_and_gives_the_letter(outcome: Outcome, sentence: str) -> None:
    world = answered_call((outcome,))
    proposal = world.proposals[0]
    client = client_of(colleague(proposal))
    assert sentence in client.get(at(proposal, "answer")).content.decode()
    letter = client.get(at(proposal, "letter"))
    assert letter["Content-Type"] == "application/pdf"
    assert letter["Cache-Control"] == "no-store"
    assert letter.getvalue().startswith(b"%PDF")
    lists = client.get(reverse("submissions:proposals")).content.decode()
    assert str(outcome.label) in lists
    assert at(proposal, "answer") in lists
    assert (
        at(proposal, "answer") in client.get(reverse("submissions:receipt", args=[proposal.public_id])).content.decode()
    )


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTANCE, Outcome.REJECTION])
@pytest.mark.parametrize("page", ["answer", "letter", "plan", "calendar", "event_calendar", "interests"])
def test_before_the_letter_is_sent_every_page_is_as_one_that_never_was(outcome: Outcome, page: str) -> None:
    world = released_call((outcome,))
    proposal = world.proposals[0]
    client = client_of(colleague(proposal))
    assert client.get(at(proposal, page)).status_code == 404
    unknown = client.get(reverse(f"answers:{page}", args=[uuid.uuid4()]))
    assert unknown.status_code == 404
    told = client.get(reverse("submissions:proposals")).content.decode()
    assert str(outcome.label) not in told


def test_pages_exist_for_the_own_organisation_alone() -> None:
    world, proposal, plan = accepted()
    stranger = client_of(colleague(world.proposals[1]))
    task = plan.tasks.filter(side="host").first()
    assert task is not None
    for page in ("answer", "letter", "plan", "calendar"):
        assert stranger.get(at(proposal, page)).status_code == 404
    assert stranger.post(at(proposal, "task", task_id=task.pk), task_data(task, state="done")).status_code == 404
    own = client_of(colleague(world.proposals[1]))
    assert own.post(at(world.proposals[1], "task", task_id=task.pk), task_data(task)).status_code == 404
    task.refresh_from_db()
    assert task.state == "open"


def test_who_may_only_read_reads_the_plan_and_writes_nothing() -> None:
    _world, proposal, plan = accepted()
    client = client_of(colleague(proposal, Role.READ))
    task = plan.tasks.filter(side="host").first()
    assert task is not None
    shown = client.get(at(proposal, "plan"))
    assert shown.status_code == 200
    assert "Bearbeiten" not in shown.content.decode()
    assert client.get(at(proposal, "task", task_id=task.pk)).status_code == 404
    assert client.post(at(proposal, "task", task_id=task.pk), task_data(task, state="done")).status_code == 404
    assert client.post(at(proposal, "add_task"), {"title": "Neu"}).status_code == 404
    assert plan.tasks.filter(state="done").count() == 0


def test_the_host_keeps_its_own_tasks_and_not_those_of_the_other_side() -> None:
    _world, proposal, plan = accepted()
    client = client_of(colleague(proposal))
    ours, theirs = plan.tasks.filter(side="host").first(), plan.tasks.filter(side="connective").first()
    assert ours is not None
    assert theirs is not None
    data = task_data(ours, state="done", owner="Amt für Klima", due_on="2021-05-04", note="Ratssaal\nreserviert")
    assert client.post(at(proposal, "task", task_id=ours.pk), data).status_code == 302
    ours.refresh_from_db()
    assert (ours.state, ours.owner, ours.due_on, ours.version) == ("done", "Amt für Klima", date(2021, 5, 4), 2)
    assert "Ratssaal" in client.get(at(proposal, "plan")).content.decode()
    assert client.post(at(proposal, "task", task_id=theirs.pk), task_data(theirs)).status_code == 404
    for _double_click in range(2):
        assert client.post(at(proposal, "add_task"), {"title": "Plakate drucken", "due_on": ""}).status_code == 302
    assert plan.tasks.filter(side="host", title="Plakate drucken").count() == 1
    assert client.post(at(proposal, "add_task"), {"title": "  "}).status_code == 422


def test_two_tabs_the_second_sees_both_versions_and_loses_nothing() -> None:
    _world, proposal, plan = accepted()
    client = client_of(colleague(proposal))
    task = plan.tasks.filter(side="host").first()
    assert task is not None
    address = at(proposal, "task", task_id=task.pk)
    client.post(address, task_data(task, owner="Erste"))
    refused = client.post(address, task_data(task, owner="Zweite"))
    assert refused.status_code == 409
    text = refused.content.decode()
    assert "Erste" in text
    assert "Zweite" in text
    task.refresh_from_db()
    assert task.owner == "Erste"
    assert client.post(address, task_data(task, owner="Zweite")).status_code == 302
    task.refresh_from_db()
    assert task.owner == "Zweite"


def test_dates_come_as_calendar_files_that_keep_their_identity() -> None:
    world, proposal, plan = accepted()
    client = client_of(colleague(proposal))
    assert client.get(at(proposal, "event_calendar")).status_code == 404
    facts = EventFacts("Hitze, Wasser; Stadt", "both", date(2021, 9, 6), date(2021, 9, 8), "Rathaus")
    plan = follow_up.save_event(plan, facts, based_on=1, actor=world.office, at=SENT)
    task = plan.tasks.filter(side="host").first()
    assert task is not None
    client.post(at(proposal, "task", task_id=task.pk), task_data(task, due_on="2021-05-04", owner="Kim Beispiel"))
    answer = client.get(at(proposal, "calendar"))
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"Kim" not in answer.content
    first, second = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(first["SUMMARY"]) == "Hitze, Wasser; Stadt"
    assert (first.decoded("DTSTART"), first.decoded("DTEND")) == (date(2021, 9, 6), date(2021, 9, 9))
    assert (first["UID"], first["SEQUENCE"]) == (f"event-{plan.pk}@{str(first['UID']).split('@')[1]}", 1)
    assert second.decoded("DTSTART") == date(2021, 5, 4)
    moved = EventFacts("Hitze", "both", date(2021, 9, 7), date(2021, 9, 7))
    follow_up.save_event(plan, moved, based_on=2, actor=world.office, at=SENT)
    (again,) = Calendar.from_ical(client.get(at(proposal, "event_calendar")).content).walk("VEVENT")
    assert (again["UID"], again["SEQUENCE"]) == (first["UID"], 2)
    (alone,) = Calendar.from_ical(client.get(at(proposal, "task_calendar", task_id=task.pk)).content).walk("VEVENT")
    assert alone["UID"] == second["UID"]


def test_an_acceptance_that_lapses_shows_by_its_own_letter_alone() -> None:
    world, proposal, plan = accepted()
    client = client_of(colleague(proposal))
    before = client.get(at(proposal, "plan")).content
    superseded(world.decisions[0], Outcome.LAPSED, world.lead)
    assert len(client.get(at(proposal, "plan")).content) == len(before)
    assert not follow_up.is_in_force(plan)


def test_interests_are_asked_after_a_rejection_and_can_be_changed() -> None:
    world, proposal, _plan = accepted()
    rejected = world.proposals[1]
    client = client_of(colleague(rejected))
    assert client_of(colleague(proposal)).get(at(proposal, "interests")).status_code == 404
    assert client.get(at(rejected, "plan")).status_code == 404
    assert client.post(at(rejected, "interests"), {"activities": ["events", "news"]}).status_code == 302
    assert (
        client.post(
            at(rejected, "interests"), {"based_on": "events news", "activities": ["news", "experts"]}
        ).status_code
        == 302
    )
    chosen = set(OtherInterest.objects.filter(proposal=rejected).values_list("activity", flat=True))
    assert chosen == {"news", "experts"}
    late = client.post(at(rejected, "interests"), {"based_on": "events news", "activities": ["webinars"]})
    assert late.status_code == 409
    assert "Gespeichert ist: eigene Fachleute" in late.content.decode()
    assert 'value="experts news"' in late.content.decode()
    assert client.post(at(rejected, "interests"), {"activities": ["hack"]}).status_code == 422
    reads = client_of(colleague(rejected, Role.READ))
    assert reads.get(at(rejected, "interests")).status_code == 200
    assert reads.post(at(rejected, "interests"), {"activities": []}).status_code == 404
    assert OtherInterest.objects.filter(proposal=rejected).count() == 2


def test_a_plan_has_the_tasks_of_both_sides_once_the_batch_is_released() -> None:
    world = released_call((Outcome.ACCEPTANCE, Outcome.REJECTION))
    plan = EventPlan.objects.get()
    assert plan.proposal == world.proposals[0]
    assert plan.title == world.decisions[0].final_title
    assert plan.tasks.filter(side="host").count() == 6
    assert plan.tasks.filter(side="connective").count() == 4
    assert follow_up.plan_for_host(plan.proposal) is None
    mark_sent(*world.letters)
    assert follow_up.plan_for_host(plan.proposal) == plan


def test_the_list_of_proposals_asks_once_for_all_answers() -> None:
    world = answered_call((Outcome.ACCEPTANCE, Outcome.RESERVE, Outcome.REJECTION))
    with CaptureQueriesContext(connection) as one:
        assert len(visible_answers(world.proposals[:1])) == 1
    with CaptureQueriesContext(connection) as three:
        assert len(visible_answers(world.proposals)) == 3
    assert len(one) == len(three) == 1
    user = colleague(world.proposals[0])
    for proposal in world.proposals[1:]:
        assert proposal.organisation is not None
        Membership.objects.create(user=user, organisation=proposal.organisation, role=Role.EDIT)
    client = client_of(user)
    with CaptureQueriesContext(connection) as page:
        assert client.get(reverse("submissions:proposals")).status_code == 200
    assert sum("review_answerletter" in query["sql"] for query in page) == 1
