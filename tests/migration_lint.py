"""`make check`: may the migrations run while the version before still serves people?

They run before the new web servers start (docs/operations.md, "Upgrade"), so a column that the running code needs must
not vanish, and one that it does not know must not be demanded of it. django-migration-linter reads the SQL for
PostgreSQL, for which an embedded server is started. Released migrations are not looked at again.
"""

import os
import sys

from tests.released import is_released
from tests.servers import environment

ACCEPTED: dict[tuple[str, str], str] = {
    ("review", "0007_date_of_letters"): "The table came with 0004 of the same release: the version before has none.",
}
"""(app, migration) -> why what the linter finds there does no harm."""
OURS = ("connective", "submissions", "review")


def main() -> int:
    """Print what is not safe; return the exit code."""
    os.environ["DATABASE_URL"] = environment.start_postgres()
    os.environ["LOG_LEVEL"] = "WARNING"
    os.environ["DJANGO_SETTINGS_MODULE"] = "connective.settings"
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader
    from django_migration_linter import MigrationLinter

    loader = MigrationLoader(None)
    new = sorted(
        key
        for key, migration in (loader.disk_migrations or {}).items()
        if migration.__module__.startswith(OURS) and not is_released(*key) and key not in ACCEPTED
    )
    if unknown := sorted(set(ACCEPTED) - set(loader.disk_migrations or {})):
        sys.stderr.write(f"ACCEPTED names migrations that do not exist: {unknown}\n")
        return 1
    # Warnings do not count: "data migration without a way back" is answered by the backup before each upgrade.
    linter = MigrationLinter(no_cache=True, quiet=("ok", "ignore", "warning"))
    for key in new:
        linter.lint_migration(loader.disk_migrations[key])
    if linter.nb_erroneous:
        sys.stderr.write(
            f"{linter.nb_erroneous} of {len(new)} new migrations would harm the version that still runs.\n"
            "Let a column first be empty or have a default in the database (db_default), and take it away a release later.\n"
        )
        return 1
    sys.stdout.write(f"Migrations: {len(new)} new ones can run while the version before serves people.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
