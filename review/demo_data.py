"""An invented review for demo mode, made by the same functions that serve real ones."""

import random
from datetime import datetime, timedelta

from connective import clock
from connective.accounts.models import User
from review.demo_decided import Cast, decide_call
from review.demo_events import follow_up_call
from review.demo_vote import open_vote
from review.domain.assign import apply_plan
from review.domain.assignment_plan import propose
from review.domain.check_formally import check_formally
from review.domain.comment import comment
from review.domain.criteria import default_criteria
from review.domain.declare import declare
from review.domain.profile import describe
from review.domain.review_settings import change_settings
from review.domain.roles import set_roles
from review.domain.score import Entry, open_sheet, save_sheet, submit_sheet
from review.models import Assignment, Declaration, FormalCheck, ReviewRole, ScoreSheet
from submissions.demo_data import DECIDED
from submissions.models import Call, Proposal

ROLES = {
    "geschaeftsstelle@example.org": ("Gerrit Geschäftsstelle", ReviewRole.OFFICE),
    "leitung@example.org": ("Lea Leitung", ReviewRole.LEAD),
    "steuerungskreis@example.org": ("Sascha Steuerungskreis", ReviewRole.COMMITTEE),
    "steuerungskreis2@example.org": ("Toni Tagung", ReviewRole.COMMITTEE),
    "vorsitz@example.org": ("Vera Vorsitz", ReviewRole.CHAIR),
    "stellvertretung@example.org": ("Tina Tagung-Vertretung", ReviewRole.DEPUTY),
    "revision@example.org": ("Robin Revision", ReviewRole.AUDITOR),
}
STATEMENTS = {
    True: "Ein tragfähiges Thema mit klarem Nutzen für beide Seiten. Die Kommune bringt eigene Erfahrung mit.",
    False: "Der kommunale Bezug ist erkennbar, der Mehrwert für Partnerstädte bleibt noch zu allgemein.",
}
NOTES = (
    "Gut belegt durch eigene Vorhaben.",
    "Partnerstädte sind genannt, die Auswahl ist noch nicht begründet.",
    "Folgeaktivitäten sind konkret beschrieben.",
    "",
    "",
)
SEED = 2021


def make_review_demo() -> list[str]:
    """Create what is missing of the review and return a line for each step; can be repeated."""
    people = {email: _person(email, name, role) for email, (name, role) in ROLES.items()}
    office, lead = people["geschaeftsstelle@example.org"], people["leitung@example.org"]
    member = people["steuerungskreis2@example.org"]
    describe(member, organisation=None, land="05", employer="", actor=lead)
    describe(
        people["stellvertretung@example.org"],
        organisation=None,
        land="",
        employer="",
        deputises_for=member,
        actor=lead,
    )
    lines = []
    for slug, is_over in (("2021", True), ("aktuell", False), (DECIDED, True)):
        call = Call.objects.filter(slug=slug).first()
        if call is not None and not call.criteria_sets.exists():
            lines.append(_review(call, people, is_over=is_over))
            if slug == "2021":
                lines.append(open_vote(call, office=office, lead=lead))
            elif slug == DECIDED:
                voters = (people["vorsitz@example.org"], people["steuerungskreis@example.org"], member)
                lines += [decide_call(call, Cast(office, lead, voters)), follow_up_call(call, office)]
    return lines


def _person(email: str, name: str, role: ReviewRole) -> User:
    person = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
    if not person.is_staff:
        set_roles(person, [], actor=None)  # a role that was given without the administration is given anew
    set_roles(person, [role], actor=None)
    return person


def _review(call: Call, people: dict[str, User], *, is_over: bool) -> str:
    """Let a call be checked, assigned and scored: in full, or as far as one gets in some days."""
    chance = random.Random(SEED)  # noqa: S311  (invented scores)
    office, lead = people["geschaeftsstelle@example.org"], people["leitung@example.org"]
    reviewers = [
        person for email, person in people.items() if email.startswith(("steuerungskreis", "vorsitz", "leitung"))
    ]
    begin = call.closes_at + timedelta(days=3) if is_over else clock.now() - timedelta(days=9)
    default_criteria(call, actor=None, at=begin)
    until = call.closes_at + timedelta(days=30)
    change_settings(call, {"reviews_per_proposal": 3, "review_until": until}, actor=lead)
    proposals = list(Proposal.objects.filter(call=call).exclude(version_in_force=None).order_by("reference"))
    checked = proposals if is_over else proposals[: len(proposals) * 2 // 3]
    for number, proposal in enumerate(checked):
        query = number == len(checked) - 1 and not is_over
        check_formally(
            proposal,
            result=FormalCheck.Result.QUERY if query else FormalCheck.Result.ELIGIBLE,
            reason="Wer hat die Unterstützung zugesagt? Bitte nachfragen." if query else "",
            actor=office,
            at=begin + timedelta(minutes=7 * number),
        )
    apply_plan(call, propose(call, reviewers), actor=office, at=begin + timedelta(days=1))
    made = _score(call, chance, begin + timedelta(days=2), share=1.0 if is_over else 0.4)
    return f"{made} reviews of {call.slug}"


def _score(call: Call, chance: random.Random, begin: datetime, *, share: float) -> int:
    """Let the reviewers declare and score, each proposal with a quality of its own."""
    qualities: dict[int, float] = {}
    made = 0
    assignments = Assignment.objects.filter(proposal__call=call).select_related("proposal__call", "reviewer")
    for number, assignment in enumerate(assignments.order_by("proposal__reference", "reviewer")):
        proposal, reviewer = assignment.proposal, assignment.reviewer
        at = begin + timedelta(hours=5 * number)
        quality = qualities.setdefault(proposal.pk, chance.uniform(1.2, 3.6))
        if chance.random() > share:
            continue
        declare(proposal, kind=Declaration.Kind.NONE, actor=reviewer, at=min(at, clock.now()))
        _sheet(proposal, reviewer, quality + chance.uniform(-0.8, 0.8), chance, min(at, clock.now()))
        made += 1
        if number % 7 == 0:
            comment(proposal, "Wie verstehen Sie hier die Folgeaktivitäten?", actor=reviewer, at=min(at, clock.now()))
    return made


def _sheet(proposal: Proposal, reviewer: User, quality: float, chance: random.Random, at: datetime) -> ScoreSheet:
    sheet = open_sheet(proposal, actor=reviewer, at=at)
    entries = {
        criterion.key: Entry(
            value=max(0, min(4, round(quality + chance.uniform(-0.9, 0.9)))), note=chance.choice(NOTES)
        )
        for criterion in sheet.criteria_set.criteria.all()
    }
    is_good = quality >= 2.2
    saved = save_sheet(
        sheet,
        entries,
        recommendation=ScoreSheet.Recommendation.SELECT if is_good else ScoreSheet.Recommendation.RESERVE,
        statement=STATEMENTS[is_good],
        base_version=sheet.row_version,
        actor=reviewer,
        at=at,
    )
    return submit_sheet(saved, base_version=saved.row_version, actor=reviewer, at=at)
