"""Personal data of the review: what, why, how long (see `connective.privacy.register`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from connective.accounts.models import User
from connective.privacy.register import PersonalField, Rule
from review.models import (
    AnswerLetter,
    Assignment,
    Declaration,
    Elector,
    EventPlan,
    PlanTask,
    ReviewerProfile,
    ScoreSheet,
)
from submissions.domain import erase
from submissions.models import Proposal

ANSWERED = timedelta(days=2 * 365)
"""How long there may be questions about a proposal after its answer was due."""

HOSTED = timedelta(days=5 * 365)
"""How long preparation, event and follow-up activities may take after the answer was due."""

NOBODY = "erased@erased.invalid"
"""Stands where an address was (RFC 2606: no mail ever goes there)."""

_WITH_PROPOSAL = _("2 Jahre nach dem Termin der Rückmeldung, mit Zusage 5 Jahre")
_WITH_RECORD = _("10 Jahre als Teil der Akte; über Personen soll darin nichts stehen, was nicht zur Sache gehört")
_TRACE = _("damit die Auswahl nachvollziehbar bleibt")


def _record(*fields: str) -> Iterator[PersonalField]:
    for field in fields:
        yield PersonalField(
            f"review.{field}", _("freier Text einer Person, die bewertet oder entscheidet"), _TRACE, _WITH_RECORD
        )


REGISTER = [
    PersonalField(
        "review.reviewerprofile.employer",
        _("wo eine Person arbeitet, die bewertet"),
        _("um Befangenheit zu erkennen"),
        _("bis das Konto gelöscht wird"),
    ),
    *(
        PersonalField(
            f"review.answerletter.{field}", _("Antwort an die Ansprechperson"), _("um zu antworten"), _WITH_PROPOSAL
        )
        for field in ("recipient", "body", "file")
    ),
    PersonalField(
        "review.plantask.owner",
        _("wer eine Aufgabe übernimmt"),
        _("um die Veranstaltung vorzubereiten"),
        _WITH_PROPOSAL,
    ),
    *_record(
        "ballot.reason",
        "ballot.statement",
        "ballotchange.reason",
        "ballotchange.statement",
        "comment.text",
        "criterionfeedback.text",
        "decision.content",
        "decision.feedback",
        "decision.internal_reason",
        "decision.reason",
        "decisiondraft.feedback",
        "decisiondraft.internal_reason",
        "declaration.note",
        "formalcheck.reason",
        "minutes.file",
        "plantask.note",
        "score.note",
        "score.reason",
        "scoresheet.statement",
        "settlement.content",
        "settlement.reason",
        "shortlistsnapshot.content",
        "tally.content",
    ),
]


def over(at: datetime) -> QuerySet[Proposal]:
    """Return the proposals whose time is over at `at` (aware): later where an event came of them."""
    hosted = EventPlan.objects.values("proposal")
    answered = Proposal.objects.filter(call__answer_by__lt=(at - ANSWERED).date()).exclude(pk__in=hosted)
    return answered | Proposal.objects.filter(call__answer_by__lt=(at - HOSTED).date())


def _letters(at: datetime) -> QuerySet[AnswerLetter]:
    return AnswerLetter.objects.filter(decision__proposal__in=over(at)).exclude(recipient=NOBODY)


def _owners(at: datetime) -> QuerySet[PlanTask]:
    return PlanTask.objects.filter(plan__proposal__in=over(at)).exclude(owner="")


def _blank_proposals(at: datetime) -> int:
    found = list(erase.holding_persons(over(at)))
    for proposal in found:
        erase.blank(proposal, at=at)
    return len(found)


def _blank_letters(at: datetime) -> int:
    found = _letters(at)
    names = [name for name in found.values_list("file", flat=True) if name]
    found.filter(bounced_at__isnull=False).update(bounce_reason="–")  # it may name the address
    count = found.update(recipient=NOBODY, body="")
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name))
    return count


RULES = [
    Rule(
        "persons in proposals",
        _("Angaben zu Personen in Vorschlägen, 2 oder 5 Jahre nach der Rückmeldung"),
        lambda at: erase.holding_persons(over(at)).count(),
        _blank_proposals,
    ),
    Rule("answers", _("Antwortschreiben, ebenso"), lambda at: _letters(at).count(), _blank_letters),
    Rule(
        "owners of tasks",
        _("Zuständige in Plänen, ebenso"),
        lambda at: _owners(at).count(),
        lambda at: _owners(at).update(owner=""),
    ),
]


def known_about(person: User) -> dict[str, object]:
    """Return what a person did in the review: profile, declarations, assignments, sheets and votes."""
    profile = ReviewerProfile.objects.filter(user=person).values("organisation__name", "land", "employer").first()
    return {
        "profile": profile,
        "declarations": list(
            Declaration.objects.filter(person=person).values("proposal__reference", "kind", "note", "declared_at")
        ),
        "assignments": list(Assignment.objects.filter(reviewer=person).values("proposal__reference")),
        "score_sheets": [
            {
                "proposal": sheet.version.reference,
                "statement": sheet.statement,
                "scores": list(sheet.scores.values("criterion__key", "value", "reason", "note")),
            }
            for sheet in ScoreSheet.objects.filter(reviewer=person).select_related("version")
        ],
        "votes": [
            {
                "round": str(elector.round),
                "call": str(elector.round.call),
                "ballots": list(
                    elector.ballot_changes.values("topic__proposal__reference", "choice", "reason", "received_at")
                ),
            }
            for elector in Elector.objects.filter(person=person).select_related("round__call")
        ],
    }


def forget(person: User, at: datetime) -> Iterator[StrOrPromise]:  # noqa: ARG001  (signature of the register)
    """Erase the profile; scores and votes stay as part of the record, under a number instead of a name."""
    ReviewerProfile.objects.filter(user=person).delete()
    if ScoreSheet.objects.filter(reviewer=person).exists() or Elector.objects.filter(person=person).exists():
        yield _("Bewertungen und Stimmen bleiben als Teil der Akte, ohne Namen.")
