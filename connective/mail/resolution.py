"""A person decides about a message that the portal cannot decide about."""

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from connective import clock
from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from connective.mail.models import Message
from connective.mail.queue import tell_after_commit


class Resolution(TextChoices):
    """What the person found in the mail server's log, or wants."""

    WAS_SENT = "was_sent", _("wurde gesendet")
    SEND_AGAIN = "send_again", _("noch einmal senden")


class NothingToResolve(DomainError):
    """The message is not in a state that asks for a person."""

    message = _("Diese E-Mail braucht keine Entscheidung (mehr). Laden Sie die Seite neu.")


class Held(DomainError):
    """The message waits for a person's word, or was overtaken by another; it is not sent again."""

    message = _(
        "Diese E-Mail ist angehalten oder überholt und wird nicht noch einmal gesendet. Setzen Sie zuerst den Versand fort."
    )


FROM = {
    Resolution.WAS_SENT: [Message.State.UNCERTAIN],
    Resolution.SEND_AGAIN: [Message.State.UNCERTAIN, Message.State.FAILED],
}
"""The states in which a person may decide so."""


@transaction.atomic
def resolve(message: Message, actor: User, outcome: Resolution) -> None:
    """Settle the fate of a message: it was sent, or it is sent again under the same Message-ID; recorded.

    Raises `NothingToResolve` when the message is in another state, for example because a colleague was quicker, and `Held`
    for sending again what is held.
    """
    undecided = Message.objects.filter(pk=message.pk, state__in=FROM[outcome])
    free = {"claim": None, "lease_until": None, "next_at": None}
    if outcome is Resolution.WAS_SENT:
        changed = undecided.update(state=Message.State.SENT, sent_at=clock.now(), **free)
    else:
        if undecided.filter(held=True).exists():
            raise Held
        changed = undecided.filter(held=False).update(
            state=Message.State.QUEUED, queued_at=clock.now(), refusals=0, **free
        )
    if changed != 1:
        raise NothingToResolve
    if outcome is Resolution.SEND_AGAIN:
        tell_after_commit(message.pk)
    record("mail.resolved", actor=actor, subject=message, payload={"outcome": outcome.value, "kind": message.kind})
