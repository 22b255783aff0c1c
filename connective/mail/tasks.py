"""Celery tasks of the message queue: wrappers that can run twice without harm."""

from celery import shared_task

from connective.mail import audit_head, delivery, sweeping


@shared_task
def send(message_pk: int) -> None:
    """Deliver one message, if it is still to be delivered."""
    delivery.deliver(message_pk)


@shared_task
def sweep() -> None:
    """Deliver what no task was told of, and say of what hangs that its fate is uncertain."""
    sweeping.sweep()


@shared_task
def mail_audit_head() -> None:
    """Send the head of the audit log to the auditors: once a day, however often it is called."""
    audit_head.queue_audit_head()
