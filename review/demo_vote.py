"""An open vote for demo mode: the shortlist of a call is fixed, and its committee is asked."""

from datetime import datetime, timedelta

from connective import clock
from connective.accounts.models import User
from review.domain import shortlist as shortlists
from review.domain.declare import declare
from review.domain.open_round import open_round
from review.domain.prepare_round import RoundSettings, prepare
from review.domain.visible import proposals_for
from review.models import Declaration, VotingRound
from submissions.models import Call

OPEN_FOR = timedelta(days=7)
NOTE = "Die Vorlage liegt bei. Bitte stimmen Sie zu jedem Thema ab; Sie können Ihre Stimme bis zum Schluss ändern."


def open_vote(call: Call, *, office: User, lead: User) -> str:
    """Fix a shortlist of a scored call, and open a vote on it that can be closed after a week."""
    now = clock.now()
    fix_shortlist(call, 2 * call.places, lead=lead, at=now)
    settings = RoundSettings(
        opens_at=now - timedelta(minutes=1),
        closes_at=(now + OPEN_FOR).replace(minute=0, second=0, microsecond=0),
        places=call.places,
        setting=VotingRound.Setting.CIRCULAR,
        rule=VotingRound.Rule.CONSENSUS,
        note=NOTE,
    )
    round_ = open_round(prepare(call, settings, actor=office, at=now), actor=office, at=now)
    return f"an open vote on {round_.topics.count()} topics of {call.slug}"


def fix_shortlist(call: Call, size: int, *, lead: User, at: datetime) -> None:
    """Fix a shortlist of the best proposals of a scored call."""
    for proposal in proposals_for(lead, call).filter(my_declaration=None):
        declare(proposal, kind=Declaration.Kind.NONE, actor=lead, at=at)
    shortlist = shortlists.draft_from_ranking(call, size, actor=lead, at=at)
    shortlists.fix(shortlist, based_on=shortlists.mark_of(shortlist), actor=lead, at=at)
