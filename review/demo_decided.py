"""A finished call for demo mode: voted on, decided, answered; one event took place, another one is in preparation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from connective.accounts.models import User
from connective.clock import BERLIN
from connective.mail.delivery import deliver
from connective.mail.models import Message
from connective.mail.transport import Outcome as Sending
from review.demo_vote import fix_shortlist
from review.domain import letter_pdf, minutes
from review.domain.cast_ballot import cast
from review.domain.certify_round import certify
from review.domain.close_round import close
from review.domain.decide import decide, proposed
from review.domain.declare import declare
from review.domain.draft_decision import DraftText, review_feedback, save_draft
from review.domain.draft_letters import draft_letters
from review.domain.open_round import open_round
from review.domain.prepare_round import RoundSettings, prepare
from review.domain.release_letters import release
from review.domain.visible import proposals_for
from review.models import Choice, Declaration, VotingRound
from review.tasks import make_minutes
from submissions.models import Call
from submissions.tasks import told

EVENTS = {
    "Stadt Lindenfurt": ("Innenstadt auf Probe: neue Nutzungen für leere Gebäude", "physical"),
    "Stadt Wendelsiel": ("Trinkwasser und kühle Orte für alle", "both"),
}
"""Title and form of the events, by the organisation whose topic is accepted."""

BALLOTS = {
    "Stadt Wendelsiel": (Choice.YES, Choice.YES, Choice.YES),
    "Stadt Lindenfurt": (Choice.YES, Choice.YES, None),
    "Stadtwerke Kirchmoos GmbH": (Choice.YES, Choice.ABSTAIN, Choice.ABSTAIN),
}
"""What the three say of each organisation's topic; whoever says nothing has a conflict."""
VOTED_DOWN = (Choice.NO, Choice.ABSTAIN, Choice.NO)

FEEDBACK = {
    "Gemeinde Talheide": (
        "Der Dorfladen als Rathaus hat uns gefallen. Für eine Dialogveranstaltung fehlt noch, was die Partnerstädte selbst "
        "beitragen: Bitte beschreiben Sie ihre Erfahrung so genau wie die eigene."
    ),
    "Landkreis Westerauen": (
        "Das Thema ist für viele Städte wichtig. Wir empfehlen, erst die nächste Übung auszuwerten und den Vorschlag dann noch "
        "einmal einzureichen."
    ),
}
NOTE = "Die Vorlage liegt bei. Zwei Themen werden ausgewählt; was danach die meisten Stimmen hat, kommt auf die Nachrückliste."


@dataclass(frozen=True)
class Cast:
    """Who acts: an officer, the lead, and three who vote, the last of them with a conflict."""

    office: User
    lead: User
    voters: tuple[User, User, User]


def decide_call(call: Call, who: Cast) -> str:
    """Take a scored call through vote and decisions to its answers, all in the weeks after its deadline."""
    opens_at = call.closes_at + timedelta(days=21, hours=9)
    round_ = _vote(call, who, opens_at=opens_at, closes_at=opens_at + timedelta(days=7, hours=9))
    decided_at = round_.closes_at + timedelta(days=2, hours=16)
    _decide(call, who, decided_at)
    asked = minutes.request_minutes(round_, actor=who.lead, at=decided_at)
    told(make_minutes, asked.pk)
    letters = _answer(call, who, decided_at + timedelta(days=3))
    return f"a certified vote, decisions and {letters} answers of {call.slug}"


def _vote(call: Call, who: Cast, *, opens_at: datetime, closes_at: datetime) -> VotingRound:
    """Let the committee vote on all proposals."""
    at = opens_at - timedelta(days=1)
    fix_shortlist(call, call.proposals.count(), lead=who.lead, at=at)
    settings = RoundSettings(
        opens_at=opens_at,
        closes_at=closes_at,
        places=call.places,
        setting=VotingRound.Setting.CIRCULAR,
        rule=VotingRound.Rule.SIMPLE,
        note=NOTE,
    )
    round_ = open_round(prepare(call, settings, actor=who.office, at=at), actor=who.office, at=opens_at)
    _send(Message.objects.filter(occasion__startswith=f"vote:{round_.pk}:"), opens_at)
    for place, voter in enumerate(who.voters):
        _cast(round_, voter, place, opens_at + timedelta(days=place + 1, hours=1))
    close(round_, actor=who.office, at=closes_at + timedelta(hours=15))
    return certify(round_, actor=who.lead, at=closes_at + timedelta(hours=16))


def _cast(round_: VotingRound, voter: User, place: int, at: datetime) -> None:
    """Let a person declare on each topic and vote."""
    topics = {topic.proposal_id: topic for topic in round_.topics.select_related("round")}
    for proposal in proposals_for(voter, round_.call).filter(pk__in=topics):
        choice = BALLOTS.get(proposal.organisation_name, VOTED_DOWN)[place]
        if proposal.my_declaration is None:
            kind = Declaration.Kind.NONE if choice else Declaration.Kind.LAND
            declare(proposal, kind=kind, actor=voter, at=at)
        if choice:
            cast(topics[proposal.pk], choice, reason="", statement="", based_on=0, actor=voter, at=at)


def _decide(call: Call, who: Cast, at: datetime) -> None:
    """Prepare titles and feedback, have the feedback read, and record what the vote decided."""
    for one in proposed(call):
        title, mode = EVENTS.get(one.proposal.organisation_name, ("", ""))
        typed = DraftText(title, mode, feedback=FEEDBACK.get(one.proposal.organisation_name, ""))
        if typed != DraftText():
            draft = save_draft(one.proposal, typed, based_on=0, actor=who.office, at=at - timedelta(days=1))
            review_feedback(draft, based_on=draft.version, actor=who.lead, at=at - timedelta(hours=1))
    decide(call, actor=who.lead, at=at)


def _answer(call: Call, who: Cast, at: datetime) -> int:
    """Draft the letters, release and send them; return how many."""
    batch = draft_letters(call, dated_on=at.astimezone(BERLIN).date(), actor=who.office, at=at - timedelta(days=1))
    letter_pdf.make_missing(letter_pdf.missing(call))
    release(batch, actor=who.lead, at=at)
    return _send(Message.objects.filter(answer_letter__batch=batch), at + timedelta(minutes=1))


def _send(messages: QuerySet[Message], at: datetime) -> int:
    """Send messages now, and let them have been sent at `at`: what follows was done by people who knew them."""
    sent = [pk for pk in messages.values_list("pk", flat=True) if deliver(pk) is Sending.SENT]
    return Message.objects.filter(pk__in=sent).update(created_at=at, queued_at=at, sent_at=at)
