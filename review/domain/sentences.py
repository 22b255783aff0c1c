"""The result of a topic in a sentence that a person can follow."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from review.models import TopicTally, VotingRound

Rule = VotingRound.Rule


def sentence(topic_tally: TopicTally) -> str:
    """Explain a tally: votes, recusals, quorum, and what the rule makes of them."""
    return "; ".join([_votes(topic_tally), *_recused(topic_tally), _quorum(topic_tally), _verdict(topic_tally)]) + "."


def _votes(told: TopicTally) -> str:
    parts = [_("%(count)s Ja") % {"count": told.yes}, _("%(count)s Nein") % {"count": told.no}]
    if told.objections:
        parts.append(
            ngettext("%(count)s Widerspruch", "%(count)s Widersprüche", told.objections) % {"count": told.objections}
        )
    parts.append(ngettext("%(count)s Enthaltung", "%(count)s Enthaltungen", told.abstain) % {"count": told.abstain})
    return ", ".join(parts)


def _recused(told: TopicTally) -> list[str]:
    return [_("%(count)s befangen") % {"count": told.recused}] if told.recused else []


def _quorum(told: TopicTally) -> str:
    numbers = {"present": told.present, "entitled": told.entitled}
    if told.is_quorate:
        return _("beschlussfähig mit %(present)s von %(entitled)s") % numbers
    return _("nicht beschlussfähig mit %(present)s von %(entitled)s") % numbers


def _verdict(told: TopicTally) -> str:
    """Say what the rule makes of the figures, as it is read aloud."""
    if not told.is_quorate:
        return _("nicht angenommen")
    round_ = told.topic.round
    if round_.rule == Rule.CHAIR:
        return _("beratende Abstimmung, der Vorsitz entscheidet")
    if round_.rule == Rule.CONSENSUS:
        if told.is_accepted:
            return _("Konsens, niemand widerspricht")
        return _("kein Konsens") if told.objections else _("kein Konsens, niemand hat zugestimmt")
    return _majority(round_, is_reached=bool(told.is_accepted))


def _majority(round_: VotingRound, *, is_reached: bool) -> str:
    is_cast = round_.base == VotingRound.Base.CAST
    if round_.rule == Rule.SIMPLE:
        if is_cast:
            return (
                _("einfache Mehrheit der abgegebenen Stimmen erreicht")
                if is_reached
                else _("einfache Mehrheit der abgegebenen Stimmen nicht erreicht")
            )
        return (
            _("einfache Mehrheit der Anwesenden erreicht")
            if is_reached
            else _("einfache Mehrheit der Anwesenden nicht erreicht")
        )
    share = {"numerator": round_.share_numerator, "denominator": round_.share_denominator}
    if is_cast:
        text = (
            _("Mehrheit von %(numerator)s/%(denominator)s der abgegebenen Stimmen erreicht")
            if is_reached
            else _("Mehrheit von %(numerator)s/%(denominator)s der abgegebenen Stimmen nicht erreicht")
        )
    else:
        text = (
            _("Mehrheit von %(numerator)s/%(denominator)s der Anwesenden erreicht")
            if is_reached
            else _("Mehrheit von %(numerator)s/%(denominator)s der Anwesenden nicht erreicht")
        )
    return text % share


def rule_in_words(round_: VotingRound) -> str:
    """Say when a topic is accepted in this round."""
    if round_.rule == Rule.CONSENSUS:
        return _("Konsens: Ein Thema ist angenommen, wenn niemand widerspricht und mindestens eine Person zustimmt.")
    if round_.rule == Rule.CHAIR:
        return _("Die Abstimmung ist beratend. Danach entscheidet der Vorsitz mit Begründung.")
    base = (
        _("der abgegebenen Stimmen (Ja und Nein, ohne Enthaltungen)")
        if round_.base == VotingRound.Base.CAST
        else _("der Stimmberechtigten, die teilnehmen (Enthaltungen wirken wie Nein)")
    )
    if round_.rule == Rule.SIMPLE:
        return _("Einfache Mehrheit: Ein Thema ist angenommen mit mehr als der Hälfte %(base)s.") % {"base": base}
    return _(
        "Qualifizierte Mehrheit: Ein Thema ist angenommen mit mindestens %(numerator)s/%(denominator)s %(base)s."
    ) % {
        "numerator": round_.share_numerator,
        "denominator": round_.share_denominator,
        "base": base,
    }
