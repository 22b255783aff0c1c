"""Erasing by the clock."""

from celery import shared_task

from connective import clock
from connective.privacy import erasing


@shared_task
def erase_expired() -> None:
    """Erase what has had its time."""
    erasing.erase_expired(clock.now())
