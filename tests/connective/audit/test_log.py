"""Writing to the audit log."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from connective.accounts.models import User
from connective.audit.chain import GENESIS, head, verify
from connective.audit.log import canonical, forget, mark_of, record
from connective.audit.models import ActorSalt, Entry

THREADS, EACH = 8, 15


@pytest.mark.django_db
class TestAnEntry:
    def test_continues_the_one_before_it(self, person: User) -> None:
        first = record("test.one", actor=person, subject=person)
        second = record("test.two", actor=person, subject=person)
        assert (first.sequence, first.previous_hash) == (1, GENESIS)
        assert (second.sequence, second.previous_hash) == (2, first.hash)
        assert head().hash == second.hash

    def test_says_what_was_done_to_what(self, person: User) -> None:
        entry = record("test.done", actor=None, subject=person, payload={"to": "x", "from": ["ü", 1, None]})
        entry.refresh_from_db()
        assert (entry.subject_type, entry.subject_id, entry.actor_id) == ("accounts.user", str(person.pk), None)
        assert json.loads(entry.payload) == {"from": ["ü", 1, None], "to": "x"}

    def test_holds_no_name_and_no_address(self, person: User) -> None:
        record("test.done", actor=person, subject=person)
        row = repr(Entry.objects.values().get())
        assert person.email not in row
        assert "Gerda" not in row

    def test_can_be_tied_to_its_person_by_the_salt(self, person: User) -> None:
        assert record("test.done", actor=person, subject=person).actor_mark == mark_of(person)

    def test_means_nothing_once_the_person_is_forgotten(self, person: User) -> None:
        entry = record("test.done", actor=person, subject=person)
        forget(person)
        assert entry.actor_mark != mark_of(person)
        assert verify().is_sound

    def test_outlives_the_account_without_its_salt(self, person: User) -> None:
        record("test.done", actor=person, subject=person)
        person.delete()
        assert not ActorSalt.objects.exists()
        assert verify().is_sound

    @pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": object()}, {"x": b"bytes"}])
    def test_refuses_what_is_not_json(self, person: User, payload: dict[str, object]) -> None:
        with pytest.raises((TypeError, ValueError)):
            record("test.done", actor=person, subject=person, payload=payload)

    def test_survives_hostile_text(self, person: User) -> None:
        entry = record("test.done", actor=person, subject=person, payload={"x": "\x00\ud800\u202e</script>"})
        entry.refresh_from_db()
        assert json.loads(entry.payload)["x"] == "\x00\ud800\u202e</script>"
        assert verify().is_sound


def test_equal_payloads_have_equal_text() -> None:
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == canonical({"a": {"c": 3, "d": 2}, "b": 1})


@pytest.mark.django_db(transaction=True)
def test_recording_outside_of_a_transaction_is_refused(person: User) -> None:
    with pytest.raises(transaction.TransactionManagementError, match=r"test\.done"):
        record("test.done", actor=person, subject=person)


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_gap(person: User) -> None:
    with transaction.atomic():
        record("test.kept", actor=person, subject=person)
    with transaction.atomic():
        record("test.lost", actor=person, subject=person)
        transaction.set_rollback(True)
    with transaction.atomic():
        record("test.kept", actor=person, subject=person)
    assert list(Entry.objects.order_by("sequence").values_list("sequence", "action")) == [
        (1, "test.kept"),
        (2, "test.kept"),
    ]
    assert verify().is_sound


@pytest.mark.django_db(transaction=True)
def test_many_threads_make_one_chain_without_gaps(person: User) -> None:
    def write(number: int) -> None:
        try:
            for turn in range(EACH):
                with transaction.atomic():
                    record("test.raced", actor=person, subject=person, payload={"thread": number, "turn": turn})
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(THREADS)))
    report = verify()
    assert report.is_sound
    assert report.count == THREADS * EACH
    assert list(Entry.objects.order_by("sequence").values_list("sequence", flat=True)) == list(
        range(1, THREADS * EACH + 1)
    )
