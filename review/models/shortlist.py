"""The proposals that go to the steering committee."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Shortlist(models.Model):
    """A choice of proposals of one call; once fixed it stays, and reopening makes another (invariant 6)."""

    class State(models.TextChoices):
        """Whether it can still be changed."""

        DRAFT = "draft", _("in Arbeit")
        FIXED = "fixed", _("festgestellt")

    call = models.ForeignKey(
        "submissions.Call", models.PROTECT, related_name="shortlists", verbose_name=_("Themenaufruf")
    )
    number = models.PositiveSmallIntegerField(_("Nummer"), default=1)
    state = models.CharField(_("Stand"), max_length=5, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("angelegt von")
    )
    created_at = models.DateTimeField(_("angelegt am"))
    reason = models.TextField(_("Grund, warum neu aufgestellt"), blank=True)

    class Meta:
        """Numbered within a call, at most one of them in work; all but the first have a reason."""

        verbose_name = _("Auswahlliste")
        verbose_name_plural = _("Auswahllisten")
        ordering: ClassVar[list[str]] = ["call", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "number"], name="shortlist_number_once"),
            models.UniqueConstraint(fields=["call"], condition=models.Q(state="draft"), name="one_shortlist_in_work"),
            models.CheckConstraint(condition=models.Q(number=1) | ~models.Q(reason=""), name="shortlist_has_reason"),
            models.CheckConstraint(condition=models.Q(state__in=["draft", "fixed"]), name="shortlist_state_known"),
        ]

    def __str__(self) -> str:
        """Return the number within the call."""
        return str(_("Auswahlliste %(number)s") % {"number": self.number})


class ShortlistEntry(models.Model):
    """A proposal on a shortlist; `deviation_reason` says why where it deviates from the ranking.

    To change the order, take the entries away and make them anew in one transaction: SQLite cannot defer the check of
    the places to the end of a transaction.
    """

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="entries", verbose_name=_("Auswahlliste"))
    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="shortlist_entries", verbose_name=_("Themenvorschlag")
    )
    position = models.PositiveSmallIntegerField(_("Stelle"))
    deviation_reason = models.TextField(_("Grund der Abweichung von der Rangfolge"), blank=True)

    class Meta:
        """A proposal stands on a shortlist once, and a place is taken once."""

        verbose_name = _("Eintrag der Auswahlliste")
        verbose_name_plural = _("Einträge der Auswahlliste")
        ordering: ClassVar[list[str]] = ["shortlist", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["shortlist", "proposal"], name="shortlisted_once"),
            models.UniqueConstraint(fields=["shortlist", "position"], name="shortlist_place_once"),
        ]

    def __str__(self) -> str:
        """Return the proposal."""
        return str(self.proposal)


class ShortlistSnapshot(models.Model):
    """What was fixed: ranks, scores, criteria, reasons, ties; triggers refuse UPDATE and DELETE (invariant 6).

    `content` is canonical JSON *text* and `sha256` its hash.
    """

    shortlist = models.OneToOneField(Shortlist, models.PROTECT, related_name="snapshot", verbose_name=_("Auswahlliste"))
    content = models.TextField(_("Inhalt"))
    sha256 = models.CharField(_("SHA-256 des Inhalts"), max_length=64)
    fixed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("festgestellt von")
    )
    fixed_at = models.DateTimeField(_("festgestellt am"))

    class Meta:
        """One per shortlist."""

        verbose_name = _("Festgestellte Auswahlliste")
        verbose_name_plural = _("Festgestellte Auswahllisten")

    def __str__(self) -> str:
        """Return the shortlist."""
        return str(self.shortlist)
