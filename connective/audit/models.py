"""An entry of the log, and what is needed to know a person behind it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """Something that happened; triggers refuse UPDATE, DELETE and TRUNCATE. `connective.audit.log` writes it.

    `hash` covers everything else in the row and so, through `previous_hash`, all entries before it. Persons enter
    by reference only: the account's number and `actor_mark`, a salted hash that means nothing once the salt is gone.
    """

    sequence = models.PositiveBigIntegerField(_("Nummer"), primary_key=True)
    at = models.DateTimeField(_("Zeitpunkt"), db_index=True)
    action = models.CharField(_("Vorgang"), max_length=80, db_index=True)
    actor_id = models.BigIntegerField(_("Person (Kontonummer)"), null=True)
    actor_mark = models.CharField(_("Kennzeichen der Person"), max_length=64, blank=True)
    subject_type = models.CharField(_("Art des Gegenstands"), max_length=100)
    subject_id = models.CharField(_("Gegenstand"), max_length=64)
    payload = models.TextField(_("Einzelheiten"), help_text=_("Kanonisches JSON, als Text."))
    previous_hash = models.CharField(_("Prüfsumme des vorigen Eintrags"), max_length=64)
    hash = models.CharField(_("Prüfsumme"), max_length=64, unique=True)

    class Meta:
        """In the order in which it happened, numbered from one."""

        verbose_name = _("Protokolleintrag")
        verbose_name_plural = _("Protokoll")
        ordering: ClassVar[list[str]] = ["-sequence"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_type", "subject_id"], name="entries_of_subject"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["previous_hash"], name="entry_has_one_successor"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="entry_numbered_from_one"),
        ]

    def __str__(self) -> str:
        """Return number and action."""
        return f"{self.sequence} {self.action}"


class ActorSalt(models.Model):
    """The secret that ties `actor_mark` to a person; it goes with the account, and the chain stays verifiable."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    salt = models.CharField(max_length=64)

    class Meta:
        """Never shown."""

        verbose_name = _("Geheimwert einer Person")
        verbose_name_plural = _("Geheimwerte der Personen")

    def __str__(self) -> str:
        """Return nothing secret."""
        return f"ActorSalt of {self.pk}"
