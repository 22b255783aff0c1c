"""The newest entry of the audit log, sent away each day: what somebody else keeps cannot be rewritten unseen."""

from django.db import transaction

from connective import clock
from connective.accounts.models import User
from connective.audit.chain import verify
from connective.mail.models import Message
from connective.mail.queue import queue

AUDITORS = "auditor"
"""The group whose members get the mail."""


def queue_audit_head() -> list[Message]:
    """Verify the chain and queue its head for every auditor; a second call on the same day changes nothing."""
    report, today = verify(), clock.now().astimezone(clock.BERLIN).date()
    auditors = User.objects.filter(groups__name=AUDITORS, is_active=True).order_by("pk")
    with transaction.atomic():
        return [
            queue(
                occasion=f"audit-head:{today.isoformat()}",
                kind="audit_head",
                recipient=auditor.email,
                context={"day": today, "report": report},
            )
            for auditor in auditors
        ]
