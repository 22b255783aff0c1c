"""Where the letters of a call stand: before the release against the decisions, afterwards one by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import WithAnnotations

from connective.accounts.models import User
from connective.mail.board import PATIENT
from connective.mail.holding import NOT_YET_SENT
from connective.mail.models import Message
from review.domain.decide import in_force
from review.domain.visible import proposals_for
from review.models import AnswerLetter, LetterBatch, Outcome
from submissions.models import Call

PATIENT_FOR_PDF = timedelta(minutes=3)
"""A draft whose PDF is not there by then has no worker that makes it."""


class Fate(TextChoices):
    """What a person has to know of a letter."""

    NO_PDF = "no_pdf", gettext_lazy("Entwurf, PDF fehlt noch")
    DRAFT = "draft", gettext_lazy("Entwurf mit PDF")
    HELD = "held", gettext_lazy("angehalten")
    QUEUED = "queued", gettext_lazy("wartet auf den Versand")
    SENDING = "sending", gettext_lazy("wird übertragen")
    SENT = "sent", gettext_lazy("gesendet")
    FAILED = "failed", gettext_lazy("gescheitert")
    UNCERTAIN = "uncertain", gettext_lazy("ungewiss")
    BOUNCED = "bounced", gettext_lazy("zurückgekommen")
    WITHDRAWN = "withdrawn", gettext_lazy("zurückgezogen")
    RESENT = "resent", gettext_lazy("erneut versandt, siehe dort")


NEEDS_A_PERSON = (Fate.FAILED, Fate.UNCERTAIN, Fate.BOUNCED)

_letter, _mail = AnswerLetter.State, Message.State
FATE = Case(
    When(Exists(AnswerLetter.objects.filter(resend_of=OuterRef("pk"))), then=Value(Fate.RESENT.value)),
    When(bounced_at__isnull=False, then=Value(Fate.BOUNCED.value)),
    When(message__state=_mail.SENT, then=Value(Fate.SENT.value)),
    When(message__state=_mail.UNCERTAIN, then=Value(Fate.UNCERTAIN.value)),
    When(message__state=_mail.SENDING, then=Value(Fate.SENDING.value)),
    When(state=_letter.WITHDRAWN, then=Value(Fate.WITHDRAWN.value)),
    When(message__state=_mail.WITHDRAWN, then=Value(Fate.WITHDRAWN.value)),
    When(message__state=_mail.FAILED, then=Value(Fate.FAILED.value)),
    When(message__held=True, then=Value(Fate.HELD.value)),
    When(message__state=_mail.QUEUED, then=Value(Fate.QUEUED.value)),
    When(file="", then=Value(Fate.NO_PDF.value)),
    default=Value(Fate.DRAFT.value),
    output_field=CharField(),
)

IN_ORDER = Case(*(When(decision__outcome=outcome.value, then=Value(place)) for place, outcome in enumerate(Outcome)))
"""Acceptances first, as the decisions are read."""


@dataclass(frozen=True)
class Reconciled:
    """How many letters there are of how many decisions of one outcome."""

    outcome: Outcome
    decisions: int
    released: int
    """Decisions about which a letter was released already."""
    drafted: int

    @property
    def missing(self) -> int:
        """Return how many decisions have no letter."""
        return self.decisions - self.released - self.drafted


@dataclass(frozen=True)
class LetterBoard:
    """How many released letters are in each state, and what asks for a person."""

    counts: dict[Fate, int]
    without_worker: int

    @property
    def total(self) -> int:
        """Return how many letters there are."""
        return sum(self.counts.values())

    @property
    def shown(self) -> list[tuple[Fate, int]]:
        """Return the states in which there are letters."""
        return [(fate, number) for fate, number in self.counts.items() if number]

    @property
    def needs_a_person(self) -> int:
        """Return how many letters only a person can bring further."""
        return sum(self.counts[fate] for fate in NEEDS_A_PERSON)


class Shown(TypedDict):
    """What `letters_for` puts on a letter."""

    fate: str


if TYPE_CHECKING:
    SeenLetter = WithAnnotations[AnswerLetter, Shown]
else:
    SeenLetter = AnswerLetter
"""A letter with what became of it."""


def letters_for(user: User, call: Call) -> QuerySet[SeenLetter]:
    """Return the letters of a call that a person may see, with their `fate`; a conflict of interest closes them."""
    return (
        AnswerLetter.objects.filter(batch__call=call, decision__proposal__in=proposals_for(user, call).values("pk"))
        .annotate(fate=FATE)
        .select_related("batch", "message", "decision__proposal", "decision__call")
        .order_by(IN_ORDER, "decision__reserve_rank", "decision__proposal__reference", "pk")
    )


def reconcile(call: Call) -> list[Reconciled]:
    """Hold the letters of a call against its decisions in force, by outcome (one query)."""
    first = Q(letters__resend_of=None)
    rows = (
        in_force(call)
        .order_by()
        .values("outcome")
        .annotate(
            decisions=Count("pk", distinct=True),
            released=Count("pk", filter=first & Q(letters__state=_letter.RELEASED), distinct=True),
            drafted=Count("pk", filter=first & Q(letters__state=_letter.DRAFT), distinct=True),
        )
    )
    found = {row["outcome"]: row for row in rows}
    return [
        Reconciled(outcome, found[outcome]["decisions"], found[outcome]["released"], found[outcome]["drafted"])
        for outcome in Outcome
        if outcome in found
    ]


def obstacles(batch: LetterBatch) -> list[str]:
    """Return in sentences what is missing before a batch can be released; nothing means that it can."""
    drafts = AnswerLetter.objects.filter(batch=batch, state=_letter.DRAFT)
    found = drafts.aggregate(
        total=Count("pk"),
        without_pdf=Count("pk", filter=Q(file="") | Q(sha256="")),
        without_address=Count("pk", filter=Q(recipient="")),
        overtaken=Count("pk", filter=Q(decision__superseded_by__isnull=False)),
    )
    missing = sum(row.missing for row in reconcile(batch.call))
    problems = []
    if not found["total"]:
        problems.append(_("In diesem Versand ist kein Schreiben."))
    if missing:
        text = ngettext(
            "Zu %(count)d Entscheidung fehlt das Schreiben.",
            "Zu %(count)d Entscheidungen fehlt das Schreiben.",
            missing,
        )
        problems.append(text % {"count": missing})
    if number := found["overtaken"]:
        text = ngettext(
            "%(count)d Schreiben gehört zu einer überholten Entscheidung.",
            "%(count)d Schreiben gehören zu überholten Entscheidungen.",
            number,
        )
        problems.append(text % {"count": number})
    if number := found["without_pdf"]:
        text = ngettext("Bei %(count)d Schreiben fehlt das PDF.", "Bei %(count)d Schreiben fehlt das PDF.", number)
        problems.append(text % {"count": number})
    if number := found["without_address"]:
        text = ngettext(
            "Bei %(count)d Schreiben fehlt die Adresse.", "Bei %(count)d Schreiben fehlt die Adresse.", number
        )
        problems.append(text % {"count": number})
    return problems


def waits_for_pdf(batch: LetterBatch, at: datetime) -> bool:
    """Say whether PDFs are missing that a worker should have made by now."""
    drafts = AnswerLetter.objects.filter(batch=batch, state=_letter.DRAFT, file="")
    return batch.drafted_at < at - PATIENT_FOR_PDF and drafts.exists()


def not_yet_sent(call: Call) -> set[int]:
    """Return the keys of those batches of which something could still be held back."""
    waiting = AnswerLetter.objects.filter(batch__call=call, message__state__in=NOT_YET_SENT)
    return set(waiting.order_by().values_list("batch_id", flat=True))


def board(user: User, call: Call, at: datetime) -> LetterBoard:
    """Return where the released letters of a call stand that a person may see, in one query."""
    old = Q(message__state=_mail.QUEUED, message__held=False, message__queued_at__lt=at - PATIENT)
    nobody_came = Q(message__next_at=None) | Q(message__next_at__lt=at - PATIENT)
    free = Q(message__claim=None) | Q(message__lease_until__lt=at)
    found = (
        letters_for(user, call)
        .exclude(state=_letter.DRAFT)
        .order_by()
        .aggregate(
            without_worker=Count("pk", filter=old & nobody_came & free),
            **{fate.value: Count("pk", filter=Q(fate=fate.value)) for fate in Fate},
        )
    )
    return LetterBoard(counts={fate: found[fate.value] for fate in Fate}, without_worker=found["without_worker"])
