"""Preparing a vote: its topics from the fixed shortlist, its rule, its time. Nothing is binding before it is opened."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.rounds import OFFICE, State, check_role, in_state, locked_round
from review.domain.visible import proposals_for
from review.models import Shortlist, VotingRound, VotingTopic
from submissions.models import Call

MOST_PLACES = 200


class NoFixedShortlist(DomainError):
    """There is nothing to vote on, or what there is will change."""

    message = _("Abgestimmt wird über die festgestellte Auswahlliste. Bitte stellen Sie sie zuerst fest.")


class RoundInWork(DomainError):
    """The call has a round that is not certified yet."""

    message = _("Für diesen Aufruf läuft schon eine Abstimmung. Eine weitere ist möglich, sobald sie festgestellt ist.")


class SettingsRefused(DomainError):
    """A setting cannot be like that; the text says why, and `field` names the setting."""

    def __init__(self, message: str | Promise, *, field: str) -> None:
        """Keep the name of the setting for the form."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class RoundSettings:
    """How a round is held: what the office decides. Times are aware; `closes_at` is the first instant refused."""

    opens_at: datetime
    closes_at: datetime
    places: int
    setting: str = VotingRound.Setting.MEETING
    rule: str = VotingRound.Rule.CONSENSUS
    base: str = VotingRound.Base.CAST
    share_numerator: int = 2
    share_denominator: int = 3
    quorum: str = VotingRound.Quorum.MORE_THAN_HALF
    note: str = ""


def prepare(
    call: Call,
    form: RoundSettings,
    *,
    actor: User,
    at: datetime,
    left_out: Iterable[int] = (),
) -> VotingRound:
    """Make a round in preparation on the newest fixed shortlist, without the proposals `left_out`.

    Raises NotPermitted, RoundInWork, NoFixedShortlist and SettingsRefused.
    """
    check_role(actor, OFFICE)
    _check(form)
    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=call.pk)
        if locked.voting_rounds.exclude(state=State.CERTIFIED).exists():
            raise RoundInWork
        shortlist = current_shortlist(locked)
        number = (locked.voting_rounds.aggregate(last=Max("number"))["last"] or 0) + 1
        made = VotingRound.objects.create(
            call=locked, number=number, shortlist=shortlist, created_by=actor, created_at=at, **asdict(form)
        )
        topics = _set_topics(made, shortlist, left_out, actor)
        record("vote.prepared", actor=actor, subject=made, payload={"call": call.pk, "topics": topics} | _told(form))
    return made


def change(
    round_: VotingRound, form: RoundSettings, *, actor: User, at: datetime, left_out: Iterable[int] = ()
) -> VotingRound:
    """Set a round in preparation to `form`, with the topics of the shortlist that is the newest by now.

    Raises NotPermitted, RoundMovedOn, NoFixedShortlist and SettingsRefused.
    """
    check_role(actor, OFFICE)
    _check(form)
    with transaction.atomic():
        locked = locked_round(round_)
        in_state(locked, State.DRAFT)
        shortlist = current_shortlist(locked.call)
        VotingRound.objects.filter(pk=locked.pk).update(shortlist=shortlist, **asdict(form))
        topics = _set_topics(locked, shortlist, left_out, actor)
        record(
            "vote.changed", actor=actor, subject=locked, payload={"topics": topics, "at": at.isoformat()} | _told(form)
        )
    round_.refresh_from_db()
    return round_


def discard(round_: VotingRound, *, actor: User, at: datetime) -> None:
    """Take a round in preparation away; its number is free again. Raises NotPermitted and RoundMovedOn."""
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = locked_round(round_)
        in_state(locked, State.DRAFT)
        locked_pk, call = locked.pk, locked.call
        locked.delete()
        record("vote.discarded", actor=actor, subject=call, payload={"round": locked_pk, "at": at.isoformat()})


def current_shortlist(call: Call) -> Shortlist:
    """Return the newest shortlist, which has to be fixed. Raises NoFixedShortlist."""
    found = call.shortlists.order_by("-number").first()
    if found is None or found.state != Shortlist.State.FIXED:
        raise NoFixedShortlist
    return found


def _check(form: RoundSettings) -> None:
    if form.opens_at >= form.closes_at:
        raise SettingsRefused(_("Die Abstimmung muss öffnen, bevor sie schließt."), field="closes_at")
    if not 1 <= form.places <= MOST_PLACES:
        raise SettingsRefused(_("Es wird mindestens ein Thema ausgewählt."), field="places")
    if not form.share_numerator <= form.share_denominator < 2 * form.share_numerator:
        raise SettingsRefused(
            _("Eine qualifizierte Mehrheit ist mehr als die Hälfte und höchstens das Ganze."), field="share_numerator"
        )


def _set_topics(round_: VotingRound, shortlist: Shortlist, left_out: Iterable[int], actor: User) -> list[int]:
    """Write the topics anew; one that is closed to the person stays in, as nobody with a conflict moves it."""
    open_to_actor = set(proposals_for(actor, round_.call).filter(pk__in=list(left_out)).values_list("pk", flat=True))
    entries = shortlist.entries.exclude(proposal__version_in_force=None).order_by("position")
    chosen = [entry.proposal_id for entry in entries if entry.proposal_id not in open_to_actor]
    round_.topics.all().delete()
    VotingTopic.objects.bulk_create(
        VotingTopic(round=round_, proposal_id=proposal, position=position)
        for position, proposal in enumerate(chosen, 1)
    )
    return chosen


def _told(form: RoundSettings) -> dict[str, object]:
    """Return the settings as the audit log tells them."""
    told = asdict(form)
    return {**told, "opens_at": form.opens_at.isoformat(), "closes_at": form.closes_at.isoformat()}
