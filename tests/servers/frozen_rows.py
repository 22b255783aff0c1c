"""The rows that migrations create, put back after a transactional test has emptied all tables."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.core import serializers
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test import TransactionTestCase

from connective.audit import append_only


def read() -> list[models.Model]:
    """Return all rows of the fresh test database, many-to-many links included, in the order of their creation."""
    rows: list[models.Model] = []
    links: list[models.Model] = []
    for found in serializers.deserialize("json", connection.creation.serialize_db_to_string()):
        rows.append(found.object)
        for field_name, keys in (found.m2m_data or {}).items():
            field = found.object._meta.get_field(field_name)
            assert isinstance(field, models.ManyToManyField)
            here, there = field.m2m_column_name(), field.m2m_reverse_name()
            through = field.remote_field.through
            assert through is not None
            links += [through(**{here: found.object.pk, there: key}) for key in keys]
    return rows + links


def restore(rows: list[models.Model]) -> None:
    """Insert the rows again, with the keys that they had: one statement for each table."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        row._state.adding = True
        by_model[type(row)].append(row)
    with transaction.atomic():  # foreign keys are checked at its end, whatever the order
        for model, instances in by_model.items():
            model._base_manager.bulk_create(instances)


@contextmanager
def kept(rows: list[models.Model]) -> Iterator[None]:
    """Make transactional tests end with exactly these rows, in spite of append-only triggers."""

    def teardown(_case: TransactionTestCase) -> None:
        with append_only.suspended(connection):
            # Sequences run on: the rows that come back have their old keys.
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
        restore(rows)

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", teardown):
        yield
