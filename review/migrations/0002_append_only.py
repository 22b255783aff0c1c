"""A fixed shortlist is never changed: triggers refuse it."""

from django.db import migrations

from connective.audit.append_only import AppendOnly


class Migration(migrations.Migration):
    """Protect the snapshots."""

    dependencies = [("review", "0001_initial")]

    operations = [AppendOnly("shortlistsnapshot")]
