"""Drafts that nobody proved an address for do not stay."""

from datetime import datetime, timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

from submissions.models import LetterOfSupport, Proposal

UNPROVED_DAYS = 7


def purge_unproved(at: datetime) -> int:
    """Delete unclaimed drafts untouched for seven days, files included; return how many."""
    stale = Proposal.objects.filter(organisation=None, saved_at__lte=at - timedelta(days=UNPROVED_DAYS))
    with transaction.atomic():
        ids = list(stale.select_for_update().values_list("pk", flat=True))
        names = [str(letter.file.name) for letter in LetterOfSupport.objects.filter(proposal__in=ids)]
        Proposal.objects.filter(pk__in=ids).delete()
        for name in names:
            transaction.on_commit(partial(default_storage.delete, name))
    return len(ids)
