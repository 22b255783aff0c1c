"""A portal in all stages of the process at once, so that each of its forms stands on some page, full of hostile text."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from connective import clock
from connective.accounts.models import User
from connective.mail.models import Message
from review.domain.comment import comment
from review.domain.country_status import override_country
from review.domain.draft_decision import DraftText, save_draft
from review.domain.open_round import open_round
from review.domain.shortlist import draft_from_ranking
from review.models import EventPlan, Outcome, VotingRound
from submissions.domain import form_sheet, team
from submissions.domain.save import save_section
from submissions.models import Call, Membership, Organisation, Proposal, Role, SectionKey
from tests.hostile.texts import MARKUP
from tests.review import answered, build, decided, voted
from tests.review.scored import AT, declare
from tests.submissions.build import COMPLETE, draft, member, open_call, submitted, with_organisation

TYPED = {"line", "paragraph", "structured"}
ENTRANCES = ("/", "/verwaltung/", "/steuerungskreis/", "/vorschlaege/", "/konto/sitzungen/", "/konto/sicherheit/")


@dataclass(frozen=True)
class World:
    """The people whose pages are looked at, and for each where to begin: pages whose forms differ with the stage."""

    people: dict[str, tuple[User, list[str]]]
    call: Call
    """Anybody may begin a draft for it."""


def build_world() -> World:
    """Build it with the verbs of the process."""
    author, organisation = with_organisation("kommune@example.org")
    call = open_call()
    own = _applicants(author, organisation, call)
    review = build.review()
    # One committee for all calls: the builders find their people by address.
    for someone, address in ((review.ben, "vorsitz@example.org"), (review.ada, "mitglied1@example.org")):
        User.objects.filter(pk=someone.pk).update(email=address)
    who = voted.committee()
    offices = [*_in_review(review), *_votes(who), *_decisions(), *_answers(author)]
    newcomer = who.members[1]
    for someone in (review.lead, review.office, *who.voters):
        if someone != newcomer:
            known = list(someone.declarations.values_list("proposal", flat=True))
            waits = known if someone != review.lead else [*known, review.c.pk]
            declare(someone, list(Proposal.objects.exclude(version_in_force=None).exclude(pk__in=waits)))
    _fill_with_markup()
    sheets = [reverse("review:file", args=[one.pk]) for one in (review.a, review.b, review.c)]
    people = {
        "applicant": (author, [*own, *_told(author)]),
        "lead": (review.lead, [*offices, *sheets]),
        "chair": (who.chair, [*sheets, *offices]),
        "newcomer": (newcomer, sheets),
        "administrator": (User.objects.create_superuser("verwaltung@example.org"), []),
    }
    return World(people, call)


def hostile_answers() -> dict[str, Any]:
    """Return a complete form sheet in which each text is hostile."""
    typed = {key: {asked.name for asked in form_sheet.QUESTIONS[key] if asked.kind in TYPED} for key in COMPLETE}
    filled = {
        key: {name: MARKUP if name in typed[key] else value for name, value in answers.items()}
        for key, answers in COMPLETE.items()
    }
    rows = [{"country": row["country"], "city": MARKUP, "contact": MARKUP} for row in COMPLETE["cities"]["rows"]]
    return {**filled, "cities": {"rows": rows}}


def _applicants(author: User, organisation: Organisation, call: Call) -> list[str]:
    """Let a person have a draft, a submitted proposal, colleagues, and invitations in both directions."""
    now = clock.now()
    begun = draft(call, author, **hostile_answers())
    again = {"title": f"{MARKUP}!"}
    save_section(begun, SectionKey.TOPIC, again, base_version=1, actor=author, at=now)
    sent, _version = submitted(call, author, **hostile_answers())
    member(organisation, Role.EDIT)
    team.invite(organisation, email="neu@example.org", role=Role.EDIT, actor=author, at=now)
    other, elsewhere = with_organisation("nachbarn@example.org")
    team.invite(elsewhere, email=author.email, role=Role.READ, actor=other, at=now)
    sections = [reverse("submissions:section", args=[begun.public_id, key]) for key in SectionKey.values]
    earlier = reverse("submissions:revisions", args=[begun.public_id, SectionKey.TOPIC])
    return [*sections, earlier, *(reverse("submissions:check", args=[one.public_id]) for one in (begun, sent))]


def _in_review(review: build.Review) -> list[str]:
    """Let one proposal be scored, one sheet be open, one proposal wait for a declaration, and a shortlist be in work."""
    build.submitted(review, review.a, review.ada)
    build.opened(review, review.b, review.ben)
    declare(review.lead, [review.a, review.b])
    comment(review.a, MARKUP, actor=review.lead, at=AT)
    draft_from_ranking(review.call, 2, actor=review.lead, at=AT)
    override_country(review.call, "KE", developing=True, reason=MARKUP, actor=review.lead, at=AT)
    preview = urlencode({"reference": review.c.reference or "", "person": str(review.ben.pk)})
    names = ("shortlist", "countries", "decisions")
    return [
        *(reverse(f"review:{name}", args=[review.call.pk]) for name in names),
        *(f"{reverse(f'review:{name}', args=[review.call.pk])}?{preview}" for name in ("assign", "calibration")),
        *(reverse("review:ranking_export", args=[review.call.pk, kind]) for kind in ("csv", "xlsx")),
        reverse("review:shortlist_export", args=[review.call.pk, 1, "csv"]),
        reverse("review:reviews", args=[review.a.pk]),
    ]


def _votes(who: voted.Committee) -> list[str]:
    """Let a vote be in preparation, one be open, one wait for the chair, and one for a ruling after it."""
    now = clock.now()
    times = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=1)}
    rounds = [voted.prepared(voted.call_with(2), who)]
    meeting = voted.prepared(voted.call_with(2), who, setting=VotingRound.Setting.MEETING, **times)
    rounds += [open_round(meeting, actor=who.office, at=now)]
    rounds += [voted.closed(voted.call_with(3), who)]
    rounds += [voted.closed(voted.call_with(2), who, rule="chair")]
    return [reverse("review:vote", args=[one.call_id]) for one in rounds]


def _decisions() -> list[str]:
    """Let a vote be certified, and the decisions of another one be recorded."""
    first, second = decided.voted_call(), decided.decided_call()
    undecided, made = Proposal.objects.filter(call=first.call).earliest("reference"), second.decisions[0]
    text = DraftText(final_title=MARKUP, final_mode="both", internal_reason=MARKUP, feedback=MARKUP)
    save_draft(undecided, text, based_on=0, actor=first.who.office, at=voted.AFTER)
    return [
        *(
            reverse(f"review:{name}", args=[one.call.pk])
            for name in ("decisions", "letters")
            for one in (first, second)
        ),
        reverse("review:decision", args=[first.call.pk, undecided.pk]),
        reverse("review:decision", args=[second.call.pk, made.proposal_id]),
    ]


def _answers(author: User) -> list[str]:
    """Let letters be drafts, others be sent, and the fate of one be uncertain; tell the author of the first two."""
    drafts = answered.drafted_call(pdfs=False)
    sent = answered.answered_call((Outcome.ACCEPTANCE, Outcome.REJECTION, Outcome.REJECTION))
    for proposal in sent.proposals[:2]:
        assert proposal.organisation is not None
        Membership.objects.create(organisation=proposal.organisation, user=author, role=Role.MANAGE)
    last = sent.letters[-1]
    assert last.message_id is not None
    Message.objects.filter(pk=last.message_id).update(state=Message.State.UNCERTAIN, sent_at=None)
    shown = (drafts.letters[0], sent.letters[0], last)
    letters = [reverse("review:answer", args=[letter.batch.call_id, letter.pk]) for letter in shown]
    plan = EventPlan.objects.get(proposal=sent.proposals[0])
    event = reverse("review:event", args=[sent.call.pk, plan.pk])
    return [*(reverse("review:letters", args=[one.call.pk]) for one in (drafts, sent)), *letters, event]


def _told(author: User) -> list[str]:
    found = Proposal.objects.filter(organisation__memberships__user=author, decisions__isnull=False)
    return [reverse("answers:answer", args=[proposal.public_id]) for proposal in found]


def _fill_with_markup() -> None:
    """Put hostile text wherever people type names and titles."""
    Proposal.objects.update(title=MARKUP, organisation_name=MARKUP)
    Organisation.objects.update(name=MARKUP)
    User.objects.update(name=MARKUP)
    EventPlan.objects.update(title=MARKUP, venue=MARKUP, co_organisers=MARKUP)
    Call.objects.update(title=MARKUP, contact=MARKUP, introduction=MARKUP, after_closing=MARKUP)
