"""What was decided about a proposal."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.event import PastEvent


class Outcome(models.TextChoices):
    """What becomes of a proposal."""

    ACCEPTANCE = "acceptance", _("Zusage")
    RESERVE = "reserve", _("Nachrückliste")
    REJECTION = "rejection", _("Absage")
    LAPSED = "lapsed", _("Zusage entfallen")


class DecisionDraft(models.Model):
    """What the office prepares before a decision is recorded: feedback and the event's final title and form.

    Nobody but office and lead sees it. `version` is the mark of what a page shows (invariant 4). The feedback is read
    by a second person before it is released.
    """

    proposal = models.OneToOneField(
        "submissions.Proposal", models.PROTECT, related_name="decision_draft", verbose_name=_("Themenvorschlag")
    )
    final_title = models.CharField(_("endgültiger Titel der Veranstaltung"), max_length=200, blank=True)
    final_mode = models.CharField(_("Form der Veranstaltung"), max_length=10, choices=PastEvent.Mode, blank=True)
    internal_reason = models.TextField(_("interner Grund"), blank=True)
    feedback = models.TextField(_("Rückmeldung an die Einreichenden"), blank=True)
    version = models.PositiveIntegerField(_("Fassung"), default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("gespeichert von")
    )
    saved_at = models.DateTimeField(_("gespeichert am"))
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("geprüft von")
    )
    reviewed_at = models.DateTimeField(_("geprüft am"), null=True)

    class Meta:
        """One per proposal; whoever reviews it did not write it."""

        verbose_name = _("Entwurf einer Entscheidung")
        verbose_name_plural = _("Entwürfe von Entscheidungen")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, reviewed_by=None)
                | (models.Q(reviewed_at__isnull=False) & ~models.Q(reviewed_by=models.F("saved_by"))),
                name="feedback_reviewed_by_another",
            ),
        ]

    def __str__(self) -> str:
        """Return the proposal."""
        return str(self.proposal)


class CriterionFeedback(models.Model):
    """A sentence for the applicant about one requirement."""

    draft = models.ForeignKey(
        DecisionDraft, models.CASCADE, related_name="criterion_feedback", verbose_name=_("Entwurf")
    )
    criterion = models.ForeignKey("review.Criterion", models.PROTECT, related_name="+", verbose_name=_("Anforderung"))
    text = models.TextField(_("Rückmeldung"))

    class Meta:
        """One per requirement."""

        verbose_name = _("Rückmeldung zu einer Anforderung")
        verbose_name_plural = _("Rückmeldungen zu Anforderungen")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["draft", "criterion"], name="criterion_feedback_once"),
        ]

    def __str__(self) -> str:
        """Return the requirement."""
        return str(self.criterion)


class Decision(models.Model):
    """A decision about a proposal; triggers refuse UPDATE and DELETE, a correction supersedes (invariant 7).

    In force is the one that no other supersedes: the constraints leave each proposal one first decision, and each
    decision one successor. `content` is canonical JSON *text* of all that was decided; `sha256` covers it, `sequence`
    (counted within the call from 1) and `previous_sha256`, so that the decisions of a call are a chain.
    """

    class Basis(models.TextChoices):
        """What the decision rests on."""

        ROUND = "round", _("festgestellte Abstimmung")
        RULING = "ruling", _("Entscheidung des Vorsitzes")

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="decisions", verbose_name=_("Themenaufruf")
    )
    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="decisions", verbose_name=_("Themenvorschlag")
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("ersetzt")
    )
    outcome = models.CharField(_("Ergebnis"), max_length=10, choices=Outcome)
    reserve_rank = models.PositiveSmallIntegerField(_("Rang der Nachrückliste"), null=True, blank=True)
    basis = models.CharField(_("Grundlage"), max_length=6, choices=Basis)
    round = models.ForeignKey(
        "review.VotingRound",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("Abstimmung"),
    )
    reason = models.TextField(
        _("Grund"), blank=True, help_text=_("Der Entscheidung des Vorsitzes oder der Berichtigung.")
    )
    internal_reason = models.TextField(_("interner Grund"), blank=True)
    feedback = models.TextField(_("Rückmeldung an die Einreichenden"), blank=True)
    final_title = models.CharField(_("endgültiger Titel der Veranstaltung"), max_length=200, blank=True)
    final_mode = models.CharField(_("Form der Veranstaltung"), max_length=10, choices=PastEvent.Mode, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("festgehalten von")
    )
    decided_at = models.DateTimeField(_("festgehalten am"))
    sequence = models.PositiveIntegerField(_("laufende Nummer"))
    content = models.TextField(_("Inhalt"))
    previous_sha256 = models.CharField(_("SHA-256 der vorigen Entscheidung"), max_length=64, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)

    class Meta:
        """One first decision per proposal, one successor each; what an outcome and a basis require."""

        verbose_name = _("Entscheidung")
        verbose_name_plural = _("Entscheidungen")
        ordering: ClassVar[list[str]] = ["call", "sequence"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(supersedes=None), name="one_first_decision_per_proposal"
            ),
            models.UniqueConstraint(fields=["call", "sequence"], name="decision_sequence_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["acceptance", "reserve", "rejection", "lapsed"]),
                name="decision_outcome_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="reserve", reserve_rank__gte=1)
                | (~models.Q(outcome="reserve") & models.Q(reserve_rank=None)),
                name="decision_reserve_has_rank",
            ),
            models.CheckConstraint(
                condition=models.Q(basis="round", round__isnull=False)
                | (models.Q(basis="ruling") & ~models.Q(reason="")),
                name="decision_has_basis",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="acceptance") | (~models.Q(final_title="") & ~models.Q(final_mode="")),
                name="acceptance_names_the_event",
            ),
            models.CheckConstraint(
                condition=models.Q(supersedes=None) | ~models.Q(reason=""), name="correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Return the outcome."""
        return str(self.get_outcome_display())
