"""The group that carries the role of a deputy in the steering committee."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the group if it is missing."""
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).get_or_create(name="deputy")


class Migration(migrations.Migration):
    """Going back leaves the group: people may be in it."""

    dependencies = [("review", "0005_frozen_votes")]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
