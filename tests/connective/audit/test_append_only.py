"""The triggers: rows are added, and nothing else ever happens to them."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from connective.accounts.models import User
from connective.audit.append_only import AppendOnly, suspended, unprotected
from connective.audit.log import record
from connective.audit.models import Entry

only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's own")
only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own")


@pytest.fixture
def entry(person: User) -> Entry:
    """Return one recorded entry."""
    with transaction.atomic():
        return record("test.done", actor=person, subject=person)


def _refused(sql: str) -> bool:
    """Say whether the database refuses the statement and the row stays as it was."""
    before = list(Entry.objects.values())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return list(Entry.objects.values()) == before


@pytest.mark.django_db
class TestATableThatOnlyGrows:
    def test_refuses_an_update_through_the_orm(self, entry: Entry) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(action="test.never")
        assert Entry.objects.get().action == "test.done"

    def test_refuses_a_save_of_a_changed_row(self, entry: Entry) -> None:
        entry.payload = "{}"
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            entry.save()

    def test_refuses_a_delete_through_the_orm(self, entry: Entry) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            entry.delete()
        assert Entry.objects.count() == 1

    def test_refuses_a_bulk_upsert(self, entry: Entry) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.bulk_create(
                [entry], update_conflicts=True, unique_fields=["sequence"], update_fields=["action"]
            )

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE audit_entry SET action = 'x'",
            "UPDATE audit_entry SET action = action",
            "DELETE FROM audit_entry",
            "DELETE FROM audit_entry WHERE sequence = 1",
        ],
    )
    @pytest.mark.usefixtures("entry")
    def test_refuses_raw_sql(self, sql: str) -> None:
        assert _refused(sql)

    @only_postgresql
    @pytest.mark.parametrize("sql", ["TRUNCATE audit_entry", "TRUNCATE audit_entry RESTART IDENTITY CASCADE"])
    @pytest.mark.usefixtures("entry")
    def test_refuses_truncate(self, sql: str) -> None:
        assert _refused(sql)

    @only_sqlite
    @pytest.mark.parametrize("same", ["sequence", "hash", "previous_hash"])
    def test_refuses_replace_which_deletes_without_a_delete_trigger(self, entry: Entry, same: str) -> None:
        row: dict[str, object] = {
            "sequence": 99,
            "hash": "f" * 64,
            "previous_hash": "e" * 64,
            same: getattr(entry, same),
        }
        assert _refused(
            "INSERT OR REPLACE INTO audit_entry (sequence, at, action, actor_mark, subject_type, subject_id, payload,"
            " previous_hash, hash) VALUES"
            f" ({row['sequence']}, '2026-01-01', 'x', '', 'x', 'x', '{{}}', '{row['previous_hash']}', '{row['hash']}')"
        )

    def test_is_known_to_be_protected(self) -> None:
        assert unprotected(connection) == []

    def test_that_lost_a_trigger_is_named(self) -> None:
        name = "append_only_audit_entry_" + ("truncate" if connection.vendor == "postgresql" else "replace")
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {name}" + (" ON audit_entry" if connection.vendor == "postgresql" else ""))
        assert unprotected(connection) == ["audit_entry"]

    @only_postgresql
    def test_whose_trigger_is_switched_off_is_named(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER append_only_audit_entry_row")
        assert unprotected(connection) == ["audit_entry"]


@pytest.mark.django_db
def test_suspended_triggers_sleep_and_wake_again(entry: Entry) -> None:
    with suspended(connection):
        Entry.objects.filter(pk=entry.pk).update(action="test.tampered")
    assert unprotected(connection) == []
    assert _refused("DELETE FROM audit_entry")


@pytest.mark.django_db(transaction=True)
def test_the_operation_can_be_taken_back_and_made_again() -> None:
    state = MigrationLoader(connection).project_state()
    operation = AppendOnly("Entry")
    with connection.schema_editor() as editor:
        operation.database_backwards("audit", editor, state, state)
    assert unprotected(connection) == ["audit_entry"]
    with connection.schema_editor() as editor:
        operation.database_forwards("audit", editor, state, state)
    assert unprotected(connection) == []


def test_the_operation_describes_itself() -> None:
    operation = AppendOnly("Entry")
    assert operation.deconstruct() == ("AppendOnly", ["Entry"], {})
    assert operation.migration_name_fragment == "entry_append_only"
    assert "Entry" in operation.describe()
