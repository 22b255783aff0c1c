"""How gunicorn serves the portal; `PORT`, `BIND`, `WEB_CONCURRENCY` and `WEB_THREADS` change it."""

import os
import shutil
import sys
import tempfile
import threading
from typing import Any

wsgi_app = "connective.wsgi"
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
# The portal is loaded once, before the processes fork: one that takes the place of another serves at once. The libraries of
# macOS are not made to be forked.
preload_app = sys.platform != "darwin"
worker_class = "connective.launch.punctual_worker.PunctualWorker"
# One process on SQLite, which has one writer at a time anyway; production sets more.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# With more of them that compute, threads of Python spend the time of the processor on taking turns (docs/benchmarks.md).
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 120
graceful_timeout = 10
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 (no disk write per heartbeat)
control_socket_disable = True
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")
# Where the processes of this server put their figures; set before anything of Prometheus is imported.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="portal-metrics-", dir=worker_tmp_dir)


def when_ready(server: Any) -> None:  # noqa: ARG001
    """Load what would else be loaded by the first requests of each process."""
    if not preload_app:
        return
    import weasyprint  # noqa: F401
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018


def on_exit(server: Any) -> None:  # noqa: ARG001
    """Take the figures away."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    """Keep what a process that has ended has counted, once."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def post_worker_init(worker: Any) -> None:  # noqa: ARG001
    """Warm the layout engine in the background, so that the first preview does not wait for fonts."""
    from connective.launch.warm_up import warm_up

    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
