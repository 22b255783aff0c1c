"""Reporting errors to a server of the operator (Sentry's protocol; `SENTRY_DSN`), without anything of people."""

from typing import TYPE_CHECKING, Any

import sentry_sdk

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = ("event_id", "timestamp", "level", "platform", "release", "environment", "logger", "sdk", "tags")


def start(dsn: str, **options: Any) -> None:
    """Report errors to this address from now on; an empty one reports nothing."""
    sentry_sdk.init(
        dsn=dsn or None,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        default_integrations=True,
        before_send=without_people,
        **options,
    )


def without_people(event: "Event", _hint: "Hint") -> "Event":
    """Keep of a report the kinds and places of its exceptions alone: messages, requests and users can name people."""
    kept: Any = {key: event[key] for key in KEPT if key in event}  # type: ignore[literal-required]
    values = event.get("exception", {}).get("values", [])
    kept["exception"] = {
        "values": [{"type": one.get("type"), "module": one.get("module"), "stacktrace": _places(one)} for one in values]
    }
    template = event.get("logentry", {}).get("message")
    if template:
        kept["logentry"] = {"message": template}
    scrubbed: Event = kept
    return scrubbed


def _places(exception: Any) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames", [])
    return {
        "frames": [{key: frame.get(key) for key in ("filename", "function", "module", "lineno")} for frame in frames]
    }
