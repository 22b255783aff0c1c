"""A sign of life."""

from celery import shared_task

from connective.observe import metrics


@shared_task(expires=60)
def heartbeat() -> None:
    """Show that the beat tells tasks and that a worker does them."""
    metrics.beat()
