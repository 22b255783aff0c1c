"""The set-up of a fresh machine, as far as it can be shown on one that is set up already."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from connective.launch import set_up

ROOT = set_up.ROOT


def pinned(lock: str) -> dict[str, str]:
    """Return the versions that a lock names."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if line[:1].isalnum())


def declared(*extras: str) -> set[str]:
    """Return the names of the packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return {name.split(">")[0].split("[")[0].split("=")[0].strip().lower() for name in wanted}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements.txt", ()),
        ("requirements-demo.txt", ("demo",)),
        ("requirements-dev.txt", ("demo", "test", "check")),
    ],
)
def test_a_lock_names_every_package_that_the_project_declares(lock: str, extras: tuple[str, ...]) -> None:
    assert declared(*extras) - pinned(lock).keys() == set()


@pytest.mark.parametrize("smaller", ["requirements.txt", "requirements-demo.txt"])
def test_all_locks_agree_on_versions(smaller: str) -> None:
    everything = pinned("requirements-dev.txt")
    assert {name: version for name, version in pinned(smaller).items() if everything.get(name) != version} == {}


def test_a_step_is_done_once_for_each_content_of_its_lock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock, done = tmp_path / "lock.txt", []
    for content in ("one", "one", "two"):
        lock.write_text(content)
        set_up.once(lock, tmp_path, "Installing", lambda: done.append(lock.read_text()))
    assert done == ["one", "two"]
    assert capsys.readouterr().out.count("Installing ...") == 2


def test_a_step_that_failed_is_done_again(tmp_path: Path) -> None:
    lock, attempts = tmp_path / "lock.txt", []
    lock.write_text("one")

    def fail_once() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise set_up.CannotContinueError

    with pytest.raises(set_up.CannotContinueError):
        set_up.once(lock, tmp_path, "Installing", fail_once)
    set_up.once(lock, tmp_path, "Installing", fail_once)
    assert len(attempts) == 2


@pytest.mark.parametrize(("has_sudo", "who"), [(True, "sudo "), (False, "as root, ")])
def test_without_permission_all_that_is_missing_is_named_in_one_line_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch, has_sudo: bool, who: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(set_up, "loads", lambda _library: False)
    monkeypatch.setattr(set_up, "works", lambda command: command[0] == set_up.PYTHON)
    monkeypatch.setattr(
        "shutil.which", lambda name: "/usr/bin/found" if name == "apt-get" or (has_sudo and name == "sudo") else None
    )
    monkeypatch.setattr(set_up, "create_environment", lambda: pytest.fail("went on"))
    with pytest.raises(set_up.CannotContinueError) as caught:
        set_up.main("test")
    packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 chromium libatomic1 poppler-utils"
    assert str(caught.value) == (
        "Missing: Pango, Chromium, libatomic (for Playwright), Poppler. "
        f"Please install what is missing: {who}apt-get install {packages}"
    )


def test_where_no_package_brings_what_is_missing_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}")
    monkeypatch.setattr(set_up, "run", lambda *_arguments, **_options: pytest.fail("installed"))
    missing = [set_up.Need("Chromium", lambda: False, ["chromium"])]
    with pytest.raises(set_up.CannotContinueError, match=r"^Missing: Chromium\. Please install what is missing\.$"):
        set_up.install_system_packages(missing)


def test_a_machine_that_is_set_up_has_nothing_to_do() -> None:
    stamps = [set_up.is_done(ROOT / set_up.LOCKS["test"], set_up.VENV)]
    stamps.append(set_up.is_done(ROOT / "package-lock.json", ROOT / "node_modules"))
    if not all(stamps):
        pytest.skip("set up by hand, not by `make`")
    command = [sys.executable, "connective/launch/set_up.py", "test"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=10)
    assert done.stdout == ""
