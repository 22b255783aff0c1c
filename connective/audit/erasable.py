"""Rows that only grow, but whose personal texts can be blanked once, when their time has come.

The trigger of `AppendOnly` is replaced by one that lets a single kind of UPDATE through: it stamps `erased_at`, which was
empty, and changes nothing but the named columns. So erasing is possible, visible in the row, and cannot be repeated;
hashes kept beside the text stay, and a verifier knows from `erased_at` which of them can no longer be recomputed.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from connective.audit.append_only import MESSAGE, PREFIX

STAMP = "erased_at"


class Erasable(Operation):
    """A migration operation after `AppendOnly`: the `columns` of the model may be blanked once, with the stamp."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, columns: list[str]) -> None:
        """Name the model, which has a field `erased_at` and is append-only, and the columns."""
        self.model_name = model_name
        self.columns = columns

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Describe the operation for a squashed migration."""
        return (self.__class__.__name__, [self.model_name, self.columns], {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: Python's view of the model stays the same."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  (signature of Django)
        to_state: ProjectState,
    ) -> None:
        """Let the one kind of UPDATE through."""
        self._replace(schema_editor, to_state.apps.get_model(app_label, self.model_name), self.columns)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002  (signature of Django)
    ) -> None:
        """Refuse every UPDATE again."""
        self._replace(schema_editor, from_state.apps.get_model(app_label, self.model_name), [])

    def describe(self) -> str:
        """Say what `migrate --plan` shows."""
        return f"Let personal texts of {self.model_name} be blanked once"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration that holds nothing else."""
        return f"{self.model_name.lower()}_erasable"

    def _replace(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model], columns: list[str]) -> None:
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in _statements(schema_editor.connection, model, columns):
                schema_editor.execute(statement, params=None)


def _statements(connection: BaseDatabaseWrapper, model: type[models.Model], columns: list[str]) -> list[str]:
    """Return the statements that refuse every UPDATE but the blanking of `columns`; without columns, every one."""
    quote, table = connection.ops.quote_name, model._meta.db_table
    message = MESSAGE % table
    stamped = f"OLD.{quote(STAMP)} IS NULL AND NEW.{quote(STAMP)} IS NOT NULL"
    free = [STAMP, *columns]
    if connection.vendor == "postgresql":
        without = "".join(f" - '{column}'" for column in free)
        allow = (
            f"IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' THEN "
            f"IF {stamped} AND (to_jsonb(NEW){without}) = (to_jsonb(OLD){without}) THEN RETURN NEW; END IF; END IF;"
            if columns
            else ""
        )
        return [
            (
                f"CREATE OR REPLACE FUNCTION {quote(f'{PREFIX}{table}')}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"{allow} RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"
            )
        ]
    trigger = quote(f"{PREFIX}{table}_update")
    kept = [quote(str(field.column)) for field in model._meta.local_concrete_fields if field.column not in free]
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in kept)
    when = f"WHEN NOT ({stamped} AND {same})" if columns else ""
    return [
        f"DROP TRIGGER {trigger}",
        f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {quote(table)} {when} BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
