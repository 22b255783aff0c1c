"""`make scan`: let wapiti crawl and attack a demo portal of its own, as a stranger and as three people with roles.

The exit code is 1 if wapiti finds more than information, if the portal's log holds an error, or if the attack did not
reach the portal: somebody was signed out on the way, or every form was refused. `MINUTES=` says how long each may take at
most; wapiti goes through what it has found in order, so more minutes reach more forms.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, NamedTuple

import redis

from connective.launch import set_up, valkey
from tests.servers.visitor import Visitor

ROOT = set_up.ROOT
SCANNER = ROOT / ".scan"
LOCK = ROOT / "requirements-scan.txt"
PYTHONS = ["python3.14", "python3.13", "python3.12"]
SECONDS = 60 * float(os.environ.get("MINUTES", "10"))
CRAWLING = 0.2
"""This share of the time is for finding pages and forms, the rest for the attacks on them."""

PASSIVE = ["cookieflags", "csp", "http_headers", "inconsistent_redirection", "information_disclosure"]
PASSIVE += ["stacktrace_disclosure", "unsecure_password"]
FORMS = ["csrf", "xss", "permanentxss", "sql", "exec", "file", "upload", "redirect", "crlf", "xxe"]
SERVER = ["backup", "buster", "methods", "htaccess", "shellshock", "spring4shell", "timesql"]
"""What asks the same of everybody.

Left out are modules for what the portal has not (LDAP, other products), and those that need a host of wapiti's.
"""

LEFT_ALONE = ["konto/abmelden/", "konto/sitzungen/", "verwaltung/logout/", "konto/sitzung/*", "demo/*", "static/*"]
"""What would sign out, what every page has (the button that prolongs a session), what exists in demo mode only."""

REFUSED = ("403", "429")
"""What a form without a valid token gets (wapiti sends such, too), and who asks too often."""

EXPECTED = {
    (
        "Secure Flag cookie",
        "",
        "",
    ): "the demo speaks HTTP; the test of the installation looks at the cookies behind TLS",
    (
        "Content Security Policy Configuration",
        "object-src",
        r"/verwaltung/review/(vorschlag/\d+|antworten/\d+/schreiben/\d+)/(\?|$)",
    ): "these pages show a PDF, so they let in objects of the own host",
    ("HttpOnly Flag cookie", "'messages'", ""): "the answer deletes this cookie, and what is deleted has no flags",
}
"""Findings that are none: category, a part of the sentence and how the path begins (a regular expression), and why."""

REQUEST = re.compile(r" connective\.requests \[\S+\] (?P<method>[A-Z]+) (?P<route>\S+) (?P<status>\d{3}) in \d+ ms")


class Role(NamedTuple):
    """Somebody as whom wapiti looks around."""

    name: str
    email: str
    start: str
    modules: list[str]
    left_alone: list[str]


TRIED_BY_THE_STRANGER = ["sprache/", "beleg/"]
ROLES = [
    Role("stranger", "", "", [*FORMS, *SERVER], []),
    Role("applicant", "antrag@example.org", "vorschlaege/", FORMS, TRIED_BY_THE_STRANGER),
    Role("committee", "steuerungskreis@example.org", "steuerungskreis/", FORMS, TRIED_BY_THE_STRANGER),
    Role("office", "geschaeftsstelle@example.org", "verwaltung/", FORMS, TRIED_BY_THE_STRANGER),
]


def main() -> int:
    """Set up wapiti, start the portal, let everybody attack it; return the exit code."""
    try:
        set_up.once(LOCK, SCANNER, "Installing wapiti", install)
    except set_up.CannotContinueError as missing:
        sys.exit(f"{missing}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets the portal stop
    problems: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="portal-scan-") as name,
        store(Path(name)) as url,
        portal(Path(name), url) as (address, log),
    ):
        for role in ROLES:
            problems += attack(role, address, Path(name), log, redis.Redis.from_url(url))
    for problem in problems:
        sys.stdout.write(f"  {problem}\n")
    sys.stdout.write(f"\n{len(problems)} problems\n")
    return 1 if problems else 0


def install() -> None:
    """Create the environment of wapiti, which needs a newer Python than the portal.

    Raises:
        CannotContinueError: if there is none.
    """
    python = os.environ.get("SCAN_PYTHON") or next(
        (name for name in PYTHONS if set_up.works([name, "--version"])), None
    )
    if not python:
        message = "wapiti needs Python 3.12, 3.13 or 3.14; say where it is: make scan SCAN_PYTHON=/path/to/python3.12"
        raise set_up.CannotContinueError(message)
    shutil.rmtree(SCANNER, ignore_errors=True)
    set_up.run([python, "-m", "venv", SCANNER])
    set_up.run([SCANNER / "bin" / "python", "-m", "pip", "install", "-qq", "--require-hashes", "-r", LOCK])


@contextmanager
def store(folder: Path) -> Iterator[str]:
    """Start the store in which the portal counts who asks how often; give its address."""
    port = valkey.free_port()
    process = subprocess.Popen(valkey.command(port, folder / "valkey"))
    try:
        if not valkey.wait_until(lambda: valkey.answers(port), 30):
            sys.exit("The embedded Valkey server does not answer.")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def portal(folder: Path, redis_url: str) -> Iterator[tuple[str, Path]]:
    """Start what `make run` starts; give its address and its log.

    All that it keeps is its own, whatever the environment or `.env` say: nobody's data are attacked.
    """
    port, log = valkey.free_port(), folder / "portal.log"
    ours = {
        "PORT": str(port),
        "PORTAL_MODE": "demo",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "VAR_DIR": str(folder / "var"),
        "DOCUMENTS_DIR": str(folder / "var/documents"),
        "DATABASE_URL": f"sqlite:///{folder}/var/portal.sqlite3",
        "REDIS_URL": redis_url,
        "LOG_LEVEL": "INFO",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "connective.launch"],
            cwd=ROOT,
            env=os.environ | ours,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        if not valkey.wait_until(lambda: "Ctrl-C" in log.read_text() or process.poll() is not None, 300):
            sys.exit("The portal did not start.")
        yield f"http://127.0.0.1:{port}/", log
    finally:
        process.terminate()
        process.wait()


def attack(role: Role, address: str, folder: Path, log: Path, counters: redis.Redis) -> list[str]:
    """Let wapiti look around as somebody; show what happened and return what is wrong."""
    visitor = sign_in(address, role.email)
    jar, report = folder / f"{role.name}.cookies.json", folder / f"{role.name}.json"
    jar.write_text(json.dumps(as_wapiti_reads_them(visitor.cookies)))
    before, began = len(log.read_text()), time.monotonic()
    arguments = [*command(role, address), "-c", jar, "-o", report]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL) as wapiti:
        # A thousand requests a minute would be refused as too many, and then show nothing.
        while wapiti.poll() is None:
            counters.delete("-", *counters.scan_iter("portal:*"))
            time.sleep(1)
    if wapiti.returncode:
        return [f"{role.name}: wapiti ended with {wapiti.returncode}"]
    lines = log.read_text()[before:].splitlines()
    requests = [found for line in lines if (found := REQUEST.search(line))]
    forms = [found for found in requests if found["method"] == "POST"]
    taken = {found["route"] for found in forms if found["status"] not in REFUSED}
    slowed = sum(found["status"] == "429" for found in requests)
    pages = json.loads(report.read_text())
    sys.stdout.write(
        f"{role.name}: {pages['infos']['crawled_pages_nbr']} pages and forms, {len(requests)} requests,"
        f" {slowed} of them slowed down, {len(forms)} sent forms, taken by {len(taken)} routes, {time.monotonic() - began:.0f} s\n"
    )
    sys.stdout.flush()
    problems = [f"{role.name}: {one}" for one in [*findings(pages), *errors(lines)]]
    if not taken:
        problems.append(f"{role.name}: every form was refused, so this attack shows nothing")
    if role.email and not stays_signed_in(visitor):
        problems.append(f"{role.name}: was signed out on the way")
    return problems


def sign_in(address: str, email: str) -> Visitor:
    """Become one of the demo people, or nobody."""
    visitor = Visitor(address)
    visitor.get("konto/anmelden/")
    if email:
        visitor.post("demo/anmelden/", email=email)
    return visitor


def stays_signed_in(visitor: Visitor) -> bool:
    """Tell whether a page that only people with an account see still opens."""
    visitor.get("konto/sitzungen/")
    return visitor.at == f"{visitor.address}konto/sitzungen/"


def as_wapiti_reads_them(cookies: CookieJar) -> dict[str, Any]:
    """Return the cookies as wapiti's own file has them: by host, path and name."""
    kept: dict[str, Any] = {}
    for cookie in cookies:
        named = kept.setdefault(cookie.domain, {}).setdefault(cookie.path, {})
        named[cookie.name] = {"value": cookie.value, "expires": None, "secure": False, "port": None, "version": 0}
    return kept


def command(role: Role, address: str) -> list[str | Path]:
    """Return the call of wapiti; it reports to nobody but us."""
    each = SECONDS * (1 - CRAWLING) / len(role.modules)
    alone = [option for path in [*LEFT_ALONE, *role.left_alone] for option in ("-x", address + path)]
    return [
        SCANNER / "bin" / "wapiti", "-u", address, "-s", address + role.start, *alone,
        "-m", ",".join([*PASSIVE, *role.modules]), "--max-scan-time", f"{SECONDS * CRAWLING:.0f}",
        "--max-attack-time", f"{each:.0f}", "--max-files-per-dir", "15", "-S", "sneaky", "--tasks", "4",
        "--skip", "csrfmiddlewaretoken", "--no-bugreport", "--store-session", "session", "--flush-session",
        "-f", "json", "-v", "0",
    ]  # fmt: skip


def findings(report: dict[str, Any]) -> Iterator[str]:
    """Give a sentence for each finding that is more than information."""
    for kind in ("vulnerabilities", "anomalies", "additionals"):
        for category, found in report[kind].items():
            for one in found:
                if one["level"] > 0 and not is_expected(category, one):
                    yield f"{category}: {one['method']} {one['path']} {one['parameter'] or ''} {one['info']}"


def is_expected(category: str, one: dict[str, Any]) -> bool:
    """Tell whether a finding is none."""
    return any(
        category == expected and part in one["info"] and re.match(path, one["path"])
        for expected, part, path in EXPECTED
    )


def errors(lines: list[str]) -> Iterator[str]:
    """Give the lines of the log that tell of an error, and of answers that say so."""
    for line in lines:
        found = REQUEST.search(line)
        if " ERROR " in line or " CRITICAL " in line or (found and found["status"] >= "500"):
            yield f"the log: {line}"


if __name__ == "__main__":
    sys.exit(main())
