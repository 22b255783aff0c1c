"""Drafts that nobody proved an address for do not stay."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from submissions.domain.erase import delete_drafts
from submissions.models import Proposal

UNPROVED_DAYS = 7


def unproved(at: datetime) -> QuerySet[Proposal]:
    """Return the unclaimed drafts that were not touched for seven days."""
    return Proposal.objects.filter(organisation=None, saved_at__lte=at - timedelta(days=UNPROVED_DAYS))


def purge_unproved(at: datetime) -> int:
    """Delete unclaimed drafts untouched for seven days, files included; return how many."""
    return delete_drafts(unproved(at))
