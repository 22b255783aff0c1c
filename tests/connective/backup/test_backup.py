"""A set is complete, consistent, and readable with its key alone."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from connective import clock
from connective.backup import archive, crypt
from connective.backup.archive import Manifest, Writer
from submissions.domain import erase
from tests.connective.backup.conftest import Portal, stored


def manifest_of(path: Path, key: Path) -> Manifest:
    return archive.verified(path, crypt.identities(key))


def test_a_set_names_all_documents_with_their_hashes_and_the_head_of_the_log(
    portal: Portal, key: Path, tmp_path: Path
) -> None:
    call_command("backup", str(tmp_path / "set.age"))
    manifest = manifest_of(tmp_path / "set.age", key)
    members = {name: sha256 for name, _size, sha256 in manifest.members if name.startswith("documents/")}
    assert sorted(members) == [f"documents/{name}" for name in portal.documents]
    assert members[f"documents/{portal.official.file.name}"] == portal.official.sha256
    assert manifest.audit_head == str(portal.head)
    assert manifest.database == connection.vendor
    assert manifest.missing == manifest.gone == []


def test_any_tool_for_age_and_tar_reads_a_set(portal: Portal, key: Path, tmp_path: Path) -> None:
    call_command("backup", str(tmp_path / "set.age"))
    plain = pyrage.decrypt((tmp_path / "set.age").read_bytes(), crypt.identities(key))
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        names = tar.getnames()
        first = tar.extractfile("database/000000")
        assert first
        beginning = first.read(6)
    assert names[0] == "database/000000"
    assert names[-1] == "manifest.json"
    assert beginning in {b"PGDMP\x01", b"SQLite"}


def test_nothing_of_it_can_be_read_without_the_key(portal: Portal, key: Path, tmp_path: Path) -> None:
    call_command("backup", str(tmp_path / "set.age"))
    data = (tmp_path / "set.age").read_bytes()
    assert b"antrag@example.org" not in data
    assert b"%PDF" not in data
    assert (tmp_path / "set.age").stat().st_mode & 0o077 == 0


def test_a_set_is_written_under_a_name_of_its_time_into_a_folder_and_overwrites_nothing(
    portal: Portal, key: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "sets"
    folder.mkdir()
    call_command("backup", str(folder))
    (made,) = folder.iterdir()
    assert made.name.startswith("portal-")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(made))


def test_without_a_public_key_there_is_no_set(portal: Portal, settings: Settings, tmp_path: Path) -> None:
    for keys, words in ([], "names no public key"), (["password"], "must be public keys"):
        settings.BACKUP_RECIPIENTS = keys
        with pytest.raises(CommandError, match=words):
            call_command("backup", str(tmp_path / "set.age"))
    assert not list(tmp_path.glob("set.age*"))


def test_a_document_that_is_missing_or_changed_is_told_and_the_rest_is_saved(
    portal: Portal, key: Path, tmp_path: Path
) -> None:
    stored(portal.letter).unlink()
    stored(str(portal.official.file.name)).write_bytes(b"changed")
    with pytest.raises(CommandError, match=rf"missing: {portal.letter}\nchanged: official/"):
        call_command("backup", str(tmp_path / "set.age"))
    assert manifest_of(tmp_path / "set.age", key).missing == [portal.letter]
    with pytest.raises(CommandError, match="2 are not"):
        call_command("verify_documents")


def test_a_draft_that_is_deleted_while_the_set_is_written_is_no_fault(
    portal: Portal, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nobody deletes while the copy is made")
    original = Writer.database

    def then_delete(writer: Writer, pieces: Iterable[bytes]) -> None:
        original(writer, pieces)
        with connection.copy().cursor() as cursor:  # somebody else, outside of the snapshot
            cursor.execute("DELETE FROM submissions_letterofsupport")
        stored(portal.letter).unlink()

    monkeypatch.setattr(Writer, "database", then_delete)
    call_command("backup", str(tmp_path / "set.age"))
    assert manifest_of(tmp_path / "set.age", key).gone == [portal.letter]


def test_documents_that_were_erased_when_their_time_had_come_are_no_fault(
    portal: Portal, key: Path, tmp_path: Path
) -> None:
    erase.blank(portal.official.version.proposal, at=clock.now())
    assert not stored(portal.letter).exists()
    call_command("backup", str(tmp_path / "set.age"))
    manifest = manifest_of(tmp_path / "set.age", key)
    assert manifest.missing == []
    assert sorted(manifest.gone) == portal.documents
    call_command("verify_documents")
    call_command("restore", str(tmp_path / "set.age"), "--key", str(key), "--replace")


def test_a_failing_tool_leaves_no_set_behind(
    portal: Portal, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite needs no tool")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="pg_dump is missing"):
        call_command("backup", str(tmp_path / "set.age"))
    failing = tmp_path / "pg_dump"
    failing.write_text("#!/bin/sh\necho no space >&2\nexit 3\n")
    failing.chmod(0o700)
    with pytest.raises(CommandError, match="pg_dump failed: no space"):
        call_command("backup", str(tmp_path / "set.age"))
    assert not list(tmp_path.glob("set.age*"))


def test_a_pair_of_keys_is_written_once_for_its_owner_alone(tmp_path: Path) -> None:
    output = io.StringIO()
    call_command("backup_key", str(tmp_path / "new.key"), stdout=output)
    (public,) = output.getvalue().split()
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600
    assert str(crypt.identities(tmp_path / "new.key")[0].to_public()) == public
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("backup_key", str(tmp_path / "new.key"))
