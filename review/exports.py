"""Rankings and shortlists as tables; what is in them is what the person sees on the pages."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from review.domain.exports import Cell
from review.domain.ranking import Ranking
from review.domain.shortlist_view import View
from submissions.models.municipality import Land

LAENDER = dict(Land.choices)
DECIMALS = 2


def ranking_table(ranking: Ranking) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each proposal in the order of the ranks; ties have the same rank."""
    labels = [criterion.label for criterion in ranking.criteria]
    yield [
        _("Rang"),
        _("Vorgangsnummer"),
        _("Thema"),
        _("Organisation"),
        _("Land"),
        _("Mittelwert"),
        _("Median"),
        _("Bewertungen"),
        _("niedrigster Bogen"),
        _("höchster Bogen"),
        _("Uneinigkeit"),
        _("bester Rang"),
        _("schlechtester Rang"),
        _("Festigkeit"),
        _("nicht erfüllte Muss-Anforderungen"),
        *(_("Mittel: %(label)s") % {"label": label} for label in labels),
        *(_("Spannweite: %(label)s") % {"label": label} for label in labels),
    ]
    for row in ranking.rows():
        yield [
            row.rank,
            row.reference,
            row.title,
            row.organisation,
            str(LAENDER.get(row.land, "")),
            _rounded(row.mean),
            _rounded(row.median),
            row.reviews,
            _rounded(row.lowest),
            _rounded(row.highest),
            _rounded(row.disagreement),
            row.best_rank,
            row.worst_rank,
            row.firmness_text,
            ", ".join(figures.criterion.label for figures in row.musts_not_met),
            *(_rounded(figures.mean) for figures in row.criteria),
            *(_rounded(figures.spread) for figures in row.criteria),
        ]


def shortlist_table(shown: View) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each place of a shortlist."""
    yield [
        _("Stelle"),
        _("Vorgangsnummer"),
        _("Thema"),
        _("Organisation"),
        _("Land"),
        _("Rang"),
        _("Mittelwert"),
        _("Median"),
        _("Bewertungen"),
        _("weicht ab von"),
        _("Grund der Abweichung"),
    ]
    for place in shown.places:
        proposal = place.proposal
        yield [
            place.position,
            proposal.reference,
            proposal.shown_title,
            proposal.shown_organisation,
            str(LAENDER.get(proposal.shown_land, "")),
            place.rank,
            _rounded(place.mean),
            _rounded(place.median),
            place.reviews,
            ", ".join(place.instead_of),
            place.reason,
        ]


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DECIMALS)
