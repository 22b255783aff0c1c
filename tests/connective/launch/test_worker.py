"""What a worker process does before its first task."""

import os
import subprocess
import sys

from connective.launch.worker import NICENESS

START = """
import os
from celery.signals import worker_init, worker_process_init, worker_ready
from connective.launch import worker
import django
django.setup()
worker_init.send(sender=None)
print(os.nice(0))
for ready in (worker_process_init, worker_ready):
    ready.send(sender=None)
    print(os.nice(0))
"""


def test_people_who_wait_for_a_page_go_before_the_worker_once_it_is_ready() -> None:
    before = os.nice(0)
    told = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True).stdout
    assert list(map(int, told.split())) == [before, max(before, NICENESS), max(before, NICENESS)]
