"""`python -m tests.connective.launch.upgrade`: the way of an installation from release 0.1.0 to now, on an empty database.

A process of its own, since migrations change what a test process knows about the database. The data are the demo data of
release 0.1.0, written by its own code (like `manage.py dumpdata`, but with microseconds, which the audit log covers).
"""

import gzip
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "release-0.1.0.json.gz"


def main() -> None:
    """Migrate to the released schema, fill it, upgrade, use it, with `--and-back` go back and forth; print what was found as JSON."""
    import django
    from django.conf import settings

    # Nothing is collected in a fresh clone; set before the first use of a storage.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    found: dict[str, Any] = {}
    fill(migrate_to_release())
    upgrade()
    found["rows"] = rows()
    found["broken"] = broken()
    found["pages"] = pages()
    if "--and-back" not in sys.argv:
        sys.stdout.write(json.dumps(found))
        return
    migrate_to_release()
    upgrade()
    found["rows_after_going_back"] = rows()
    found["broken_after_going_back"] = broken()
    sys.stdout.write(json.dumps(found))


def migrate_to_release() -> Any:
    """Bring the database to the schema of release 0.1.0, from below or above; return its models."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tests.released import SCHEMA

    executor = MigrationExecutor(connection)
    others = {"auth", "contenttypes", "sessions", "admin"}
    targets: list[tuple[str, str | None]] = [key for key in executor.loader.graph.leaf_nodes() if key[0] in others]
    targets += SCHEMA.items()
    if executor.loader.applied_migrations:
        targets = list(SCHEMA.items())
    executor.migrate(targets)
    return executor.loader.project_state(list(SCHEMA.items())).apps


def fill(models: Any) -> None:
    """Insert the rows of the release with its own models."""
    from django.core.management.color import no_style
    from django.db import connection, transaction

    instances: dict[Any, list[Any]] = defaultdict(list)
    links: list[tuple[Any, str, list[Any]]] = []
    for record in json.loads(gzip.decompress(DATA.read_bytes())):
        model = models.get_model(record["model"])
        row = model(pk=record["pk"])
        for name, value in record["fields"].items():
            field = model._meta.get_field(name)
            if field.many_to_many:
                if field.related_model._meta.model_name != "permission":  # those come with the migrations
                    links.append((row, name, value))
            else:
                target = field.target_field if field.is_relation else field
                setattr(row, field.attname, target.to_python(value))
        instances[model].append(row)
    with transaction.atomic():
        for model, made in instances.items():
            if model._meta.label in {"auth.Group", "site.SitePage"}:  # made by the migrations, too
                model.objects.all().delete()
            model._base_manager.bulk_create(made)
        for row, name, keys in links:
            getattr(row, name).set(keys)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(instances)):
            cursor.execute(statement)


def upgrade() -> None:
    """Do what the installation does before the new web servers start."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def rows() -> dict[str, int]:
    """Return how many rows of each model of the release there are."""
    from django.apps import apps

    labels = {record["model"] for record in json.loads(gzip.decompress(DATA.read_bytes()))}
    return {label: apps.get_model(label)._base_manager.count() for label in sorted(labels)}


def broken() -> list[str]:
    """Return what is wrong with the audit log, its protection, or the hashes of what was submitted."""
    import hashlib

    from django.db import connection

    from connective.audit import append_only
    from connective.audit.chain import verify
    from submissions.models import SubmittedVersion

    wrong = [] if verify().is_sound else ["the audit log"]
    wrong += append_only.unprotected(connection)
    for version in SubmittedVersion.objects.all():
        if hashlib.sha256(version.content.encode()).hexdigest() != version.content_sha256:
            wrong.append(str(version.reference))
    return wrong


def pages() -> dict[str, int]:
    """Return the status of pages that an applicant opens after the upgrade."""
    from django.test import Client
    from django.urls import reverse

    from connective.accounts.models import User
    from submissions.models import Call, Proposal

    person = User.objects.get(email="antrag@example.org")
    client = Client(SERVER_NAME="localhost")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    proposal = Proposal.objects.filter(organisation__memberships__user=person).first()
    assert proposal
    addresses = [
        reverse("submissions:home"),
        reverse("submissions:proposals"),
        reverse("submissions:tasks", args=[proposal.public_id]),
        *(reverse("submissions:call", args=[call.slug]) for call in Call.objects.all()),
    ]
    return {address: client.get(address).status_code for address in addresses}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")
    main()
