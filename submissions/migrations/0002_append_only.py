"""What was submitted, received and extended is never changed: triggers refuse it."""

from django.db import migrations

from connective.audit.append_only import AppendOnly


class Migration(migrations.Migration):
    """Protect the frozen tables."""

    dependencies = [("submissions", "0001_initial")]

    operations = [
        AppendOnly("submittedversion"),
        AppendOnly("officialpdf"),
        AppendOnly("deadlineextension"),
    ]
