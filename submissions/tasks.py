"""Celery tasks of the submission process: wrappers that can run twice without harm."""

import logging
from typing import Any

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from connective import clock
from submissions.domain import receipt, reminders
from submissions.domain.submit import measure_saved
from submissions.models import Proposal

logger = logging.getLogger(__name__)


def told(task: "Task[Any, Any]", *args: object) -> bool:
    """Tell Celery; say whether it heard. A sweeper finds what was not told, so a silent broker loses nothing."""
    try:
        task.delay(*args)
    except OperationalError:
        logger.warning("the broker did not answer; %s will be found by the sweeper", task.name)
        return False
    return True


@shared_task(expires=60)
def measure_description(proposal_id: int) -> None:
    """Measure the saved description as the submission will, so that it and the pages find the answer ready.

    Whoever needs it measures it anyway, so one that has waited for a minute keeps no receipt waiting any more.
    """
    proposal = Proposal.objects.select_related("call").filter(pk=proposal_id).first()
    if proposal:
        measure_saved(proposal)


@shared_task
def finish_receipt(version_id: int) -> None:
    """Make the official PDF, the signed receipt and its e-mail."""
    receipt.finish(version_id)


@shared_task
def sweep_receipts() -> None:
    """Finish the receipts that no task was told of; one that cannot be made keeps no other from being made."""
    for version_id in receipt.unfinished():
        try:
            receipt.finish(version_id)
        except Exception:
            logger.exception("the receipt of version %s could not be made; it is tried again in a minute", version_id)


@shared_task
def remind_of_drafts() -> None:
    """Remind people of drafts whose deadline comes near."""
    reminders.remind(clock.now())
