"""The installation as docker-compose.yml describes it works: through the proxy, over TLS, in production mode."""

import http.client
import re
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from connective.launch.valkey import free_port, wait_until
from tests.connective.launch.installation import ROOT, command, services
from tests.connective.launch.topology import HOST, Browser, Topology, nginx, running, write_certificate
from tests.smtp import SmtpServer, listening

EMAIL = "antrag@example.org"


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Topology, SmtpServer]]:
    """Everything, started once."""
    port = free_port()
    with listening(port) as server, running(tmp_path_factory.mktemp("installation"), port) as found:
        yield found, server


def test_a_person_signs_in_through_the_proxy_with_the_code_that_the_worker_sent(
    topology: tuple[Topology, SmtpServer],
) -> None:
    installation, mail = topology
    browser = Browser(installation)
    response, _page = browser.get("/konto/anmelden/")
    assert response.status == 200
    assert response.headers["Strict-Transport-Security"]
    response, page = browser.post("/konto/anmelden/", email=EMAIL)
    assert response.status == 302, page
    assert wait_until(lambda: bool(mail.received), 30), installation.log("worker")
    (letter,) = mail.received
    assert letter.recipients == [EMAIL]
    code = re.search(r"^\d{6}(?=\r?$)", letter.text, re.MULTILINE)
    assert code
    response, page = browser.post(response.headers["Location"], code=code[0])
    assert response.status == 302, page
    response, page = browser.get("/vorschlaege/")
    assert response.status == 200
    browser.post("/sprache/", language="en")
    assert {"__Host-sessionid", "__Host-csrftoken", "django_language"} <= set(browser.cookies)
    assert [cookie.key for cookie in browser.cookies.values() if not (cookie["secure"] and cookie["httponly"])] == []


def test_both_web_servers_take_part_and_the_log_has_no_full_address_and_no_query(
    topology: tuple[Topology, SmtpServer],
) -> None:
    installation, _mail = topology
    browser = Browser(installation)
    for _ in range(4):
        assert browser.get("/?q=geheim@example.org")[0].status == 200
    log = installation.log("proxy")
    assert all(f"127.0.0.1:{port}" in log for port in installation.web_ports.values())
    assert '"network":"127.0.0.0"' in log
    assert "geheim" not in log


def test_a_style_sheet_is_delivered_compressed_and_to_be_kept(topology: tuple[Topology, SmtpServer]) -> None:
    installation, _mail = topology
    browser = Browser(installation)
    (style, *_more) = re.findall(r'href="(/static/[^"]+\.css)"', browser.get("/")[1])
    request = urllib.request.Request(f"https://127.0.0.1:{installation.port}{style}", method="HEAD")
    tls = ssl.create_default_context(cafile=str(installation.folder / "certificate.pem"))
    request.add_header("Accept-Encoding", "gzip")
    with urllib.request.urlopen(request, context=tls) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "immutable" in response.headers["Cache-Control"]


def test_a_strange_host_and_invented_addresses_are_refused(topology: tuple[Topology, SmtpServer]) -> None:
    installation, _mail = topology
    browser = Browser(installation)
    assert browser.get("/", {"Host": "evil.example.org"})[0].status == 400
    response, page = browser.get("/", {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "http"})
    assert response.status == 200
    assert "evil" not in page


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(topology: tuple[Topology, SmtpServer]) -> None:
    installation, _mail = topology
    tls = ssl.create_default_context(cafile=str(installation.folder / "certificate.pem"))
    tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, OSError)):
        urllib.request.urlopen(f"https://127.0.0.1:{installation.port}/", context=tls, timeout=5)


@pytest.mark.parametrize("service", ["worker", "beat"])
def test_worker_and_timetable_pass_the_health_checks_of_compose(
    topology: tuple[Topology, SmtpServer], service: str
) -> None:
    installation, _mail = topology
    (kind, line) = services()[service]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    variables = installation.folder / "var"
    installation.run(line.replace("$$", "$").replace("/srv/portal/var", str(variables)))


def test_the_monitor_gets_the_sum_of_all_processes_of_a_web_server(
    topology: tuple[Topology, SmtpServer],
) -> None:
    installation, _mail = topology
    port, folder = free_port(), installation.folder / "figures"
    folder.mkdir()
    installation.start_one(
        "web-3",
        command("web"),
        BIND=f"127.0.0.1:{port}",
        WEB_CONCURRENCY="2",
        METRICS_TOKEN="geheim",
        PROMETHEUS_MULTIPROC_DIR=str(folder),
    )
    assert wait_until(lambda: len(_processes(folder)) == 3 and _counted(port) == 0, 60), installation.log("web-3")
    for _ in range(30):
        assert _ask(port, "/", {"Host": HOST, "X-Forwarded-Proto": "https"})[0] == 200
    assert {_counted(port) for _ in range(10)} == {30}
    installation.kill("web-3")


def _processes(folder: Path) -> set[int]:
    """Return the processes that have a file for what they count in this folder: those that serve, and their master."""
    return {int(path.stem.rpartition("_")[2]) for path in folder.glob("histogram_*.db")}


def _counted(port: int) -> float | None:
    """Return how often the web server has shown the first page, None while it does not answer; asked as Prometheus asks."""
    try:
        status, text = _ask(port, "/metriken/", {"Authorization": "Bearer geheim"})
    except OSError:
        return None
    assert status == 200, text
    counts = re.findall(r'^portal_requests_seconds_count\{.*route="submissions:home".*\} (\S+)$', text, re.MULTILINE)
    return sum(map(float, counts))


def _ask(port: int, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_a_body_over_the_limit_is_refused_by_the_proxy(topology: tuple[Topology, SmtpServer]) -> None:
    installation, _mail = topology
    browser = Browser(installation)
    browser.get("/konto/anmelden/")
    response, _page = browser.post("/konto/anmelden/", email="x" * (13 * 1024 * 1024))
    assert response.status == 413


BROKEN = {
    "a chunk whose size is no number": "Transfer-Encoding: chunked\r\n\r\nzz\r\nreference\r\n0\r\n\r\n",
    "a chunk longer than it says": "Transfer-Encoding: chunked\r\n\r\n3\r\nreference\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
    "a length and chunks": "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": "Content-Length: -1\r\n\r\n",
    "chunks in another coating": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a header without a name": ": x\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("rest", BROKEN.values(), ids=BROKEN)
def test_a_broken_request_that_passes_by_the_proxy_is_refused_and_the_web_server_goes_on(
    topology: tuple[Topology, SmtpServer], rest: str
) -> None:
    installation, _mail = topology
    port = installation.web_ports["web-1"]
    head = f"POST /beleg/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall((head + "Content-Type: application/x-www-form-urlencoded\r\n" + rest).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    # Chunks without a length are no body to Django: the form arrives empty, without its token.
    assert re.match(r"HTTP/1\.[01] (400|403|501) ", answer), answer[:300]
    assert "Traceback" not in answer + installation.log("web-1")
    assert installation.is_healthy("web-1")


def test_nothing_is_written_outside_of_the_folder_for_it(topology: tuple[Topology, SmtpServer]) -> None:
    assert not list(ROOT.glob("celerybeat*"))


def test_when_a_web_server_is_killed_the_other_goes_on_and_without_any_people_are_told(
    topology: tuple[Topology, SmtpServer],
) -> None:
    installation, _mail = topology
    browser = Browser(installation)
    installation.kill("web-1")
    assert [browser.get("/")[0].status for _ in range(4)] == [200] * 4
    installation.kill("web-2")
    response, page = browser.get("/")
    assert response.status == 503
    assert response.headers["Retry-After"] == "5"
    assert "Das Portal startet gerade neu" in page
    installation.start_web("web-1")
    installation.start_web("web-2")
    assert wait_until(lambda: browser.get("/")[0].status == 200, 60), installation.log("web-1")


def test_the_proxy_understands_its_configuration_for_containers(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    text = (ROOT / "connective" / "launch" / "proxy" / "nginx.conf").read_text()
    text = text.replace("/tmp/", f"{tmp_path}/")
    text = text.replace("/run/secrets/tls_certificate", f"{tmp_path}/certificate.pem")
    text = text.replace("/run/secrets/tls_key", f"{tmp_path}/key.pem")
    text = text.replace("/etc/portal", str(ROOT / "connective" / "launch" / "proxy"))
    (tmp_path / "nginx.conf").write_text(text)
    result = subprocess.run([nginx(), "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
