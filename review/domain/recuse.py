"""Recusals: whoever has a conflict takes no part in a topic, and has no ballot on it beside the recusal."""

from datetime import datetime

from django.db.models import Max

from connective.accounts.models import User
from review.domain.rounds import locked_open_round
from review.models import Ballot, BallotChange, Choice, Declaration, Elector, VotingTopic
from submissions.models import Proposal


def recuse_everywhere(person: User, proposal: Proposal, *, reason: str, at: datetime) -> Ballot | None:
    """Recuse a person from a proposal in the round that is open; a ballot cast before is replaced, its history stays.

    Part of the transaction in which the conflict is declared, which holds the proposal's lock and writes the audit log.
    Returns None where no round is open, or the person is not on its roll.
    """
    found = _place(person, proposal)
    if found is None:
        return None
    topic, elector = found
    ballot = Ballot.objects.filter(topic=topic, elector=elector).first()
    if ballot is not None and ballot.choice == Choice.RECUSED:
        return ballot
    changes = BallotChange.objects.filter(topic=topic, elector=elector)
    number = (changes.aggregate(last=Max("number"))["last"] or 0) + 1
    fields = {"number": number, "choice": Choice.RECUSED, "reason": reason}
    BallotChange.objects.create(topic=topic, elector=elector, received_at=at, **fields)
    recused, _new = Ballot.objects.update_or_create(
        topic=topic, elector=elector, defaults={**fields, "statement": "", "cast_at": at}
    )
    return recused


def readmit_everywhere(person: User, proposal: Proposal) -> bool:
    """Take a person's recusal from a proposal back in the round that is open, and say whether there was one.

    Part of the transaction in which the lead corrects the declaration. The person votes anew; the history stays.
    """
    found = _place(person, proposal)
    if found is None:
        return False
    topic, elector = found
    gone, _rows = Ballot.objects.filter(topic=topic, elector=elector, choice=Choice.RECUSED).delete()
    return bool(gone)


def ground(declaration: Declaration) -> str:
    """Return the reason of a recusal that rests on a declaration: what was written, else the kind of conflict."""
    return str(declaration.note.strip() or declaration.get_kind_display())


def _place(person: User, proposal: Proposal) -> tuple[VotingTopic, Elector] | None:
    """Return the topic and the person's row on the roll of the open round, which is locked from here on."""
    round_ = locked_open_round(proposal)
    if round_ is None:
        return None
    elector = Elector.objects.filter(round=round_, person=person).first()
    return (VotingTopic.objects.get(round=round_, proposal=proposal), elector) if elector else None
