"""Drafting the letters of a call: one for each decision in force that has none, filled from its template.

All that writes of letters locks the call first, as decisions and their corrections do.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.answers import Answer, visible_answers
from review.domain.decide import in_force
from review.domain.letter_templates import SUBJECT_LENGTH, Wording, templates_of
from review.domain.letter_text import fill, recipient_of, values_of
from review.domain.rounds import OFFICE, check_role
from review.models import AnswerLetter, Decision, Language, LetterBatch, LetterTemplate
from submissions.models import Call

FRESH = {"file": "", "sha256": ""}
"""What a letter whose text was changed has no more."""


class NothingToDraft(DomainError):
    """Each decision in force has its letter."""

    message = _("Zu jeder geltenden Entscheidung gibt es schon ein Schreiben.")


class BatchMovedOn(DomainError):
    """The batch is not, or no longer, in the state that the act needs."""

    message = _("Der Versand ist inzwischen in einem anderen Stand. Bitte sehen Sie ihn noch einmal an.")


def without_letter(call: Call) -> QuerySet[Decision]:
    """Return the decisions in force about which no letter was drafted yet, with what letters need of them."""
    found = in_force(call).filter(~Exists(AnswerLetter.objects.filter(decision=OuterRef("pk"))))
    return found.select_related("call", "proposal__call", "proposal__version_in_force")


def draft_letters(call: Call, *, dated_on: date, actor: User, at: datetime) -> LetterBatch:
    """Draft the missing letters into the batch in work, or into a new one; their PDFs are made in the background.

    Raises NotPermitted and NothingToDraft.
    """
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=call.pk)
        batch = LetterBatch.objects.filter(call=locked, state=LetterBatch.State.DRAFT).first()
        decisions = list(without_letter(locked))
        if not decisions:
            if batch is not None:
                return batch
            raise NothingToDraft
        if batch is None:
            number = LetterBatch.objects.filter(call=locked).count() + 1
            batch = LetterBatch.objects.create(
                call=locked, number=number, dated_on=dated_on, drafted_by=actor, drafted_at=at
            )
        templates, told = templates_of(locked), visible_answers(decision.proposal for decision in decisions)
        AnswerLetter.objects.bulk_create(
            [_drafted(batch, decision, templates, told) for decision in decisions], batch_size=500
        )
        record("letters.drafted", actor=actor, subject=batch, payload={"letters": len(decisions), "at": at.isoformat()})
    return batch


def discard_batch(batch: LetterBatch, *, actor: User, at: datetime) -> None:
    """Throw the drafts of a batch away, edits included. Raises NotPermitted and BatchMovedOn."""
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = locked_batch(batch)
        if locked.state != LetterBatch.State.DRAFT:
            raise BatchMovedOn
        letters = AnswerLetter.objects.filter(batch=locked)
        files = list(letters.exclude(file="").values_list("file", flat=True))
        number = letters.count()
        letters.delete()
        LetterBatch.objects.filter(pk=locked.pk).delete()
        forget_files(files)
        payload = {"batch": locked.number, "letters": number, "at": at.isoformat()}
        record("letters.discarded", actor=actor, subject=locked.call, payload=payload)


def follow_template(template: LetterTemplate, *, actor: User) -> int:
    """Fill the drafts again that come from a template and were not changed by hand; return how many.

    Runs under the lock of the call. Whoever changed the template counts as who drafted the batch.
    """
    letters = AnswerLetter.objects.filter(
        batch__call=template.call_id,
        state=AnswerLetter.State.DRAFT,
        decision__outcome=template.outcome,
        language=template.language,
        is_edited=False,
    )
    chosen = list(_with_all(letters))
    if not chosen:
        return 0
    told = visible_answers(letter.decision.proposal for letter in chosen)
    files = [letter.file.name or "" for letter in chosen if letter.file]
    for letter in chosen:
        text = filled(template, letter.decision, batch=letter.batch, told=told.get(letter.decision.proposal_id))
        letter.subject, letter.body = text.subject, text.body
        letter.version += 1
        letter.file, letter.sha256 = "", ""
    AnswerLetter.objects.bulk_update(chosen, ["subject", "body", "version", "file", "sha256"], batch_size=200)
    LetterBatch.objects.filter(pk=chosen[0].batch_id).update(drafted_by=actor)
    forget_files(files)
    return len(chosen)


def filled(template: LetterTemplate, decision: Decision, *, batch: LetterBatch, told: Answer | None) -> Wording:
    """Return the text of a template for a decision."""
    values = values_of(decision, dated_on=batch.dated_on, language=template.language, told=told)
    subject = " ".join(fill(template.subject, values).split())[:SUBJECT_LENGTH]
    return Wording(subject, fill(template.body, values))


def from_template(letter: AnswerLetter, language: str | None = None) -> Wording:
    """Return what the template says for a letter as it stands, in its language or another."""
    decision = letter.decision
    template = templates_of(decision.call)[decision.outcome, language or letter.language]
    told = visible_answers([decision.proposal]).get(decision.proposal_id)
    return filled(template, decision, batch=letter.batch, told=told)


def locked_batch(batch: LetterBatch) -> LetterBatch:
    """Lock the call and then the batch, and return the batch as it stands. Raises BatchMovedOn for a discarded one."""
    call = Call.objects.select_for_update().get(pk=batch.call_id)
    locked = LetterBatch.objects.select_for_update().filter(pk=batch.pk).first()
    if locked is None:
        raise BatchMovedOn
    locked.call = call
    return locked


def forget_files(names: Iterable[str]) -> None:
    """Delete files of drafts once the change is committed."""
    gone = list(names)
    transaction.on_commit(lambda: _delete(gone), robust=True)


def _delete(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _drafted(
    batch: LetterBatch, decision: Decision, templates: dict[tuple[str, str], LetterTemplate], told: dict[int, Answer]
) -> AnswerLetter:
    language = Language.ENGLISH if (decision.proposal.language or "").startswith("en") else Language.GERMAN
    template = templates[decision.outcome, language.value]
    text = filled(template, decision, batch=batch, told=told.get(decision.proposal_id))
    _name, address = recipient_of(decision.proposal.version_in_force)
    return AnswerLetter(
        batch=batch, decision=decision, recipient=address, language=language, subject=text.subject, body=text.body
    )


def _with_all(letters: QuerySet[AnswerLetter]) -> QuerySet[AnswerLetter]:
    return letters.select_related(
        "batch", "decision__call", "decision__proposal__call", "decision__proposal__version_in_force"
    )
