"""Roll, attendance, changes of ballots, tally and decisions only grow: triggers refuse the rest."""

from django.db import migrations

from connective.audit.append_only import AppendOnly


class Migration(migrations.Migration):
    """Protect what a vote and its decisions rest on."""

    dependencies = [("review", "0004_decisions")]

    operations = [
        AppendOnly("elector"),
        AppendOnly("attendance"),
        AppendOnly("ballotchange"),
        AppendOnly("tally"),
        AppendOnly("topictally"),
        AppendOnly("settlement"),
        AppendOnly("decision"),
    ]
