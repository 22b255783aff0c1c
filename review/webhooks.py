"""What the mail provider reports about letters after it has taken them over, where one is configured (django-anymail)."""

import logging
from typing import TYPE_CHECKING, Any

from connective import clock
from review.domain.resend import bounced_by_provider

if TYPE_CHECKING:
    from anymail.signals import AnymailTrackingEvent

logger = logging.getLogger(__name__)

CAME_BACK = frozenset({"bounced", "rejected", "failed"})
"""Events after which a message will not arrive; "deferred" may still, and "complained" has arrived."""


def connect() -> None:
    """Listen to django-anymail, which checks that a report is the provider's."""
    from anymail.signals import tracking

    tracking.connect(on_tracking, dispatch_uid="review.webhooks")


def on_tracking(event: "AnymailTrackingEvent", **_kwargs: Any) -> None:
    """Record that a letter came back; any other event, message or repetition changes nothing."""
    if event.event_type not in CAME_BACK:
        return
    message_id = (event.metadata or {}).get("message_id") or event.message_id or ""
    reason = event.mta_response or event.description or event.reject_reason or event.event_type
    if bounced_by_provider(str(message_id), reason=str(reason), at=clock.now()) is None:
        logger.info("the provider reports %s of a message that is no letter, or is known", event.event_type)
