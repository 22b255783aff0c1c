"""One portal in which every route has an object: a call from its first draft to its events, with people of every role.

Everything that the addresses name belongs to the owner's organisation, and to the proposal about which `conflicted` and
`recused` have declared a conflict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max

from connective import clock
from connective.accounts.models import User
from connective.audit.models import Entry
from review.domain import letter_pdf, minutes, paper
from review.domain.assign import assign
from review.domain.certify_round import certify
from review.domain.close_round import close
from review.domain.criteria import default_criteria
from review.domain.decide import decide
from review.domain.draft_letters import draft_letters
from review.domain.follow_up import EventFacts, TaskFacts, save_event, save_task
from review.domain.open_round import open_round
from review.domain.release_letters import release
from review.domain.score import open_sheet, save_sheet, submit_sheet
from review.models import AnswerLetter, Assignment, Declaration, EventPlan, PlanTask, ReviewRole
from submissions.domain import receipt, team
from submissions.domain.letter import take
from submissions.domain.save import save_section
from submissions.domain.submit import submit
from submissions.models import Call, Membership, Municipality, PastEvent, Proposal, Role
from tests.review import answered, voted
from tests.review.build import full
from tests.review.decided import DECIDED, Decided, titled
from tests.review.scored import AT, declare, person_with, proposals
from tests.submissions import build
from tests.submissions.domain.test_letter import pdf_with

EVENT_DAY = date(2021, 6, 1)


@dataclass(frozen=True)
class World:
    """The people by their role, and what fills the addresses: for all routes, and for one route or model alone."""

    people: Mapping[str, User | None]
    values: Mapping[str, Mapping[str, object]]
    """By state ("" is the usual one): the values of parameters, by their name or by the route's."""
    forms: Mapping[str, Mapping[str, object]]
    """What a form has to name, so that it is not refused for its own sake, by route."""


def build_world() -> World:
    """Build it with the verbs of the process itself."""
    people = _applicants()
    owner, organisation = people["owner"], _organisation_of(people["owner"])
    call = build.make_call(places=1)
    default_criteria(call, actor=None, at=AT)
    proposal = _submitted(call, owner)
    others = proposals(call, ["Brunnen", "Carsharing"])
    for person, role in ((owner, Role.MANAGE), (people["reader"], Role.READ)):
        Membership.objects.create(organisation_id=others[1].organisation_id or 0, user=person, role=role)
    who = voted.committee(3)
    people |= _reviewers(who, [proposal, *others])
    own = _reviewed(proposal, who) | _voted(call, who, people["recused"]) | _answered(call, who, proposal)
    open_call = build.open_call()
    draft = build.draft(open_call, owner)
    voting = _voting(owner, who)
    invitation = team.invite(organisation, email=people["other"].email, role=Role.EDIT, actor=owner, at=clock.now())
    usual: dict[str, object] = {
        "slug": call.slug,
        "submissions:start": {"slug": open_call.slug},
        "pk": organisation.pk,
        "membership_pk": Membership.objects.get(organisation=organisation, user=people["reader"]).pk,
        "invitation_pk": invitation.pk,
        "public_id": proposal.public_id,
        "number": 1,
        "submissions:letter": {"letter_id": proposal.letters.get().pk},
        "kind": "txt",
        "key": "commitments",
        "version": 1,
        "call_id": call.pk,
        "proposal_id": proposal.pk,
        "user_id": owner.pk,
        "outcome": "acceptance",
        "language": "de",
        **own,
        **_of_the_administration(call, proposal, owner),
        **{f"review:{name}_export": {"kind": "csv"} for name in ("ranking", "shortlist", "interests")},
    }
    states: dict[str, dict[str, object]] = {
        "": usual,
        "draft": {"public_id": draft.public_id},
        "voting": voting,
        "rejected": {"public_id": others[1].public_id},
        **{app: {"app_label": app} for app in ("accounts", "site", "submissions", "mail", "audit")},
    }
    values = {state: {**usual, **changed} for state, changed in states.items()}
    return World(
        people={"anonymous": None, **people},
        values=values,
        forms={"submissions:copy": {"call": open_call.slug}, "review:event_end": {"ends": "cancelled"}},
    )


def _organisation_of(person: User) -> Any:
    return Membership.objects.get(user=person, role=Role.MANAGE).organisation


def _applicants() -> dict[str, User]:
    owner, organisation = build.with_organisation("kommune@example.org")
    other, _elsewhere = build.with_organisation("fremd@example.org")
    return {"owner": owner, "reader": build.member(organisation, Role.READ, "liest@example.org"), "other": other}


def _submitted(call: Call, owner: User) -> Proposal:
    """Submit a proposal with a letter of support, whose commitments were changed once; finish its receipt."""
    proposal, at = build.draft(call, owner), build.in_time(call)
    letter = take(proposal, pdf_with(1), actor=owner, at=at)
    content = {**build.COMPLETE["commitments"], "letter": letter.pk, "letter_sha256": letter.sha256}
    save_section(proposal, "commitments", content, base_version=1, actor=owner, at=at)
    proposal.refresh_from_db()
    version, _made = submit(proposal, checked=build.current_seal(proposal), consent_to="1", actor=owner, received_at=at)
    receipt.finish(version.pk)
    proposal.refresh_from_db()
    return proposal


def _reviewers(who: voted.Committee, judged: list[Proposal]) -> dict[str, User]:
    """Return the people of the review; they have declared for each proposal what their role says."""
    people = {
        "office": who.office,
        "lead": who.lead,
        "conflicted": person_with(ReviewRole.OFFICE, "befangen@example.org"),
        "member": who.members[0],
        "deputy": voted.deputy_of(who.members[2]),
        "recused": who.members[1],
        "chair": who.chair,
    }
    for name, person in people.items():
        closed = judged[:1] if name in {"conflicted", "recused"} else []
        declare(person, [proposal for proposal in judged if proposal not in closed])
        declare(person, closed, Declaration.Kind.PERSONAL)
    people["auditor"] = person_with(ReviewRole.AUDITOR, "revision@example.org")
    people["administrator"] = User.objects.create_superuser("verwaltung@example.org")
    return people


def _reviewed(proposal: Proposal, who: voted.Committee) -> dict[str, object]:
    """Let the member score the proposal."""
    member = who.members[0]
    assign(proposal, member, actor=who.office, at=AT)
    sheet = open_sheet(proposal, actor=member, at=AT)
    written = {"recommendation": "select", "statement": "Gut begründet.", "actor": member, "at": AT}
    sheet = save_sheet(sheet, full(), base_version=sheet.row_version, **written)  # type: ignore[arg-type]
    submit_sheet(sheet, base_version=sheet.row_version, actor=member, at=AT)
    assigned = Assignment.objects.get(proposal=proposal, reviewer=member)
    return {"sheet_id": sheet.pk, "assignment_id": assigned.pk}


def _voted(call: Call, who: voted.Committee, recused: User) -> dict[str, object]:
    """Hold the vote and record the decisions: an acceptance, a reserve, a rejection; make the member's paper and the minutes."""
    round_ = voted.opened(call, who, places=1)
    said = {person: ["" if person == recused else "yes", "abstain", "no"] for person in who.voters}
    voted.vote(round_, said | {who.chair: ["yes", "yes", "no"]})
    close(round_, actor=who.office, at=voted.AFTER)
    round_.refresh_from_db()
    certify(round_, actor=who.lead, at=voted.AFTER)
    titled(Decided(call, round_, who, []))
    made = decide(call, actor=who.lead, at=DECIDED)
    wanted, _new = paper.request_paper(round_.shortlist, actor=who.members[0], at=DECIDED)
    paper.make(wanted.pk)
    asked = minutes.request_minutes(round_, actor=who.lead, at=DECIDED)
    minutes.make(asked.pk)
    facts = {"round_id": round_.pk, "position": 1, "paper_id": wanted.pk, "minutes_id": asked.pk}
    return {**facts, "decision_id": next(one.pk for one in made if one.outcome == "acceptance")}


def _answered(call: Call, who: voted.Committee, proposal: Proposal) -> dict[str, object]:
    """Send the answers, and give a day to the event and to a task of the host."""
    batch = draft_letters(call, dated_on=answered.DATED, actor=who.office, at=answered.DRAFTED)
    letter_pdf.make_missing(letter_pdf.missing(call))
    release(batch, actor=who.lead, at=answered.RELEASED)
    letters = AnswerLetter.objects.select_related("message").filter(batch=batch)
    answered.mark_sent(*letters)
    letter, plan = letters.get(decision__proposal=proposal), EventPlan.objects.get(proposal=proposal)
    facts = EventFacts(plan.title, plan.mode, starts_on=EVENT_DAY, ends_on=EVENT_DAY + timedelta(days=1))
    save_event(plan, facts, based_on=1, actor=who.office, at=answered.SENT)
    task = PlanTask.objects.filter(plan=plan, side=PlanTask.Side.HOST).earliest("position")
    save_task(task, TaskFacts("open", due_on=EVENT_DAY), based_on=1, actor=who.office, at=answered.SENT)
    return {
        "letter_id": letter.pk,
        "plan_id": plan.pk,
        "task_id": task.pk,
        "admin:mail_message": {"object_id": letter.message_id},
    }


def _voting(owner: User, who: voted.Committee) -> dict[str, object]:
    """Return the addresses of another call, on which the committee is voting now; nobody knows a decision yet."""
    call = build.make_call()
    proposal, _version = build.submitted(call, owner)
    now = clock.now()
    times = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=1)}
    round_ = voted.prepared(call, who, **times)
    open_round(round_, actor=who.office, at=now)
    for person in (*who.voters, User.objects.get(email="stellvertretung@example.org")):
        declare(person, [proposal])
    voted.vote(round_, {who.chair: ["yes"]})
    return {
        "call_id": call.pk,
        "public_id": proposal.public_id,
        "proposal_id": proposal.pk,
        "round_id": round_.pk,
    }


def _of_the_administration(call: Call, proposal: Proposal, owner: User) -> dict[str, object]:
    """Return the objects of Django's admin, by model, and what its own routes ask for."""
    town = Municipality.objects.create(ags="05999001", name="Lindenfurt", land="05", search_name="lindenfurt")
    event = PastEvent.objects.create(host="Stadt", topic="Wasser", starts_on=EVENT_DAY, ends_on=EVENT_DAY, mode="both")
    entry = Entry.objects.filter(subject_type="submissions.proposal", subject_id=str(proposal.pk)).aggregate(
        last=Max("pk")
    )
    objects = {
        "accounts_user": owner.pk,
        "site_sitepage": "contact",
        "submissions_call": call.pk,
        "submissions_organisation": proposal.organisation_id,
        "submissions_countrylist": call.country_list_id,
        "submissions_pastevent": event.pk,
        "submissions_municipality": town.pk,
        "submissions_proposal": proposal.pk,
        "audit_entry": entry["last"],
    }
    asked = "app_label=submissions&model_name=membership&field_name=user&term=kommune"
    return {
        **{f"admin:{model}": {"object_id": key} for model, key in objects.items()},
        "object_id": proposal.pk,
        "content_type_id": ContentType.objects.get_for_model(proposal).pk,
        "admin:call_copy": {"pk": call.pk},
        "admin:call_extend": {"pk": call.pk},
        "admin:autocomplete": {"?": asked},
        "admin:proposal_export": {"kind": "csv"},
        "url": "gibt-es-nicht/",
        "provider_id": "house",
        "name": "20210101T120000000000-0123abcd",
    }
