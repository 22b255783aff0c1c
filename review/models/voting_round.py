"""A vote of the steering committee and the topics that it votes on."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class VotingRound(models.Model):
    """A round of voting of one call: draft -> open -> closed -> certified; `review.domain` alone writes the state.

    `closes_at` is the first instant at which no ballot is taken any more. Fractions are kept as they are read aloud:
    a qualified majority of two thirds is 2 of 3. From the opening on only state, person and time of each step change.
    """

    class State(models.TextChoices):
        """How far the round is."""

        DRAFT = "draft", _("in Vorbereitung")
        OPEN = "open", _("offen")
        CLOSED = "closed", _("geschlossen")
        CERTIFIED = "certified", _("festgestellt")

    class Rule(models.TextChoices):
        """When a topic is accepted."""

        CONSENSUS = "consensus", _("Konsens: niemand widerspricht")
        SIMPLE = "simple", _("einfache Mehrheit: mehr Ja als die Hälfte der Grundmenge")
        QUALIFIED = "qualified", _("qualifizierte Mehrheit: mindestens der genannte Anteil der Grundmenge")
        CHAIR = "chair", _("Der Vorsitz entscheidet nach beratender Abstimmung")

    class Base(models.TextChoices):
        """What a majority is counted of."""

        CAST = "cast", _("abgegebene Stimmen (Ja und Nein, ohne Enthaltungen)")
        PRESENT = "present", _("anwesende Stimmberechtigte")

    class Quorum(models.TextChoices):
        """How many of the roll, less the recused, must take part."""

        MORE_THAN_HALF = "more_than_half", _("mehr als die Hälfte")
        AT_LEAST_HALF = "at_least_half", _("mindestens die Hälfte")
        TWO_THIRDS = "two_thirds", _("mindestens zwei Drittel")
        NONE = "none", _("keine Mindestzahl")

    class Setting(models.TextChoices):
        """How the committee comes together."""

        MEETING = "meeting", _("Sitzung")
        CIRCULAR = "circular", _("Umlaufbeschluss (ohne Sitzung)")

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="voting_rounds", verbose_name=_("Themenaufruf")
    )
    number = models.PositiveSmallIntegerField(_("Nummer"), default=1)
    shortlist = models.ForeignKey(
        "review.Shortlist", models.PROTECT, related_name="voting_rounds", verbose_name=_("Auswahlliste")
    )
    state = models.CharField(_("Stand"), max_length=9, choices=State, default=State.DRAFT)
    setting = models.CharField(_("Form der Abstimmung"), max_length=8, choices=Setting, default=Setting.MEETING)
    rule = models.CharField(_("Regel"), max_length=9, choices=Rule, default=Rule.CONSENSUS)
    base = models.CharField(_("Grundmenge der Mehrheit"), max_length=7, choices=Base, default=Base.CAST)
    share_numerator = models.PositiveSmallIntegerField(
        _("qualifizierte Mehrheit: Zähler"), default=2, validators=[MinValueValidator(1)]
    )
    share_denominator = models.PositiveSmallIntegerField(
        _("qualifizierte Mehrheit: Nenner"), default=3, validators=[MinValueValidator(1)]
    )
    quorum = models.CharField(_("Beschlussfähigkeit"), max_length=14, choices=Quorum, default=Quorum.MORE_THAN_HALF)
    places = models.PositiveSmallIntegerField(
        _("Zahl der Themen, die ausgewählt werden"), validators=[MinValueValidator(1)]
    )
    opens_at = models.DateTimeField(_("öffnet am"))
    closes_at = models.DateTimeField(_("schließt am"))
    note = models.TextField(_("Hinweis an die Mitglieder"), blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("vorbereitet von")
    )
    created_at = models.DateTimeField(_("vorbereitet am"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("eröffnet von")
    )
    opened_at = models.DateTimeField(_("eröffnet am"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("geschlossen von")
    )
    closed_at = models.DateTimeField(_("geschlossen am"), null=True)
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("festgestellt von")
    )
    certified_at = models.DateTimeField(_("festgestellt am"), null=True)

    class Meta:
        """Numbered within a call, one at a time in work; each step has a person and a time; two people certify."""

        verbose_name = _("Abstimmung")
        verbose_name_plural = _("Abstimmungen")
        ordering: ClassVar[list[str]] = ["call", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "number"], name="voting_round_number_once"),
            models.UniqueConstraint(
                fields=["call"], condition=~models.Q(state="certified"), name="one_voting_round_in_work"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="voting_round_opens_before_close"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    share_numerator__gte=1,
                    share_denominator__gte=models.F("share_numerator"),
                    share_denominator__lt=models.F("share_numerator") * 2,
                ),
                name="voting_round_share_over_half",
            ),
            models.CheckConstraint(condition=models.Q(places__gte=1), name="voting_round_has_places"),
            models.CheckConstraint(
                condition=models.Q(state="draft", opened_at=None, closed_at=None, certified_at=None)
                | models.Q(state="open", opened_at__isnull=False, closed_at=None, certified_at=None)
                | models.Q(state="closed", opened_at__isnull=False, closed_at__isnull=False, certified_at=None)
                | models.Q(
                    state="certified",
                    opened_at__isnull=False,
                    closed_at__isnull=False,
                    certified_at__isnull=False,
                ),
                name="voting_round_times_fit_state",
            ),
            models.CheckConstraint(
                condition=models.Q(opened_at=None, opened_by=None)
                | models.Q(opened_at__isnull=False, opened_by__isnull=False),
                name="voting_round_opened_by_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="voting_round_closed_by_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(certified_at=None, certified_by=None)
                | (models.Q(certified_by__isnull=False) & ~models.Q(certified_by=models.F("closed_by"))),
                name="voting_round_certified_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(rule__in=["consensus", "simple", "qualified", "chair"])
                & models.Q(base__in=["cast", "present"])
                & models.Q(quorum__in=["more_than_half", "at_least_half", "two_thirds", "none"])
                & models.Q(setting__in=["meeting", "circular"]),
                name="voting_round_rules_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the number within the call."""
        return str(_("Abstimmung %(number)s") % {"number": self.number})

    @property
    def ended_at(self) -> datetime:
        """Return the first instant at which no ballot was taken: the announced one, or the close where that came before."""
        return min(self.closed_at or self.closes_at, self.closes_at)


class VotingTopic(models.Model):
    """A proposal that a round votes on, in the order of the shortlist."""

    round = models.ForeignKey(VotingRound, models.CASCADE, related_name="topics", verbose_name=_("Abstimmung"))
    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="voting_topics", verbose_name=_("Themenvorschlag")
    )
    position = models.PositiveSmallIntegerField(_("Stelle"))

    class Meta:
        """A proposal stands in a round once, and a place is taken once."""

        verbose_name = _("Thema der Abstimmung")
        verbose_name_plural = _("Themen der Abstimmung")
        ordering: ClassVar[list[str]] = ["round", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "proposal"], name="voted_on_once"),
            models.UniqueConstraint(fields=["round", "position"], name="voting_place_once"),
        ]

    def __str__(self) -> str:
        """Return the proposal."""
        return str(self.proposal)
