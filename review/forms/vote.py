"""What is typed for a vote: its settings and topics, an order of tied topics, the chair's ruling."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.prepare_round import MOST_PLACES, RoundSettings
from review.forms.acts import reason_field
from review.forms.call import LOCAL_TIME
from review.models import VotingRound, VotingTopic
from submissions.models import Proposal

CHOSEN, RESERVE, NOT = "chosen", "reserve", "not"
FATES = ((CHOSEN, _("ausgewählt")), (RESERVE, _("Nachrückliste")), (NOT, _("nicht ausgewählt")))


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """The settings of a round, and which topics of the shortlist it votes on."""

    topics = forms.MultipleChoiceField(
        label=_("Themen der Auswahlliste"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Themen, die Sie nicht ankreuzen, stehen nicht zur Abstimmung."),
    )

    class Meta:
        """In the order in which one decides."""

        model = VotingRound
        fields = (
            "setting",
            "rule",
            "base",
            "share_numerator",
            "share_denominator",
            "quorum",
            "places",
            "opens_at",
            "closes_at",
            "note",
        )
        help_texts = {
            "base": _("Gilt nur für Mehrheiten."),
            "quorum": _("Gezählt je Thema an den Stimmberechtigten ohne die befangenen."),
            "share_numerator": _("Gilt nur für die qualifizierte Mehrheit: 2 von 3 sind zwei Drittel."),
            "opens_at": _("Zeit in Deutschland. Vorher lässt sich die Abstimmung nicht eröffnen."),
            "closes_at": _("Zeit in Deutschland. Von da an wird keine Stimme mehr angenommen."),
        }
        widgets = {
            "setting": forms.RadioSelect,
            "rule": forms.RadioSelect,
            "base": forms.RadioSelect,
            "quorum": forms.RadioSelect,
            "note": forms.Textarea({"rows": 3}),
            "opens_at": forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL_TIME),
            "closes_at": forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL_TIME),
        }

    def __init__(self, listed: Sequence[Proposal], *args: Any, **kwargs: Any) -> None:
        """Offer the topics that the person sees; those that are closed to them stay in."""
        super().__init__(*args, **kwargs)
        self.listed = listed
        choices = [(str(proposal.pk), f"{proposal.reference} {_title(proposal)}") for proposal in listed]
        self.fields["topics"].choices = choices  # type: ignore[attr-defined]
        self.fields["places"].max_value = MOST_PLACES  # type: ignore[attr-defined]
        self.fields["note"].required = False

    def _post_clean(self) -> None:
        """Leave the rules to `prepare_round`, which says them in sentences."""

    def settings(self) -> RoundSettings:
        """Return the settings as typed."""
        return RoundSettings(**{field.name: self.cleaned_data[field.name] for field in fields(RoundSettings)})

    def left_out(self) -> list[int]:
        """Return the proposals that are not ticked."""
        ticked = set(self.cleaned_data["topics"])
        return [proposal.pk for proposal in self.listed if str(proposal.pk) not in ticked]


class CastingForm(forms.Form):
    """The order of tied topics, by a number for each, and why."""

    reason = reason_field(_("Grund"))

    def __init__(self, topics: Sequence[VotingTopic], *args: Any, **kwargs: Any) -> None:
        """Ask for the place of each topic."""
        super().__init__(*args, **kwargs)
        self.topics = topics
        for topic in topics:
            self.fields[f"place-{topic.pk}"] = forms.IntegerField(
                label=_("Stelle von %(topic)s") % {"topic": _named(topic)},
                min_value=1,
                max_value=len(topics),
                widget=forms.NumberInput({"class": "place"}),
            )
        self.order_fields([*(f"place-{topic.pk}" for topic in topics), "reason"])

    def ranked(self) -> list[VotingTopic]:
        """Return the topics in the order typed; a number twice leaves one out, which the domain refuses."""
        places = {self.cleaned_data[f"place-{topic.pk}"]: topic for topic in self.topics}
        return [places[place] for place in sorted(places)]


class RulingForm(forms.Form):
    """What the chair decides about each topic, the order of the reserve list, and why."""

    reason = reason_field(_("Grund"))

    def __init__(self, topics: Sequence[VotingTopic], *args: Any, **kwargs: Any) -> None:
        """Ask about each topic."""
        super().__init__(*args, **kwargs)
        self.topics = topics
        for topic in topics:
            self.fields[f"fate-{topic.pk}"] = forms.ChoiceField(
                label=_named(topic), choices=FATES, widget=forms.RadioSelect, initial=NOT
            )
            self.fields[f"rank-{topic.pk}"] = forms.IntegerField(
                label=_("Rang auf der Nachrückliste: %(topic)s") % {"topic": topic.proposal.reference},
                min_value=1,
                required=False,
                widget=forms.NumberInput({"class": "place"}),
            )
        names = [f"{part}-{topic.pk}" for topic in topics for part in ("fate", "rank")]
        self.order_fields([*names, "reason"])

    def chosen(self) -> list[VotingTopic]:
        """Return the topics chosen, in the order of the round."""
        return [topic for topic in self.topics if self.cleaned_data[f"fate-{topic.pk}"] == CHOSEN]

    def reserve(self) -> list[VotingTopic]:
        """Return the reserve list by the ranks typed; without a rank at its end, in the order of the round."""
        listed = [topic for topic in self.topics if self.cleaned_data[f"fate-{topic.pk}"] == RESERVE]
        return sorted(listed, key=lambda topic: self.cleaned_data[f"rank-{topic.pk}"] or len(self.topics) + 1)


def _title(proposal: Proposal) -> str:
    """Return the title as the person may see it."""
    return str(getattr(proposal, "shown_title", proposal.title))


def _named(topic: VotingTopic) -> str:
    return f"{topic.proposal.reference} {topic.proposal.title}"
