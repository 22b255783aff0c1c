"""What a worker process does before its first task and after its last."""

import os
import subprocess
import sys
from pathlib import Path

from connective.launch.worker import NICENESS

LIFE = """
import os, tempfile
from pathlib import Path
from celery.signals import worker_init, worker_process_init, worker_process_shutdown, worker_ready
from connective.launch import worker
import django
django.setup()
worker_init.send(sender=None)
print(os.nice(0))
for ready in (worker_process_init, worker_ready):
    ready.send(sender=None)
    print(os.nice(0))
temporary = Path(tempfile.gettempdir())
print(len([*temporary.iterdir()]))
worker_process_shutdown.send(sender=None)
print(len([*temporary.iterdir()]), flush=True)
os._exit(0)  # as processes of a pool end
"""


def test_it_lets_people_go_first_once_it_is_ready_and_leaves_no_fonts_behind(tmp_path: Path) -> None:
    before = os.nice(0)
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", LIFE], env=environment, capture_output=True, text=True, check=True)
    *niceness, at_work, afterwards = map(int, ran.stdout.split())
    assert niceness == [before, max(before, NICENESS), max(before, NICENESS)]
    assert (at_work, afterwards) == (1, 0)
