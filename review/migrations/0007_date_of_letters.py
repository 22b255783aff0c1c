"""The date that all letters of a batch bear."""

from django.db import migrations, models

from connective import clock


def today() -> object:
    """Return the date for batches that are there already: none has gone out yet."""
    return clock.now().astimezone(clock.BERLIN).date()


class Migration(migrations.Migration):
    """A new column."""

    dependencies = [("review", "0006_deputy")]

    operations = [
        migrations.AddField(
            model_name="letterbatch",
            name="dated_on",
            field=models.DateField(default=today, verbose_name="Datum der Schreiben"),
            preserve_default=False,
        ),
    ]
