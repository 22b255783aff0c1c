"""`make run`: start the portal with demo data and everything that it needs, until Ctrl-C."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path

import environ

from connective.launch import valkey
from connective.launch.processes import Processes, Stopped, ignore_signals, stop_on_signals

ROOT = Path(__file__).resolve().parent.parent.parent
HOMEBREW = "/opt/homebrew/lib:/usr/local/lib"
START_SECONDS = 120


def main() -> int:
    """Start everything, say where to click, stop everything; return the exit code."""
    port = int(os.environ.get("PORT", "8000"))
    if in_use(port):
        sys.stderr.write(f"Port {port} is already in use. Take another one: PORT={port + 1} make run\n")
        return 1
    prepare_environment(port)
    stop_on_signals()
    processes = Processes(ROOT)
    try:
        if "REDIS_URL" not in os.environ:
            start_valkey(processes)
        prepare_data()
        start_portal(processes)
        if not answers(processes, port):
            sys.stderr.write("The portal does not answer; the lines above say why.\n")
            return 1
        sys.stdout.write(welcome(port))
        sys.stdout.flush()
        name = processes.watch()
    except Stopped:
        say("\n  Stopping")
        return 0
    else:
        sys.stderr.write(f"The {name} has ended by itself. Stopping the rest.\n")
        return 1
    finally:
        ignore_signals()
        processes.stop()


def in_use(port: int) -> bool:
    """Tell whether somebody listens on this port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def var_folder() -> Path:
    """Return the folder for all that the portal writes; the settings take the same."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var")


def prepare_environment(port: int) -> None:
    """Complete the environment of this process, which its children inherit."""
    environ.FileAwareEnv.read_env(ROOT / ".env")
    var_folder().mkdir(parents=True, exist_ok=True)
    os.environ["PORT"] = str(port)
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("GUNICORN_LOG_LEVEL", "warning")
    # Celery warns of root since pickled tasks would be dangerous; ours are JSON.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    if sys.platform == "darwin":
        os.environ.setdefault("DYLD_FALLBACK_LIBRARY_PATH", HOMEBREW)


def start_valkey(processes: Processes) -> None:
    """Start the embedded server and wait for it.

    Raises:
        SystemExit: if it does not answer.
    """
    say("Starting the queue (Valkey)")
    port = valkey.free_port()
    processes.start("queue", valkey.command(port, var_folder() / "valkey"), os.environ)
    if not valkey.wait_until(lambda: valkey.answers(port) or processes.ended() is not None, 10):
        sys.exit("The embedded Valkey server does not answer.")
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"


def prepare_data() -> None:
    """Bring the database up to date, fill in missing demo data, collect the static files that changed."""
    import django
    from django.core.management import call_command

    django.setup()
    say("Preparing the database")
    call_command("migrate", interactive=False, verbosity=0)
    from connective.observe import metrics

    metrics.beat()  # the worker has not shown itself yet; nobody is to read that it has been silent for long
    say("Filling in demo data")
    call_command("demo")
    fingerprint, stamp = static_fingerprint(), ROOT / "staticfiles" / "collected.txt"
    if not (stamp.exists() and stamp.read_text() == fingerprint):
        say("Collecting pictures, styles and scripts")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    """Return a hash that changes when a static file does; packages count by the stamps of their locks."""
    files = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    locks = [ROOT / "package-lock.json", ROOT / "requirements-dev.txt", ROOT / "connective" / "settings.py"]
    digest = sha256()
    for path in [*files, *locks]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def start_portal(processes: Processes) -> None:
    """Start the worker, which also keeps the timetable, and the web server."""
    say("Starting worker and web server")
    worker = ["-m", "celery", "-A", "connective.launch.worker", "--quiet", "worker", "--beat", "--concurrency=1"]
    worker += ["--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    processes.start("worker", [sys.executable, *worker], os.environ)
    web = ["-m", "gunicorn", "--config", "connective/launch/gunicorn_conf.py"]
    processes.start("web server", [sys.executable, *web], os.environ)


def answers(processes: Processes, port: int) -> bool:
    """Wait until the portal shows its first page."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and processes.ended() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            sys.stderr.write(f"The first page answers {error.code}.\n")
            return False
        except OSError:
            time.sleep(0.2)
    return False


def welcome(port: int) -> str:
    """Return the lines that say where to click."""
    address = f"http://127.0.0.1:{port}"
    return f"""
  The portal is running:  {address}/

    Sign in as ...        {address}/konto/anmelden/   (buttons "Als ... ansehen", no e-mail needed)
    Mail that was sent    {address}/demo/postfach/
    Administration        {address}/verwaltung/       (as geschaeftsstelle@example.org)
    Check a receipt       {address}/beleg/

  Demo people: antrag@, kollegin@, geschaeftsstelle@, leitung@, steuerungskreis@, vorsitz@, revision@example.org
  Data lie in var/ (delete the folder to begin anew). Ctrl-C stops everything.

"""


def say(line: str) -> None:
    """Show a step of the start."""
    sys.stdout.write(f"  {line} ...\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
