"""Back up, destroy, restore, verify: nothing is lost, nothing forged is taken."""

import hashlib
import io
import json
import shutil
import tarfile
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from connective.accounts.models import User
from connective.audit.chain import head, verify
from connective.audit.models import Entry
from connective.backup import crypt
from connective.backup.archive import Manifest
from connective.mail.models import Message
from submissions.models import OfficialPdf
from tests.connective.backup.conftest import Portal, stored


def run(*arguments: str) -> str:
    """Run a command and return what it printed."""
    output = io.StringIO()
    call_command(*arguments, stdout=output, stderr=output)
    return output.getvalue()


def destroy() -> None:
    """Lose everything: all tables, all documents."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    if connection.vendor == "sqlite":
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)
    shutil.rmtree(settings.MEDIA_ROOT)


@pytest.fixture
def saved(portal: Portal, key: Path, tmp_path: Path) -> Path:
    """The set of the portal."""
    run("backup", str(tmp_path / "set.age"))
    return tmp_path / "set.age"


def test_all_that_was_saved_is_there_again_and_every_hash_holds(portal: Portal, key: Path, saved: Path) -> None:
    content = stored(str(portal.official.file.name)).read_bytes()
    destroy()
    output = run("restore", str(saved), "--key", str(key), "--head", str(portal.head))
    assert "OK: 2 documents are as they were" in output
    assert User.objects.get().email == portal.person.email
    assert OfficialPdf.objects.get().sha256 == portal.official.sha256
    assert stored(str(portal.official.file.name)).read_bytes() == content
    assert verify(known=portal.head).is_sound


def test_the_log_says_that_it_was_restored_and_up_to_where(portal: Portal, key: Path, saved: Path) -> None:
    destroy()
    run("restore", str(saved), "--key", str(key))
    last = Entry.objects.order_by("sequence").last()
    assert last
    assert last.action == "portal.restored"
    assert str(portal.head) in last.payload
    assert head().sequence == portal.head.sequence + 1


def test_what_was_restored_is_as_protected_as_before(portal: Portal, key: Path, saved: Path) -> None:
    destroy()
    assert "OK: " in run("restore", str(saved), "--key", str(key))
    with pytest.raises(Exception, match="append-only"):
        OfficialPdf.objects.update(sha256="0" * 64)


def test_a_letter_that_waited_is_not_sent_again_by_itself(portal: Portal, key: Path, saved: Path) -> None:
    assert Message.objects.get().state == Message.State.QUEUED
    destroy()
    run("restore", str(saved), "--key", str(key))
    message = Message.objects.get()
    assert message.state == Message.State.UNCERTAIN
    assert "Restored from a backup" in message.server_answer


def test_who_was_signed_in_signs_in_again_and_a_stranger_keeps_the_session(
    portal: Portal, key: Path, tmp_path: Path
) -> None:
    signed_in, stranger = Client(), Client()
    signed_in.force_login(portal.person, backend="django.contrib.auth.backends.ModelBackend")
    session = stranger.session
    session["kept"] = "yes"
    session.save()
    run("backup", str(tmp_path / "set.age"))
    destroy()
    run("restore", str(tmp_path / "set.age"), "--key", str(key))
    assert [row.get_decoded() for row in Session.objects.all()] == [{"kept": "yes"}]


def test_a_target_that_holds_something_is_only_replaced_on_request(portal: Portal, key: Path, saved: Path) -> None:
    User.objects.create(email="neu@example.org")
    with pytest.raises(CommandError, match="say --replace"):
        run("restore", str(saved), "--key", str(key))
    assert User.objects.count() == 2
    stored(str(portal.official.file.name)).write_bytes(b"spoilt")
    run("restore", str(saved), "--key", str(key), "--replace")
    assert [user.email for user in User.objects.all()] == [portal.person.email]


def test_a_restored_portal_can_be_saved_and_restored_again(
    portal: Portal, key: Path, saved: Path, tmp_path: Path
) -> None:
    destroy()
    run("restore", str(saved), "--key", str(key))
    run("backup", str(tmp_path / "second.age"))
    destroy()
    assert "OK: 2 documents" in run("restore", str(tmp_path / "second.age"), "--key", str(key))
    assert Entry.objects.filter(action="portal.restored").count() == 2


def test_another_key_opens_nothing(portal: Portal, key: Path, saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text(crypt.new_identity()[0])
    with pytest.raises(CommandError, match="This key does not open the backup"):
        run("restore", str(saved), "--key", str(other), "--replace")
    assert User.objects.get() == portal.person


def test_a_file_without_a_key_is_named(saved: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.key"
    wrong.write_text("password")
    with pytest.raises(CommandError, match="holds no private key"):
        run("restore", str(saved), "--key", str(wrong))


@pytest.mark.parametrize("part", [0.001, 0.3, 0.999])
def test_a_set_that_was_cut_off_is_refused_before_anything_is_touched(
    portal: Portal, key: Path, saved: Path, part: float
) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(CommandError, match=r"damaged|no backup"):
        run("restore", str(saved), "--key", str(key), "--replace")
    assert User.objects.get() == portal.person


@pytest.mark.parametrize("part", [0.001, 0.3, 0.999])
def test_a_set_of_which_one_bit_was_changed_is_refused_before_anything_is_touched(
    portal: Portal, key: Path, saved: Path, part: float
) -> None:
    data = bytearray(saved.read_bytes())
    data[int(len(data) * part)] ^= 1
    saved.write_bytes(data)
    with pytest.raises(CommandError, match=r"damaged|no backup"):
        run("restore", str(saved), "--key", str(key), "--replace")
    assert User.objects.get() == portal.person


def test_a_file_that_is_no_set_is_refused(portal: Portal, key: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n" * 1000)
    with pytest.raises(CommandError, match="no backup"):
        run("restore", str(tmp_path / "letter.pdf"), "--key", str(key), "--replace")
    with pytest.raises(CommandError, match="cannot be read"):
        run("restore", str(tmp_path / "none.age"), "--key", str(key), "--replace")


def test_a_set_can_be_checked_without_touching_anything(portal: Portal, key: Path, saved: Path) -> None:
    before = head()
    assert "is sound" in run("restore", str(saved), "--key", str(key), "--check")
    assert head() == before


def forged(path: Path, key: Path, name: str, manifest: dict[str, object]) -> None:
    """Write a set as somebody could who knows the public key alone."""
    recipients = [identity.to_public() for identity in crypt.identities(key)]
    with (
        path.open("wb") as file,
        crypt.encrypting(file, recipients) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for member, data in ((name, b"text"), ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def manifest_with(name: str, **changes: object) -> dict[str, object]:
    members = [(name, 4, hashlib.sha256(b"text").hexdigest())]
    values = Manifest("2026-11-25T00:00:00", "", connection.vendor, {}, "0:0", members=members)
    return asdict(values) | changes


@pytest.mark.parametrize(
    "name", ["documents/../../etc/passwd", "/etc/passwd", "documents//x", "documents/.x", "other/x"]
)
def test_a_set_with_a_name_that_leads_elsewhere_is_refused(
    portal: Portal, key: Path, tmp_path: Path, name: str
) -> None:
    forged(tmp_path / "set.age", key, name, manifest_with(name))
    with pytest.raises(CommandError, match="something that no set has"):
        run("restore", str(tmp_path / "set.age"), "--key", str(key), "--replace")
    assert User.objects.get() == portal.person


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "has the format 2"),
        ({"database": "mysql"}, "holds a database of mysql"),
        ({"migrations": {"submissions": "9999_later"}}, r"newer portal \(submissions.9999_later\)"),
        ({"members": []}, "not what its manifest says"),
        ({"surprise": 1}, "manifest cannot be read"),
    ],
)
def test_a_set_that_does_not_fit_is_refused_before_anything_is_touched(
    portal: Portal, key: Path, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    forged(tmp_path / "set.age", key, "database/000000", manifest_with("database/000000", **changes))
    with pytest.raises(CommandError, match=words):
        run("restore", str(tmp_path / "set.age"), "--key", str(key), "--replace")
    assert User.objects.get() == portal.person


def test_a_forged_set_is_noticed_by_the_head_that_was_handed_out(portal: Portal, key: Path, saved: Path) -> None:
    with pytest.raises(CommandError, match="BROKEN"):
        run("restore", str(saved), "--key", str(key), "--replace", "--head", f"{portal.head.sequence}:{'0' * 64}")


def test_while_somebody_still_uses_the_database_it_says_what_to_stop(
    portal: Portal, key: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite waits for its own lock")
    monkeypatch.setattr("connective.backup.database.LOCK_SECONDS", 1)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE accounts_user IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="Stop web, worker and beat first"):
            run("restore", str(saved), "--key", str(key), "--replace")
        cursor.execute("ROLLBACK")
    other.close()
    assert User.objects.get() == portal.person
