"""Tables that only grow: triggers in the database refuse every other change.

A bug in Python, a careless shell or a stray migration so cannot rewrite what was submitted or recorded. The
database's owner can: against that stands the hash chain (`connective.audit.chain`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

PREFIX = "append_only_"
"""How the triggers' names begin; the table's name follows."""

MESSAGE = "%s is append-only"


class AppendOnly(Operation):
    """A migration operation: rows of the model can be added, but neither changed, deleted nor truncated.

    A refused statement raises `django.db.IntegrityError`. On SQLite a later operation that alters a column makes
    the table anew and loses its triggers: repeat `AppendOnly` after it there (`unprotected` and a test notice).
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str) -> None:
        """Name the model, which must exist at this point of the migrations."""
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Describe the operation for a squashed migration."""
        return (self.__class__.__name__, [self.model_name], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: Python's view of the model stays the same."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  (signature of Django)
        to_state: ProjectState,
    ) -> None:
        """Create the triggers."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in _create(schema_editor.connection, model):
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  (signature of Django)
        to_state: ProjectState,
    ) -> None:
        """Drop the triggers."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in _drop(schema_editor.connection, model):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Say what `migrate --plan` shows."""
        return f"Refuse to change or delete rows of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration that holds nothing else."""
        return f"{self.model_name.lower()}_append_only"


def unprotected(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables that a migration declared append-only and that have lost a trigger since."""
    loader = MigrationLoader(connection)
    state = loader.project_state()
    present = _present(connection)
    missing = set()
    for (app_label, _name), migration in loader.disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, AppendOnly):
                model = state.apps.get_model(app_label, operation.model_name)
                if router.allow_migrate_model(connection.alias, model) and not _names(connection, model) <= present:
                    missing.add(model._meta.db_table)
    return sorted(missing)


@contextmanager
def suspended(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the triggers sleep on this connection: for the clean-up of tests only, outside of a transaction.

    PostgreSQL asks for a superuser; on SQLite the triggers are dropped and made again.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"])
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _name, sql in triggers:
                cursor.execute(sql, None)


def _names(connection: BaseDatabaseWrapper, model: type[models.Model]) -> set[str]:
    """Return the names of the triggers that protect the model's table."""
    kinds = ("row", "truncate") if connection.vendor == "postgresql" else ("update", "delete", "replace")
    return {f"{PREFIX}{model._meta.db_table}_{kind}" for kind in kinds}


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of the triggers that exist and are enabled."""
    if connection.vendor == "postgresql":
        sql = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND tgname LIKE %s"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"{PREFIX}%"])
        return {name for (name,) in cursor.fetchall()}


def _create(connection: BaseDatabaseWrapper, model: type[models.Model]) -> list[str]:
    quote, table = connection.ops.quote_name, model._meta.db_table
    message = MESSAGE % table
    if connection.vendor == "postgresql":
        function = quote(f"{PREFIX}{table}")
        refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'"
        events = {"row": ("UPDATE OR DELETE", "ROW"), "truncate": ("TRUNCATE", "STATEMENT")}
        return [
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$",
            *(
                f"CREATE TRIGGER {quote(f'{PREFIX}{table}_{kind}')} BEFORE {event} ON {quote(table)} "
                f"FOR EACH {scope} EXECUTE FUNCTION {function}()"
                for kind, (event, scope) in events.items()
            ),
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    # REPLACE deletes the row in its way without firing a DELETE trigger, so it is refused on its way in.
    in_the_way = " OR ".join(
        "(" + " AND ".join(f"{quote(column)} = NEW.{quote(column)}" for column in columns) + ")"
        for columns in _unique_columns(model)
    )
    exists = f"EXISTS (SELECT 1 FROM {quote(table)} WHERE {in_the_way})"  # noqa: S608  (names of our own tables)
    return [
        f"CREATE TRIGGER {quote(f'{PREFIX}{table}_update')} BEFORE UPDATE ON {quote(table)} {refuse}",
        f"CREATE TRIGGER {quote(f'{PREFIX}{table}_delete')} BEFORE DELETE ON {quote(table)} {refuse}",
        f"CREATE TRIGGER {quote(f'{PREFIX}{table}_replace')} BEFORE INSERT ON {quote(table)} WHEN {exists} {refuse}",
    ]


def _drop(connection: BaseDatabaseWrapper, model: type[models.Model]) -> list[str]:
    quote, table = connection.ops.quote_name, model._meta.db_table
    if connection.vendor == "postgresql":
        return [
            *(f"DROP TRIGGER {quote(name)} ON {quote(table)}" for name in sorted(_names(connection, model))),
            f"DROP FUNCTION {quote(f'{PREFIX}{table}')}()",
        ]
    return [f"DROP TRIGGER {quote(name)}" for name in sorted(_names(connection, model))]


def _unique_columns(model: type[models.Model]) -> list[list[str]]:
    """Return the sets of columns that are unique in the table, the primary key first."""
    options = model._meta
    together = [
        list(constraint.fields)
        for constraint in options.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and constraint.condition is None
    ]
    alone = [[field.name] for field in options.local_concrete_fields if field.unique]
    columns = {field.name: str(field.column) for field in options.local_concrete_fields}
    return [[columns[name] for name in names] for names in (*alone, *together)]
