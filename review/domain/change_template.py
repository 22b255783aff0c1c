"""Changing the template of a kind of letter."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.draft_letters import follow_template
from review.domain.letter_templates import Wording, cleaned
from review.domain.letter_text import check
from review.domain.rounds import OFFICE, check_role
from review.models import Language, LetterTemplate, Outcome
from submissions.models import Call


class TemplateConflict(DomainError):
    """Somebody else saved the template meanwhile; nothing was overwritten."""

    message = _(
        "Die Vorlage wurde inzwischen an anderer Stelle geändert. Unten stehen beide Fassungen; nichts ist verloren."
    )


def change_template(
    call: Call, outcome: Outcome, language: Language, text: Wording, *, based_on: int, actor: User, at: datetime
) -> LetterTemplate:
    """Save a template, and let the drafts follow that nobody changed by hand; its placeholders are checked.

    `based_on` is the version that the page showed, 0 for the shipped text. Raises NotPermitted, TextMissing, TextRefused
    and TemplateConflict.
    """
    check_role(actor, OFFICE)
    wording = cleaned(text)
    check(wording.subject, outcome)
    check(wording.body, outcome)
    new = {"subject": wording.subject, "body": wording.body}
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=call.pk)
        own = LetterTemplate.objects.filter(call=call, outcome=outcome, language=language)
        if based_on == 0 and not own.exists():
            LetterTemplate.objects.create(call=call, outcome=outcome, language=language, **new)
        elif not own.filter(version=based_on).update(version=F("version") + 1, **new):
            raise TemplateConflict
        saved = own.get()
        followed = follow_template(saved, actor=actor)
        payload = {"outcome": outcome.value, "language": language.value, "version": saved.version, "at": at.isoformat()}
        record("letters.template_changed", actor=actor, subject=saved, payload=payload | {"drafts": followed})
    return saved
