"""A process that queues two messages about something, and prints how many seconds each took.

Run by `test_dead_broker.py` as `python -m tests.connective.mail.told <occasion>`, with a `REDIS_URL` of its own.
"""

import os
import sys
import time

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")
    django.setup()
    from django.db import transaction

    from connective.mail.queue import queue

    for turn in range(2):
        begun = time.monotonic()
        with transaction.atomic():
            queue(occasion=f"{sys.argv[1]}:{turn}", kind="invitation", recipient="antrag@example.org", context={})
        print(time.monotonic() - begun)  # noqa: T201
