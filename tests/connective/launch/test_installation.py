"""Image, compose file and example of settings are sound and say the same as the code."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.connective.launch.installation import EXAMPLE, ROOT, TOOLS, services

OURS = {"web", "worker", "beat", "migrate"}
READERS = [
    "connective/settings.py",
    "connective/environment.py",
    "connective/launch/gunicorn_conf.py",
    "connective/launch/health.py",
]


def names_read() -> set[str]:
    """Return the names that settings, web server and compose file read from the environment."""
    found: set[str] = set()
    for path in READERS:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr != "setdefault":
                owner = ast.unparse(node.func.value)
                first = node.args[0] if node.args else None
                if owner in {"env", "os.environ"} and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    compose = (ROOT / "docker-compose.yml").read_text()
    return found | set(re.findall(r"(?<!\$)\$\{(\w+)", compose))


def test_every_setting_is_explained_in_the_example_and_nothing_else() -> None:
    explained = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(), re.MULTILINE)
    assert len(explained) == len(set(explained))
    assert set(explained) == names_read()


def test_every_setting_of_the_example_has_a_sentence_before_it_or_stands_in_a_group_that_has() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z][A-Z0-9_]*=", line):
            assert " --" not in line
            assert lines[number - 1].startswith("#") or "=" in lines[number - 1], line


def test_the_example_itself_does_not_start_a_portal() -> None:
    from tests.connective.launch.installation import example

    environment = example() | {"PATH": str(TOOLS)}
    result = subprocess.run(
        [TOOLS / "python", "-c", "import connective.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    for words in ("SECRET_KEY must be", "RECEIPT_KEY must be", "DATABASE_URL has the password of .env.example"):
        assert words in result.stderr


@pytest.mark.parametrize("service", sorted(services()))
def test_every_container_is_locked_down(service: str) -> None:
    found = services()[service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert not found.get("privileged")
    if service != "migrate":
        assert found["deploy"]["resources"]["limits"]["memory"]
        assert "test" in found.get("healthcheck", {}) or service == "web"  # the image's own


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert {name for name, found in services().items() if found.get("ports")} == {"proxy"}
    assert set(services()["postgres"]["networks"]) == set(services()["redis"]["networks"]) == {"inside"}
    assert "inside" not in services()["proxy"]["networks"]


def test_nothing_starts_before_the_database_is_up_to_date() -> None:
    for service in OURS - {"migrate"}:
        assert services()[service]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_there_are_several_web_servers_and_one_timetable() -> None:
    assert services()["web"]["deploy"]["replicas"] > 1
    assert services()["beat"]["deploy"].get("replicas", 1) == 1


def test_the_queue_survives_a_restart() -> None:
    assert "--appendonly" in services()["redis"]["command"]
    assert services()["redis"]["volumes"][0]["target"] == "/data"


def test_the_client_in_the_image_is_that_of_the_database_server() -> None:
    major = services()["postgres"]["image"].partition(":")[2]
    assert f"postgresql-client-{major}" in (ROOT / "Dockerfile").read_text()


def test_the_image_has_no_fault_that_a_linter_knows_and_runs_as_nobody_special() -> None:
    result = subprocess.run(
        [TOOLS / "hadolint", "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER 10001", text, re.MULTILINE)
    assert "HEALTHCHECK" in text
    assert not re.search(r"https?://", text)


def test_everything_that_the_image_copies_is_let_in_and_nothing_private_is() -> None:
    let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        for word in line.split()[:-1]
    }
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    assert not {Path(name).name for name in let_in} & {".env", "var", "tests", ".git"}
