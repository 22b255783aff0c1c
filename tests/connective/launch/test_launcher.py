"""`make run` from its first line to Ctrl-C, with all processes, in a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from connective.launch.valkey import free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent.parent
COMMAND = [sys.executable, "-m", "connective.launch"]


def environment(var: Path, port: int) -> dict[str, str]:
    """Return an environment as on a fresh machine: no servers given, demo mode, an empty folder for data."""
    ours = {"DATABASE_URL", "REDIS_URL", "DOCUMENTS_DIR", "EMAIL_URL", "PORTAL_MODE", "LOG_LEVEL"}
    ours |= {"SITE_URL", "ALLOWED_HOSTS"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "PORT": str(port),
        "VAR_DIR": str(var),
    }


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, "subprocess.Popen[str]", list[str]]]:
    """The address of a portal that was just started, its launcher, and what that said."""
    port, lines = free_port(), []
    command = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=environment(tmp_path_factory.mktemp("portal") / "var", port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert command.stdout
    for line in command.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    yield f"http://127.0.0.1:{port}", command, lines
    command.kill()
    command.wait()


def page(address: str) -> str:
    """Return the text of a page."""
    with urllib.request.urlopen(address, timeout=20) as answer:
        return str(answer.read().decode())


def test_the_portal_says_where_to_click_and_answers_there(
    portal: tuple[str, "subprocess.Popen[str]", list[str]],
) -> None:
    address, _command, lines = portal
    said = "".join(lines)
    links = [word for word in said.split() if word.startswith(address)]
    assert len(links) == 5, said
    for link in links:
        assert "<h1" in page(link)


def test_the_demo_shows_an_open_call_and_people_to_look_as(
    portal: tuple[str, "subprocess.Popen[str]", list[str]],
) -> None:
    address, _command, _lines = portal
    assert "Themenaufruf" in page(f"{address}/")
    assert "ansehen" in page(f"{address}/konto/anmelden/")


def test_styles_and_scripts_come_under_names_that_change_with_their_content(
    portal: tuple[str, "subprocess.Popen[str]", list[str]],
) -> None:
    address, _command, _lines = portal
    found = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page(f"{address}/"))
    assert found
    for path in found:
        assert re.search(r"\.[0-9a-f]{12}\.", path)
        with urllib.request.urlopen(f"{address}{path}", timeout=20) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


def test_the_worker_sends_the_mail_of_the_demo(
    portal: tuple[str, "subprocess.Popen[str]", list[str]],
) -> None:
    address, _command, _lines = portal
    assert wait_until(lambda: "@example.org" in page(f"{address}/demo/postfach/"), 60)


def test_the_demo_goes_from_the_answer_of_its_applicant_to_the_plan_and_to_an_event_that_took_place(
    portal: tuple[str, "subprocess.Popen[str]", list[str]],
) -> None:
    address, _command, _lines = portal
    applicant = signed_in(address, "antrag@example.org")
    (answer,) = re.findall(
        r"/vorschlaege/[0-9a-f-]+/antwort/", applicant.get(f"{address}/vorschlaege/", timeout=20).text
    )
    assert "Zusage: Ihr Thema wird eine Dialogveranstaltung" in applicant.get(address + answer, timeout=20).text
    plan = applicant.get(address + answer.replace("/antwort/", "/plan/"), timeout=20).text
    assert (plan.count("erledigt"), "überfällig" in plan) == (4, False)
    assert "BEGIN:VEVENT" in applicant.get(address + re.findall(r'href="(/[^"]+\.ics)"', plan)[0], timeout=20).text
    assert "Trinkwasser und kühle Orte für alle" in page(f"{address}/aufruf/abgeschlossen/")
    office = signed_in(address, "geschaeftsstelle@example.org")
    cockpits = re.findall(r"/verwaltung/review/cockpit/(\d+)/", office.get(f"{address}/verwaltung/", timeout=20).text)
    pages = [f"{address}/verwaltung/review/entscheidungen/{call}/" for call in set(cockpits)]
    assert wait_until(
        lambda: any("Beschlussprotokoll 1 (PDF)" in office.get(one, timeout=20).text for one in pages), 60
    )


def signed_in(address: str, email: str) -> requests.Session:
    """Return a session in which one of the demo people is signed in."""
    session = requests.Session()
    form = session.get(f"{address}/konto/anmelden/", timeout=20).text
    (token, *_others) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    answer = session.post(
        f"{address}/demo/anmelden/",
        {"email": email, "csrfmiddlewaretoken": token},
        headers={"Origin": address},
        timeout=20,
    )
    assert answer.ok
    return session


def test_a_second_start_on_the_same_port_is_refused_in_one_line(
    portal: tuple[str, "subprocess.Popen[str]", list[str]], tmp_path: Path
) -> None:
    port = int(portal[0].rsplit(":", 1)[1])
    second = subprocess.run(
        COMMAND, cwd=ROOT, env=environment(tmp_path, port), capture_output=True, text=True, check=False, timeout=20
    )
    assert second.returncode == 1
    assert second.stderr == f"Port {port} is already in use. Take another one: PORT={port + 1} make run\n"


def test_the_end_of_the_launcher_is_the_end_of_all_its_processes(
    portal: tuple[str, "subprocess.Popen[str]", list[str]],
) -> None:
    address, command, _lines = portal
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in map(str.split, listing.splitlines())}
    family = {command.pid}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    assert len(family) >= 4, "launcher, queue, worker and web server"
    command.send_signal(signal.SIGTERM)
    assert command.wait(timeout=40) == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=2)
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), 5)
