"""What an elector says about a topic."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Choice(models.TextChoices):
    """A vote, or that the person takes no part in the topic."""

    YES = "yes", _("Ja")
    NO = "no", _("Nein")
    ABSTAIN = "abstain", _("Enthaltung")
    OBJECTION = "objection", _("Widerspruch")
    RECUSED = "recused", _("befangen")


NEEDS_REASON = (Choice.OBJECTION, Choice.RECUSED)


class Ballot(models.Model):
    """The ballot of an elector on a topic as it stands: one by constraint, and so no vote beside a recusal.

    `number` counts the changes; each of them is a `BallotChange`, and the last one is this row.
    """

    topic = models.ForeignKey("review.VotingTopic", models.PROTECT, related_name="ballots", verbose_name=_("Thema"))
    elector = models.ForeignKey(
        "review.Elector", models.PROTECT, related_name="ballots", verbose_name=_("stimmberechtigte Person")
    )
    choice = models.CharField(_("Stimme"), max_length=9, choices=Choice)
    reason = models.TextField(_("Grund"), blank=True)
    statement = models.TextField(_("Erklärung zur Abstimmung"), blank=True)
    number = models.PositiveSmallIntegerField(_("Fassung"), default=1)
    cast_at = models.DateTimeField(_("abgegeben am"))

    class Meta:
        """One per elector and topic; objection and recusal have a reason."""

        verbose_name = _("Stimme")
        verbose_name_plural = _("Stimmen")
        ordering: ClassVar[list[str]] = ["topic", "elector"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["topic", "elector"], name="one_ballot_per_elector_and_topic"),
            models.CheckConstraint(
                condition=models.Q(choice__in=["yes", "no", "abstain", "objection", "recused"]),
                name="ballot_choice_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(choice__in=["objection", "recused"]) | ~models.Q(reason=""),
                name="ballot_has_reason",
            ),
        ]

    def __str__(self) -> str:
        """Return nothing of the vote: this text stands in logs."""
        return str(_("Stimme %(number)s") % {"number": self.pk})


class BallotChange(models.Model):
    """What was cast, changed or declared, in the order in which it was received; triggers refuse UPDATE and DELETE."""

    topic = models.ForeignKey(
        "review.VotingTopic", models.PROTECT, related_name="ballot_changes", verbose_name=_("Thema")
    )
    elector = models.ForeignKey(
        "review.Elector", models.PROTECT, related_name="ballot_changes", verbose_name=_("stimmberechtigte Person")
    )
    number = models.PositiveSmallIntegerField(_("Fassung"))
    choice = models.CharField(_("Stimme"), max_length=9, choices=Choice)
    reason = models.TextField(_("Grund"), blank=True)
    statement = models.TextField(_("Erklärung zur Abstimmung"), blank=True)
    received_at = models.DateTimeField(_("eingegangen am"))

    class Meta:
        """Numbered within elector and topic."""

        verbose_name = _("Änderung einer Stimme")
        verbose_name_plural = _("Änderungen von Stimmen")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["topic", "elector", "number"], name="ballot_change_number_once"),
        ]

    def __str__(self) -> str:
        """Return nothing of the vote: this text stands in logs."""
        return str(_("Änderung %(number)s einer Stimme") % {"number": self.number})
