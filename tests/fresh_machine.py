"""`make test-fresh`: does what the README says on a Debian 12 that has nothing but Python, git and make.

debootstrap lays the system into a temporary folder; its processes have a namespace of their own, so nothing of them outlives
the test, and no folder of this machine is bound in. The last commit is what is tried. Needs root and Debian's packages
debootstrap and util-linux; proxies, indexes and certificates of this machine are handed in by environment.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from connective.launch.valkey import free_port, wait_until
from tests.servers.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent
MIRROR = "http://deb.debian.org/debian"
PACKAGES = ["python3", "python3-venv", "git", "make", "ca-certificates"]
"""What the README asks for."""
HANDED_IN = re.compile(r"(PIP|NPM_CONFIG|NODE|SSL|GIT_SSL)_\w+|(https?|no)_proxy", re.IGNORECASE)
TESTS = "tests/connective/launch tests/submissions/domain tests/e2e/test_session.py -q"
SOMEBODY = 1000
"""The number of an ordinary user."""
INTERRUPTED = 128 + signal.SIGINT
"""What make ends with after Ctrl-C."""


def main() -> int:
    """Lay the system, try it as an ordinary user and as root; return the exit code."""
    if os.geteuid() or not shutil.which("debootstrap"):
        sys.stderr.write("This needs root and debootstrap: sudo apt-get install debootstrap\n")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="portal-fresh-") as name:
        tree = Path(name) / "debian"
        say("Laying a minimal Debian 12")
        lay(tree)
        say("An ordinary user who may not install packages: one line says what is missing")
        missing = inside(tree, "make run", SOMEBODY, check=False)
        last = missing.stderr.strip().splitlines()[0]
        assert missing.returncode, missing.stdout
        assert re.fullmatch(r"Missing: Pango\. .*: as root, apt-get install libpango-1\.0-0 .*", last), missing.stderr
        say("Root: make run, sign in with a code, Ctrl-C")
        run_and_sign_in(tree)
        say("An ordinary user on a machine where the packages are: make run, sign in with a code, Ctrl-C")
        run_and_sign_in(tree, SOMEBODY)
        say(f"Root: make test ARGS='{TESTS}'")
        sys.stdout.write(inside(tree, f"make test ARGS='{TESTS}'").stdout[-600:])
    return 0


def lay(tree: Path) -> None:
    """Install the system and clone the project for each of the two people.

    Raises:
        CalledProcessError: if the mirror cannot be reached.
    """
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(tree)]
    subprocess.run([*command, os.environ.get("MIRROR", MIRROR)], check=True, stdout=subprocess.DEVNULL)
    (tree / "dev/shm").chmod(0o1777)
    for name in ("/etc/resolv.conf", "/etc/hosts", *filter(os.path.isfile, handed_in().values())):
        copy = tree / name.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, copy)
    for user in (0, SOMEBODY):
        folder = home(user, tree)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, folder / "portal"], check=True)
        subprocess.run(["chown", "--recursive", f"{user}:{user}", folder], check=True)


def home(user: int, tree: Path = Path("/")) -> Path:
    """Return the folder of a person, who has the project in `portal`."""
    return tree / ("home/somebody" if user else "root")


def handed_in() -> dict[str, str]:
    """Return what the tree takes over of this machine's environment."""
    return {name: value for name, value in os.environ.items() if HANDED_IN.fullmatch(name)}


def begin(tree: Path, command: str, user: int, **variables: str) -> "subprocess.Popen[str]":
    """Start a command in the project's folder inside of the tree, in namespaces that end with it."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    environment = handed_in() | {"HOME": str(home(user)), "PATH": path, "LANG": "C.UTF-8", "TERM": "dumb"} | variables
    space = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--root={tree}", "--mount-proc"]
    space += [f"--setgid={user}", f"--setuid={user}", f"--wd={home(user)}/portal"]
    return subprocess.Popen(
        [*space, "sh", "-c", f"{command}; exit $?"],  # the first process of a namespace takes no Ctrl-C, so not make
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def inside(tree: Path, command: str, user: int = 0, *, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end and return what it said."""
    process = begin(tree, command, user)
    said, complained = process.communicate()
    assert not check or process.returncode == 0, said + complained
    return subprocess.CompletedProcess(command, process.returncode, said, complained)


def run_and_sign_in(tree: Path, user: int = 0) -> None:
    """`make run` until it says where to click, a whole sign-in by e-mail code, Ctrl-C."""
    port = free_port()
    process = begin(tree, "make run", user, PORT=str(port))
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    else:
        raise AssertionError("".join(said) + process.communicate()[1])
    try:
        sign_in(f"http://127.0.0.1:{port}/")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        rest, complained = process.communicate(timeout=60)
    assert "Stopping" in rest, rest + complained
    assert process.returncode in (0, INTERRUPTED), rest + complained


def sign_in(address: str) -> None:
    """Ask for a code, read it in the demo's mailbox, use it."""
    visitor, code, asked = Visitor(address), re.compile(r">(\d{6})<"), time.monotonic()
    visitor.get("konto/anmelden/")
    visitor.post("konto/anmelden/", email="antrag@example.org")
    found: list[str] = []

    def has_come() -> bool:
        newest = re.search(r"demo/postfach/\w+-\w+/", visitor.get("demo/postfach/"))
        found[:] = code.findall(visitor.get(newest[0])) if newest else []
        return bool(found)

    assert wait_until(has_come, 60), "no code came"
    visitor.post("konto/anmelden/code/", code=found[0])
    assert "Meine Vorschläge" in visitor.get("vorschlaege/")
    say(f"  signed in {time.monotonic() - asked:.0f} s after asking for the code")


def say(line: str) -> None:
    """Show what happens now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
