"""Preparing a call: as a copy of an earlier one."""

from datetime import timedelta

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from submissions.models import Call, Theme

YEAR = timedelta(days=364)
"""A copy is dated 52 weeks later, on the same weekdays; the office sets the real dates."""


@transaction.atomic
def copy_call(call: Call, *, actor: User) -> Call:
    """Create an unpublished call with the texts, rules and themes of `call`, a year later."""
    themes = list(call.themes.all())
    earlier = call.pk
    copy = Call.objects.get(pk=call.pk)
    copy.pk = None
    copy.title, copy.slug, copy.reference_prefix = _free_names(call)
    copy.opens_at, copy.closes_at, copy.answer_by = call.opens_at + YEAR, call.closes_at + YEAR, call.answer_by + YEAR
    copy.is_published, copy.next_number = False, 1
    copy.save(force_insert=True)
    Theme.objects.bulk_create(Theme(call=copy, name=theme.name, name_en=theme.name_en) for theme in themes)
    record("call.copied", actor=actor, subject=copy, payload={"from": earlier})
    return copy


def _free_names(call: Call) -> tuple[str, str, str]:
    """Return a title, an address and a prefix that no other call has; the office renames them."""
    year = call.closes_at.year + 1
    for letter in ("", *"BCDEFGHIJKLMNOPQRSTUVWXYZ"):
        slug, prefix = f"{call.slug}-kopie{letter.lower()}", f"TA{year}{letter}"
        if not Call.objects.filter(slug=slug).exists() and not Call.objects.filter(reference_prefix=prefix).exists():
            return f"{call.title} (Kopie)"[:200], slug[:50], prefix
    raise ValueError(slug)
