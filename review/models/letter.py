"""The letters that tell what was decided, and the batch in which they go out."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from review.models.decision import Outcome


def answer_name(letter: "AnswerLetter", filename: str) -> str:  # noqa: ARG001
    """Return a file name that tells a stranger nothing."""
    return f"answers/{uuid.uuid4()}.pdf"


class Language(models.TextChoices):
    """In which language a letter is written."""

    GERMAN = "de", _("Deutsch")
    ENGLISH = "en", _("Englisch")


class LetterTemplate(models.Model):
    """The text of a kind of letter of one call, with plain placeholders such as {thema}; no code runs in it."""

    call = models.ForeignKey(
        "submissions.Call", models.CASCADE, related_name="letter_templates", verbose_name=_("Themenaufruf")
    )
    outcome = models.CharField(_("Ergebnis"), max_length=10, choices=Outcome)
    language = models.CharField(_("Sprache"), max_length=2, choices=Language, default=Language.GERMAN)
    subject = models.CharField(_("Betreff"), max_length=200)
    body = models.TextField(_("Text"))
    version = models.PositiveIntegerField(_("Fassung"), default=1)

    class Meta:
        """One per call, outcome and language."""

        verbose_name = _("Vorlage eines Schreibens")
        verbose_name_plural = _("Vorlagen der Schreiben")
        ordering: ClassVar[list[str]] = ["call", "outcome", "language"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "outcome", "language"], name="letter_template_once"),
        ]

    def __str__(self) -> str:
        """Return outcome and language."""
        return f"{self.get_outcome_display()} ({self.get_language_display()})"


class LetterBatch(models.Model):
    """The letters of a call that go out together: drafted by one person, released by another (four eyes)."""

    class State(models.TextChoices):
        """How far the batch is."""

        DRAFT = "draft", _("in Arbeit")
        RELEASED = "released", _("freigegeben")
        PAUSED = "paused", _("angehalten")

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="letter_batches", verbose_name=_("Themenaufruf")
    )
    number = models.PositiveSmallIntegerField(_("Nummer"), default=1)
    state = models.CharField(_("Stand"), max_length=8, choices=State, default=State.DRAFT)
    dated_on = models.DateField(_("Datum der Schreiben"))
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entworfen von")
    )
    drafted_at = models.DateTimeField(_("entworfen am"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("freigegeben von")
    )
    released_at = models.DateTimeField(_("freigegeben am"), null=True)

    class Meta:
        """Numbered within a call, one in work; nobody releases what they drafted."""

        verbose_name = _("Versand von Schreiben")
        verbose_name_plural = _("Versand von Schreiben")
        ordering: ClassVar[list[str]] = ["call", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "number"], name="letter_batch_number_once"),
            models.UniqueConstraint(
                fields=["call"], condition=models.Q(state="draft"), name="one_letter_batch_in_work"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", released_at=None, released_by=None)
                | (
                    models.Q(state__in=["released", "paused"], released_at__isnull=False, released_by__isnull=False)
                    & ~models.Q(released_by=models.F("drafted_by"))
                ),
                name="letter_batch_released_by_another",
            ),
        ]

    def __str__(self) -> str:
        """Return the number within the call."""
        return str(_("Versand %(number)s") % {"number": self.number})


class AnswerLetter(models.Model):
    """One letter about one decision to one person; from the release on its text and PDF are frozen.

    A first letter is unique per decision; sending again is a new row (`resend_of`) with a reason. What became of its
    e-mail stands in `message`; the outcome is visible to the applicant from the moment that one was sent.
    """

    class State(models.TextChoices):
        """Whether it may go out."""

        DRAFT = "draft", _("Entwurf")
        RELEASED = "released", _("freigegeben")
        WITHDRAWN = "withdrawn", _("zurückgezogen")

    batch = models.ForeignKey(LetterBatch, models.PROTECT, related_name="letters", verbose_name=_("Versand"))
    decision = models.ForeignKey(
        "review.Decision", models.PROTECT, related_name="letters", verbose_name=_("Entscheidung")
    )
    resend_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="resends", verbose_name=_("noch einmal für")
    )
    resend_reason = models.TextField(_("Grund des erneuten Versands"), blank=True)
    state = models.CharField(_("Stand"), max_length=9, choices=State, default=State.DRAFT)
    recipient = models.EmailField(_("An"), max_length=254)
    language = models.CharField(_("Sprache"), max_length=2, choices=Language, default=Language.GERMAN)
    subject = models.CharField(_("Betreff"), max_length=200)
    body = models.TextField(_("Text"))
    is_edited = models.BooleanField(_("von Hand geändert"), default=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zuletzt geändert von"),
    )
    version = models.PositiveIntegerField(_("Fassung"), default=1)
    file = models.FileField(_("Schreiben als PDF"), upload_to=answer_name, blank=True)
    sha256 = models.CharField(_("SHA-256 des PDF"), max_length=64, blank=True)
    message = models.OneToOneField(
        "mail.Message", models.PROTECT, null=True, blank=True, related_name="answer_letter", verbose_name=_("E-Mail")
    )
    bounced_at = models.DateTimeField(_("zurückgekommen am"), null=True, blank=True)
    bounce_reason = models.TextField(_("Grund des Rücklaufs"), blank=True)

    class Meta:
        """One first letter per decision; a released one has PDF and e-mail; a repetition has a reason."""

        verbose_name = _("Antwortschreiben")
        verbose_name_plural = _("Antwortschreiben")
        ordering: ClassVar[list[str]] = ["batch", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["decision"], condition=models.Q(resend_of=None), name="one_first_letter_per_decision"
            ),
            models.CheckConstraint(
                condition=models.Q(resend_of=None) | ~models.Q(resend_reason=""), name="resend_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", message=None)
                | models.Q(state="withdrawn")
                | (models.Q(state="released", message__isnull=False) & ~models.Q(file="") & ~models.Q(sha256="")),
                name="released_letter_has_pdf_and_message",
            ),
            models.CheckConstraint(
                condition=models.Q(bounced_at=None) | ~models.Q(bounce_reason=""), name="bounce_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Return the decision, without the person."""
        return str(self.decision)
