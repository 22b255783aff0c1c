"""A person holds messages, lets them go on, or withdraws them before they leave.

Each step is one conditional UPDATE, like those of `delivery`: whatever an attempt does at the same moment, a message is
either withdrawn or sent, never both. All must run in the transaction of what they belong to.
"""

from collections.abc import Iterable
from datetime import datetime

from connective.mail.models import Message
from connective.mail.queue import tell_all_after_commit

NOT_YET_SENT = (Message.State.QUEUED, Message.State.SENDING)
WITHDRAWABLE = (Message.State.QUEUED, Message.State.FAILED)


def hold(message_pks: Iterable[int]) -> int:
    """Let nobody begin to send these messages; return how many are held.

    One that is being handed over at this moment may still leave, since nobody can call it back; where the mail server says
    "not now", it is held as well.
    """
    return Message.objects.filter(pk__in=list(message_pks), state__in=NOT_YET_SENT).update(held=True)


def resume(message_pks: Iterable[int], *, at: datetime) -> int:
    """Let held messages go on; return how many do. Their waiting counts from now."""
    held = Message.objects.filter(pk__in=list(message_pks), held=True).exclude(state=Message.State.WITHDRAWN)
    waiting = list(held.filter(state=Message.State.QUEUED).order_by("queued_at", "pk").values_list("pk", flat=True))
    resumed = held.update(held=False, queued_at=at)
    tell_all_after_commit(waiting)
    return resumed


def withdraw(message_pks: Iterable[int]) -> int:
    """Withdraw these messages as far as their text has not begun to flow; return how many never leave.

    An attempt that had only claimed one finds at its beginning that it is lost. One that may have left (sending,
    uncertain) is held, so that it is not sent again.
    """
    pks = list(message_pks)
    free = {"claim": None, "lease_until": None, "next_at": None}
    withdrawn = Message.objects.filter(pk__in=pks, state__in=WITHDRAWABLE).update(
        state=Message.State.WITHDRAWN, held=False, **free
    )
    may_have_left = (Message.State.SENDING, Message.State.UNCERTAIN)
    Message.objects.filter(pk__in=pks, state__in=may_have_left).update(held=True)
    return withdrawn
