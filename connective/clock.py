"""The one clock of the portal: every rule about time asks here, and nowhere else."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

BERLIN: tzinfo = ZoneInfo("Europe/Berlin")
"""The zone in which every deadline is written and shown."""


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)
