"""What a worker process does before its first task."""

import subprocess
import sys

from connective.launch.worker import NICENESS

START = """
import os
from celery.signals import worker_init
from connective.launch import worker
before = os.nice(0)
worker_init.send(sender=None)
print(os.nice(0) - before)
"""


def test_people_who_wait_for_a_page_go_before_the_worker() -> None:
    lowered = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert int(lowered.stdout) == NICENESS
