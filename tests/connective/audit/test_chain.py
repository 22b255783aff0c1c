"""What was tampered with behind the triggers' back is found."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from connective.accounts.models import User
from connective.audit.append_only import suspended
from connective.audit.chain import Head, hash_of, head, verify
from connective.audit.log import record
from connective.audit.models import Entry


@pytest.fixture
def chain(person: User) -> list[Entry]:
    """Return five recorded entries."""
    return [record("test.done", actor=person, subject=person, payload={"turn": turn}) for turn in range(5)]


def _tamper(sequence: int, **changes: Any) -> None:
    with suspended(connection):
        Entry.objects.filter(sequence=sequence).update(**changes)


@pytest.mark.django_db
class TestVerifying:
    def test_an_empty_log_is_sound(self) -> None:
        assert verify().is_sound
        assert verify().head == head() == Head(0, "0" * 64)

    def test_an_untouched_chain_is_sound(self, chain: list[Entry]) -> None:
        assert verify(known=Head(3, chain[2].hash)).is_sound
        assert verify().count == len(chain)
        assert verify().head == head()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("at", "2020-12-05T00:00:00Z"),
            ("action", "test.other"),
            ("actor_id", 4711),
            ("actor_mark", "f" * 64),
            ("subject_type", "submissions.call"),
            ("subject_id", "another"),
            ("payload", '{"turn": 2}'),
            ("hash", "f" * 64),
            ("previous_hash", "f" * 64),
        ],
    )
    @pytest.mark.usefixtures("chain")
    def test_a_changed_field_is_found(self, field: str, value: object) -> None:
        _tamper(3, **{field: value})
        broken = verify().broken
        assert broken
        assert broken.sequence == 3
        assert verify().count == 2

    @pytest.mark.usefixtures("chain")
    def test_a_change_with_a_hash_of_its_own_breaks_the_next_entry(self) -> None:
        entry = Entry.objects.get(sequence=3)
        entry.payload = '{"turn":99}'
        _tamper(3, payload=entry.payload, hash=hash_of(entry))
        broken = verify().broken
        assert broken
        assert (broken.sequence, broken.reason) == (4, "it does not continue the entry before it")

    @pytest.mark.usefixtures("chain")
    def test_a_missing_entry_is_found(self) -> None:
        with suspended(connection):
            Entry.objects.filter(sequence=2).delete()
        broken = verify().broken
        assert broken
        assert (broken.sequence, broken.reason) == (3, "entry 2 is missing")

    @pytest.mark.usefixtures("chain")
    def test_cutting_off_the_end_is_found_by_a_head_that_was_handed_out(self) -> None:
        kept = head()
        with suspended(connection):
            Entry.objects.filter(sequence__gt=3).delete()
        assert verify().is_sound
        assert not verify(known=kept).is_sound

    @pytest.mark.usefixtures("chain")
    def test_a_chain_written_anew_is_found_by_a_head_that_was_handed_out(self, person: User) -> None:
        kept = head()
        with suspended(connection):
            Entry.objects.all().delete()
        for _turn in range(6):
            record("test.invented", actor=person, subject=person)
        assert verify().is_sound
        assert not verify(known=kept).is_sound


@pytest.mark.django_db
class TestTheCommand:
    @pytest.mark.usefixtures("chain")
    def test_says_ok_with_count_and_head(self) -> None:
        out = StringIO()
        call_command("verify_audit", head=str(head()), stdout=out)
        assert out.getvalue() == f"OK: 5 entries, head {head()}\n"

    @pytest.mark.usefixtures("chain")
    def test_names_the_first_broken_entry_and_fails(self) -> None:
        _tamper(3, action="test.other")
        _tamper(5, action="test.other")
        with pytest.raises(CommandError, match="BROKEN at entry 3: its content does not match its hash") as failure:
            call_command("verify_audit")
        assert failure.value.returncode == 1

    def test_fails_when_a_protected_table_has_lost_its_triggers(self) -> None:
        with connection.cursor() as cursor:
            on = " ON audit_entry" if connection.vendor == "postgresql" else ""
            name = "row" if connection.vendor == "postgresql" else "update"
            cursor.execute(f"DROP TRIGGER append_only_audit_entry_{name}{on}")
        with pytest.raises(CommandError, match="triggers are missing on: audit_entry"):
            call_command("verify_audit")

    @pytest.mark.parametrize("text", ["5", "x:y", "1:" + "g" * 64])
    def test_explains_a_head_that_it_cannot_read(self, text: str) -> None:
        with pytest.raises(CommandError, match="--head takes"):
            call_command("verify_audit", head=text)
