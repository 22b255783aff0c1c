"""The minutes of a certified vote (Beschlussprotokoll): one PDF, made in the background, never changed afterwards."""

import hashlib
import logging
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from connective import clock
from connective.accounts.models import User
from connective.audit import chain
from connective.audit.log import record
from connective.pdf import engine
from review.domain import decision_chain
from review.domain.minutes_content import content_of
from review.domain.rounds import CERTIFIES, OFFICE, RoundMovedOn, State, check_role
from review.models import Decision, Declaration, Minutes, VotingRound
from review.models.minutes import minutes_name

logger = logging.getLogger(__name__)

ASKS = OFFICE | CERTIFIES
STYLESHEET = "minutes.css"


def request_minutes(round_: VotingRound, *, actor: User, at: datetime) -> Minutes:
    """Ask for the minutes of a certified round; one that waits already is returned. Raises NotPermitted, RoundMovedOn."""
    check_role(actor, ASKS)
    with transaction.atomic():
        locked = VotingRound.objects.select_for_update().get(pk=round_.pk)
        if locked.state != State.CERTIFIED:
            raise RoundMovedOn
        waiting = Minutes.objects.filter(round=locked, state=Minutes.State.QUEUED).first()
        if waiting is not None:
            return waiting
        number = Minutes.objects.filter(round=locked).count() + 1
        asked = Minutes.objects.create(round=locked, number=number, requested_by=actor, requested_at=at)
        record("minutes.requested", actor=actor, subject=asked, payload={"round": locked.pk, "number": number})
    return asked


def make(minutes_id: int) -> None:
    """Make minutes that wait; twice has the effect of once. Where it fails, the row says so, and one may ask again."""
    found = Minutes.objects.select_related("round__call").filter(pk=minutes_id, state=Minutes.State.QUEUED).first()
    if found is None:
        return
    decided, audited = decision_chain.head(found.round.call), str(chain.head())
    try:
        with translation.override("de"):  # the committee's language, whoever asks
            data = render(found, decided, audited)
    except Exception:
        logger.exception("the minutes %s could not be made", minutes_id)
        Minutes.objects.filter(pk=found.pk, state=Minutes.State.QUEUED).update(state=Minutes.State.FAILED)
        return
    name = default_storage.save(minutes_name(found, ""), ContentFile(data))
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        mine = Minutes.objects.filter(pk=found.pk, state=Minutes.State.QUEUED).update(
            state=Minutes.State.READY, file=name, sha256=digest, chain_head=decided, made_at=clock.now()
        )
        if mine:
            record("minutes.made", actor=None, subject=found, payload={"sha256": digest, "head": decided})
    if not mine:
        default_storage.delete(name)


def render(minutes: Minutes, decided: str, audited: str) -> bytes:
    """Return the PDF; equal content gives equal bytes."""
    context = {**content_of(minutes.round), "minutes": minutes, "decision_head": decided, "audit_head": audited}
    html = render_to_string("pdf/minutes.html", context)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    return engine.write(engine.layout(html, STYLESHEET), identifier=identifier, created=minutes.requested_at)


def waiting() -> list[int]:
    """Return the minutes that no task was told of, or whose task was lost."""
    return list(Minutes.objects.filter(state=Minutes.State.QUEUED).order_by("pk").values_list("pk", flat=True))


def is_open_to(user: User, minutes: Minutes) -> bool:
    """Say whether none of the proposals that minutes speak of is closed to the person by a conflict.

    They speak of the topics of the vote, and of every proposal of the call that was decided.
    """
    topics = minutes.round.topics.values("proposal")
    decided = Decision.objects.filter(call=minutes.round.call_id).values("proposal")
    conflicts = Declaration.objects.filter(person=user, is_current=True).exclude(kind=Declaration.Kind.NONE)
    return not conflicts.filter(Q(proposal__in=topics) | Q(proposal__in=decided)).exists()
