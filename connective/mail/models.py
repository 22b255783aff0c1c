"""A message and the files that go with it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One e-mail to one person about one occasion; the row is the truth about its fate, Celery a hint.

    Text and attachments are frozen by `connective.mail.queue`; only `connective.mail.delivery`, `sweeping`, `resolution`
    and `holding` change the state. `claim` names the attempt that holds the message until `lease_until`.
    """

    class State(models.TextChoices):
        """queued -> sending -> sent | failed | uncertain; a person takes it out of the last two, or withdraws it unsent."""

        QUEUED = "queued", _("wartet")
        SENDING = "sending", _("wird übertragen")
        SENT = "sent", _("gesendet")
        FAILED = "failed", _("gescheitert")
        UNCERTAIN = "uncertain", _("ungewiss")
        WITHDRAWN = "withdrawn", _("zurückgezogen")

    occasion = models.CharField(_("Anlass"), max_length=120)
    kind = models.CharField(_("Art"), max_length=60, db_index=True)
    recipient = models.CharField(_("An"), max_length=254)
    language = models.CharField(_("Sprache"), max_length=10)
    subject = models.CharField(_("Betreff"), max_length=400)
    body = models.TextField(_("Text"))
    message_id = models.CharField(_("Message-ID"), max_length=320, unique=True)

    state = models.CharField(_("Stand"), max_length=9, choices=State, default=State.QUEUED)
    held = models.BooleanField(
        _("angehalten"),
        default=False,
        db_default=False,
        help_text=_("Eine Person hat den Versand angehalten; er geht erst weiter, wenn sie es sagt."),
    )
    claim = models.UUIDField(_("Versuch"), null=True, editable=False)
    lease_until = models.DateTimeField(_("in Arbeit bis"), null=True)
    attempts = models.PositiveIntegerField(_("Versuche"), default=0)
    refusals = models.PositiveIntegerField(_("vorläufige Ablehnungen"), default=0)
    next_at = models.DateTimeField(_("nächster Versuch"), null=True, help_text=_("Leer: sofort."))
    server_answer = models.TextField(_("Antwort des Mailservers"), blank=True)
    created_at = models.DateTimeField(_("veranlasst am"))
    queued_at = models.DateTimeField(
        _("wartet seit"), help_text=_("Wie „veranlasst am“, oder das letzte „Noch einmal senden“.")
    )
    sent_at = models.DateTimeField(_("gesendet am"), null=True)

    class Meta:
        """One per (occasion, recipient, kind); a claim always has an end; what is being sent has a claim."""

        verbose_name = _("E-Mail")
        verbose_name_plural = _("E-Mails")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        permissions: ClassVar[list[tuple[str, Any]]] = [
            ("resolve_message", "Can decide about messages that failed or whose fate is uncertain"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "next_at"], name="messages_unsent", condition=~models.Q(state="sent")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["occasion", "recipient", "kind"], name="one_message_per_occasion"),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "sending", "sent", "failed", "uncertain", "withdrawn"]),
                name="message_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(claim=None, lease_until=None)
                | models.Q(claim__isnull=False, lease_until__isnull=False),
                name="message_claim_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(claim__isnull=False), name="message_sent_by_a_claim"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at=None)),
                name="message_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Return kind and occasion, without the person."""
        return f"{self.kind} ({self.occasion})"


class AttachedFile(models.Model):
    """A file of the private storage that goes with a message; its hash is checked before it leaves."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attached_files")
    position = models.PositiveSmallIntegerField(_("Reihenfolge"))
    storage_name = models.CharField(_("Ablage"), max_length=300)
    filename = models.CharField(_("Dateiname"), max_length=150)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content_type = models.CharField(_("Art"), max_length=100)

    class Meta:
        """In the order in which they were given."""

        verbose_name = _("Anlage")
        verbose_name_plural = _("Anlagen")
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "position"], name="attached_file_position_once"),
        ]

    def __str__(self) -> str:
        """Return the name that the recipient sees."""
        return self.filename
