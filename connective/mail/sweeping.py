"""What Celery was not told of, and what hangs."""

import time
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from connective import clock
from connective.mail.delivery import deliver, due
from connective.mail.models import Message
from connective.mail.transport import Outcome

SWEEP_SECONDS = 45
"""A sweep stops for the next one, which comes each minute."""


def sweep() -> int:
    """Deliver what is due, the oldest first, until the mail server cannot be reached; return how many were sent."""
    expire(clock.now())
    sent, until = 0, time.monotonic() + SWEEP_SECONDS
    for message_pk in due(clock.now()).values_list("pk", flat=True)[:500]:
        outcome = deliver(message_pk)
        sent += outcome is Outcome.SENT
        if outcome is Outcome.UNREACHABLE or time.monotonic() > until:
            break
    return sent


def expire(at: datetime) -> int:
    """Declare messages uncertain whose sending was cut off (its lease ran out); return how many.

    The claim stays: should the attempt be alive after all and learn that the server took the message, it may say so.
    """
    return _cut_off(at).update(
        state=Message.State.UNCERTAIN,
        server_answer=_("Die Übertragung brach ab, nachdem sie begonnen hatte; eine Antwort des Mailservers fehlt."),
    )


def _cut_off(at: datetime) -> QuerySet[Message]:
    return Message.objects.filter(state=Message.State.SENDING, lease_until__lt=at)
