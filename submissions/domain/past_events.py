"""The Dialogveranstaltungen of earlier years that the public overview begins with."""

import csv
from datetime import date
from pathlib import Path

from django.db import transaction

from submissions.models import PastEvent

FILE = Path(__file__).resolve().parent.parent / "data" / "past-events.csv"
"""Fifteen events from public sources; `source` holds one or more addresses with a space between them."""


@transaction.atomic
def load_past_events() -> int:
    """Fill an empty overview with the events that are publicly known; return how many were added.

    Can be repeated: once there is any event, the list is the office's, and what it changed or removed stays so.
    """
    if PastEvent.objects.exists():
        return 0
    with FILE.open(encoding="utf-8", newline="") as lines:
        events = [
            PastEvent(
                starts_on=date.fromisoformat(row["starts_on"]),
                ends_on=date.fromisoformat(row["ends_on"]),
                precision=row["precision"],
                host=row["host"],
                topic=row["topic"],
                mode=row["mode"],
                source=row["source"],
            )
            for row in csv.DictReader(lines)
        ]
    return len(PastEvent.objects.bulk_create(events, ignore_conflicts=True))
