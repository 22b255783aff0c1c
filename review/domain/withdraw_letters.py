"""Withdrawing the letters of a decision that another one supersedes."""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from connective.accounts.models import User
from connective.audit.log import record
from connective.mail import holding
from connective.mail.models import Message
from review.models import AnswerLetter, Decision

State = AnswerLetter.State


def withdraw_letters_of(decision: Decision, *, actor: User, at: datetime) -> int:
    """Withdraw what was not sent of the letters of a superseded decision; return how many letters never leave.

    Call it in the transaction of the correction, under the lock of the call, just before its own entry in the audit log.
    What was sent stays; what may have been sent is never sent again. Without open letters nothing is written.
    """
    assert connection.in_atomic_block, "withdraw in the transaction of the correction"
    open_letters = list(
        AnswerLetter.objects.select_for_update(of=("self",))
        .filter(decision=decision, state__in=[State.DRAFT, State.RELEASED])
        .exclude(message__state=Message.State.SENT)
    )
    if not open_letters:
        return 0
    drafts = sum(letter.state == State.DRAFT for letter in open_letters)
    unsent = holding.withdraw(letter.message_id for letter in open_letters if letter.message_id is not None)
    keys = [letter.pk for letter in open_letters]
    # One that was sent in this very moment is told, and stays.
    not_told = Q(message=None) | ~Q(message__state=Message.State.SENT)
    AnswerLetter.objects.filter(not_told, pk__in=keys).update(state=State.WITHDRAWN)
    payload = {"letters": keys, "never_sent": drafts + unsent, "at": at.isoformat()}
    record("letters.withdrawn", actor=actor, subject=decision, payload=payload)
    return drafts + unsent
