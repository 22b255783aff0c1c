"""What a round resulted in, and the acts that resolve what the votes leave open."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """The result of a round, counted once at the close; triggers refuse UPDATE and DELETE (invariant 6).

    `content` is canonical JSON *text* (roll, rule, ballots that counted, figures per topic), `sha256` its hash.
    """

    round = models.OneToOneField(
        "review.VotingRound", models.PROTECT, related_name="tally", verbose_name=_("Abstimmung")
    )
    content = models.TextField(_("Inhalt"))
    sha256 = models.CharField(_("SHA-256 des Inhalts"), max_length=64)
    counted_at = models.DateTimeField(_("ausgezählt am"))

    class Meta:
        """One per round."""

        verbose_name = _("Auszählung")
        verbose_name_plural = _("Auszählungen")

    def __str__(self) -> str:
        """Return the round."""
        return str(self.round)


class TopicTally(models.Model):
    """The figures of one topic; triggers refuse UPDATE and DELETE.

    `entitled` counts the seats after recusals, `present` those of them that took part; `is_accepted` is what the rule
    says (None where the chair has to decide).
    """

    tally = models.ForeignKey(Tally, models.PROTECT, related_name="topics", verbose_name=_("Auszählung"))
    topic = models.OneToOneField("review.VotingTopic", models.PROTECT, related_name="tally", verbose_name=_("Thema"))
    yes = models.PositiveSmallIntegerField(_("Ja"))
    no = models.PositiveSmallIntegerField(_("Nein"))
    abstain = models.PositiveSmallIntegerField(_("Enthaltungen"))
    objections = models.PositiveSmallIntegerField(_("Widersprüche"))
    recused = models.PositiveSmallIntegerField(_("befangen"))
    entitled = models.PositiveSmallIntegerField(_("Stimmberechtigte nach Befangenheit"))
    present = models.PositiveSmallIntegerField(_("Teilnehmende"))
    is_quorate = models.BooleanField(_("beschlussfähig"))
    is_accepted = models.BooleanField(_("angenommen"), null=True)

    class Meta:
        """In the order of the round; without a quorum nothing is accepted."""

        verbose_name = _("Auszählung eines Themas")
        verbose_name_plural = _("Auszählungen von Themen")
        ordering: ClassVar[list[str]] = ["tally", "topic__position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(is_quorate=True) | models.Q(is_accepted=False), name="tally_accepts_with_quorum"
            ),
            models.CheckConstraint(
                condition=models.Q(present__lte=models.F("entitled")), name="tally_present_are_entitled"
            ),
        ]

    def __str__(self) -> str:
        """Return the topic."""
        return str(self.topic)


class Settlement(models.Model):
    """The act that resolves a tie at the last place, or the chair's ruling; triggers refuse UPDATE and DELETE.

    `content` is canonical JSON *text*: the topics it was about and the order, or the choice, that came out. The seed of
    a lot is published, so that anyone can repeat it.
    """

    class Kind(models.TextChoices):
        """Who or what resolved it."""

        CASTING = "casting", _("Stichentscheid des Vorsitzes")
        LOT = "lot", _("Los")
        RULING = "ruling", _("Entscheidung des Vorsitzes nach beratender Abstimmung")

    round = models.OneToOneField(
        "review.VotingRound", models.PROTECT, related_name="settlement", verbose_name=_("Abstimmung")
    )
    kind = models.CharField(_("Art"), max_length=7, choices=Kind)
    content = models.TextField(_("Inhalt"))
    seed = models.CharField(_("Startwert des Loses"), max_length=64, blank=True)
    reason = models.TextField(_("Grund"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entschieden von")
    )
    decided_at = models.DateTimeField(_("entschieden am"))

    class Meta:
        """One per round; a lot has a seed, every other act a reason."""

        verbose_name = _("Auflösung")
        verbose_name_plural = _("Auflösungen")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(models.Q(kind="lot") & ~models.Q(seed=""))
                | (models.Q(kind__in=["casting", "ruling"], seed="") & ~models.Q(reason="")),
                name="settlement_can_be_followed",
            ),
        ]

    def __str__(self) -> str:
        """Return the kind of act."""
        return str(self.get_kind_display())
