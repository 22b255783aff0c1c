"""How gunicorn serves the portal; `PORT`, `BIND`, `WEB_CONCURRENCY` and `WEB_THREADS` change it."""

import os
import threading
from typing import Any

wsgi_app = "connective.wsgi"
bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
# One process on SQLite, which has one writer at a time anyway; production sets more.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 120
graceful_timeout = 10
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 (no disk write per heartbeat)
control_socket_disable = True
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")


def post_worker_init(worker: Any) -> None:  # noqa: ARG001
    """Warm the layout engine in the background, so that the first preview does not wait two seconds for fonts."""
    from connective.launch.warm_up import warm_up

    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
