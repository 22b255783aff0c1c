"""A topic proposal, from the first letter typed to the version in force."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """A topic proposal (Themenvorschlag).

    `state` is written by `submissions.domain` alone. In `reopened` the version in force stays in force
    until a new one is submitted, so that nobody loses a place by correcting a comma. `slot` counts the
    submitted proposals of an organisation within the call's limit, if it sets one.
    """

    class State(models.TextChoices):
        """Where the proposal stands."""

        DRAFT = "draft", _("Entwurf")
        SUBMITTED = "submitted", _("Eingereicht")
        REOPENED = "reopened", _("In Überarbeitung")
        WITHDRAWN = "withdrawn", _("Zurückgezogen")

    EDITABLE: ClassVar[tuple[str, ...]] = (State.DRAFT, State.REOPENED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="proposals", verbose_name=_("Themenaufruf")
    )
    organisation = models.ForeignKey(
        "submissions.Organisation",
        models.PROTECT,
        related_name="proposals",
        null=True,
        blank=True,
        verbose_name=_("Organisation"),
        help_text=_("Leer, solange der Entwurf nur an einen Browser gebunden ist."),
    )
    state = models.CharField(_("Stand"), max_length=10, choices=State, default=State.DRAFT)
    reference = models.CharField(_("Vorgangsnummer"), max_length=20, unique=True, null=True, blank=True)
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    slot_limit = models.PositiveSmallIntegerField(null=True, editable=False)
    version_in_force = models.OneToOneField(
        "submissions.SubmittedVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("geltende Fassung"),
    )
    closes_at_own = models.DateTimeField(_("eigene Frist"), null=True, blank=True)
    title = models.CharField(_("Thema"), max_length=200, blank=True)
    organisation_name = models.CharField(_("Name der Organisation"), max_length=200, blank=True)
    land = models.CharField(_("Land"), max_length=2, blank=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("begonnen am"))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(_("zuletzt gespeichert am"))
    # NULL for a draft from before this column, which was so added without rewriting the table.
    language = models.CharField(
        _("Sprache"),
        max_length=5,
        null=True,
        editable=False,
        help_text=_(
            "In der die Seiten zu Beginn und zuletzt bei der Einreichung gezeigt wurden; E-Mails dazu kommen in derselben."
        ),
    )

    class Meta:
        """States and what they require (invariants 1 to 4)."""

        verbose_name = _("Themenvorschlag")
        verbose_name_plural = _("Themenvorschläge")
        ordering: ClassVar[list[str]] = ["-saved_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "withdrawn"], version_in_force=None)
                | models.Q(state__in=["submitted", "reopened"], version_in_force__isnull=False),
                name="proposal_version_fits_state",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(reference__isnull=False),
                name="proposal_submitted_has_reference",
            ),
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False) | models.Q(state="draft"),
                name="proposal_submitted_has_organisation",
            ),
            models.CheckConstraint(
                condition=models.Q(slot=None)
                | models.Q(slot_limit=None)
                | models.Q(slot__range=(1, models.F("slot_limit"))),
                name="proposal_slot_within_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "withdrawn"]) | models.Q(slot__isnull=False),
                name="proposal_submitted_has_slot",
            ),
            models.UniqueConstraint(fields=["call", "organisation", "slot"], name="proposal_slot_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["call", "state"], name="proposal_call_state")]

    def __str__(self) -> str:
        """Return reference and topic."""
        return f"{self.reference or _('Entwurf')} {self.title}".strip()

    @property
    def code(self) -> str:
        """What a person reads out on the telephone to name a draft: the beginning of its address."""
        return self.public_id.hex[:8]

    @property
    def closes_at(self) -> datetime:
        """The first refused instant for this proposal: the later of the call's and its own deadline."""
        return max(self.call.closes_at, self.closes_at_own) if self.closes_at_own else self.call.closes_at

    def is_open(self, instant: datetime) -> bool:
        """Say whether a submission received at `instant` (aware) is in time."""
        return self.call.is_published and self.call.opens_at <= instant < self.closes_at
