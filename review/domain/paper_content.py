"""What the paper for the committee says about each topic, as one person may see it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connective.accounts.models import User
from review.domain import blind
from review.domain.evidence import Evidence, Fact, gather
from review.domain.ranking import RankedCriterion, Ranking, Row
from review.domain.shortlist_view import Place
from review.domain.visible import counted_sheets_for, proposals_for
from review.models import FormalCheck, ScoreSheet
from submissions.domain import form_sheet, structured_text
from submissions.domain.summary import summary
from submissions.models import Call, Proposal, SectionKey

GIST = 700
"""Characters of the description that the first page shows; more stands in the full proposal."""


@dataclass(frozen=True)
class Line:
    """A label and what stands beside it; `html` is escaped."""

    label: str
    html: SafeString | str


@dataclass(frozen=True)
class CriterionPart:
    """A criterion with its figures, and the values in the order of the sheets."""

    label: str
    weight: float
    mean: float | None
    spread: float | None
    values: tuple[str, ...]
    must_not_met: bool

    @property
    def per_cent(self) -> int:
        """The mean on the scale from 0 to 4, as a length for its bar."""
        return round((self.mean or 0) * 25)


@dataclass(frozen=True)
class EvidencePart:
    """What was derived for one criterion."""

    label: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class SheetPart:
    """What one reviewer found."""

    reviewer: str
    recommendation: str
    statement: SafeString


@dataclass(frozen=True)
class Part:
    """A section of the full proposal; `running_text` is laid out as text, the rest as a table."""

    title: str
    lines: tuple[Line, ...]
    running_text: bool


@dataclass(frozen=True)
class Topic:
    """One topic of the paper."""

    anchor: str
    place: Place
    title: str
    organisation: str
    overview: tuple[Line, ...]
    gist: SafeString
    criteria: tuple[CriterionPart, ...]
    evidence: tuple[EvidencePart, ...]
    sheets: tuple[SheetPart, ...]
    proposal: tuple[Part, ...]


def topics(user: User, call: Call, places: Sequence[Place], ranking: Ranking) -> Iterable[Topic]:
    """Yield the topics of those places whose texts are open to the person, one after the other.

    `ranking` is the person's own (`ranking.for_person`).
    """
    readable = [place for place in places if place.proposal.may_read]
    sheets = _sheets(user, call, readable)
    rows = ranking.rows_of([place.proposal.pk for place in readable])
    checks = dict(
        FormalCheck.objects.filter(is_current=True, proposal__in=[place.proposal.pk for place in readable]).values_list(
            "proposal", "result"
        )
    )
    results = {str(value): str(label) for value, label in FormalCheck.Result.choices}
    others = proposals_for(user)
    for place in readable:
        found = sheets.get(place.proposal.version_in_force_id, [])
        check = results.get(checks.get(place.proposal.pk, ""), _("noch nicht geprüft"))
        yield _topic(
            place,
            row=rows.get(place.proposal.pk),
            sheets=found,
            check=check,
            columns=ranking.criteria,
            evidence=gather(place.proposal, others),
        )


def anchor_of(proposal: Proposal) -> str:
    """Return the name of the place in the PDF at which a topic begins."""
    return f"thema-{proposal.pk}"


def text(value: object) -> str:
    """Return a text as it can be drawn; templates escape it."""
    return structured_text.breakable(structured_text.clean(str(value)).strip())


def paragraphs(value: str) -> SafeString:
    """Return a longer text as escaped HTML."""
    return structured_text.to_html(structured_text.clean(value))


def _topic(
    place: Place,
    *,
    row: Row | None,
    sheets: Sequence[ScoreSheet],
    check: str,
    columns: Sequence[RankedCriterion],
    evidence: Evidence,
) -> Topic:
    proposal = place.proposal
    content = blind.content_for(proposal)
    return Topic(
        anchor=anchor_of(proposal),
        place=place,
        title=text(content["topic"].get("title", "")),
        organisation=text(proposal.shown_organisation),
        overview=tuple(_overview(place, row, sheets, check)),
        gist=paragraphs(_gist(form_sheet.description_of(content)["background"])),
        criteria=tuple(_criteria(row, sheets)),
        evidence=tuple(_evidence(columns, evidence)),
        sheets=tuple(
            SheetPart(text(sheet.reviewer), text(sheet.get_recommendation_display()), paragraphs(sheet.statement))
            for sheet in sheets
        ),
        proposal=tuple(_parts(proposal, content, evidence)),
    )


def _sheets(user: User, call: Call, places: Sequence[Place]) -> dict[int | None, list[ScoreSheet]]:
    versions = [place.proposal.version_in_force_id for place in places]
    found: dict[int | None, list[ScoreSheet]] = {}
    counted = counted_sheets_for(user, call).filter(version__in=versions).prefetch_related("scores__criterion")
    for sheet in counted.order_by("reviewer__name", "pk"):
        found.setdefault(sheet.version_id, []).append(sheet)
    return found


def _overview(place: Place, row: Row | None, sheets: Sequence[ScoreSheet], check: str) -> Iterable[Line]:
    proposal = place.proposal
    yield Line(_("Vorgangsnummer"), text(proposal.reference))
    yield Line(_("Organisation"), text(proposal.shown_organisation) or _("nicht sichtbar"))
    yield Line(_("Formale Prüfung"), check)
    yield Line(_("Rang"), _rank(place, row))
    if place.mean is not None and place.median is not None:
        yield Line(
            _("Bewertung"),
            _("Mittelwert %(mean)s, Median %(median)s von 100 Punkten aus %(count)s")
            % {
                "mean": _comma(place.mean),
                "median": _comma(place.median),
                "count": ngettext("%(n)s Bewertung", "%(n)s Bewertungen", place.reviews) % {"n": place.reviews},
            },
        )
    if row is not None and row.disagrees and row.disagreement is not None:
        told = _("Die Bewertungen liegen bis zu %(points)s Punkte auseinander.") % {"points": _comma(row.disagreement)}
        yield Line(_("Uneinigkeit"), told)
    if sheets:
        counted = Counter(str(sheet.get_recommendation_display()) for sheet in sheets)
        yield Line(_("Empfehlungen"), ", ".join(f"{number} × {label}" for label, number in counted.most_common()))
    if row is not None and row.musts_not_met:
        labels = ", ".join(figures.criterion.label for figures in row.musts_not_met)
        yield Line(_("Nicht erfüllte Muss-Anforderungen"), text(labels))
    if place.deviation:
        yield Line(_("Abweichung von der Rangfolge"), _deviation(place))


def _rank(place: Place, row: Row | None) -> str:
    if place.rank is None:
        return _("ohne Rang")
    shown = _("%(rank)s (gleichauf)") if row is not None and row.tied else "%(rank)s"
    told = shown % {"rank": place.rank}
    if place.best_rank is None or place.best_rank == place.worst_rank:
        return told
    return told + _("; je nach Person und Gewicht %(best)s bis %(worst)s") % {
        "best": place.best_rank,
        "worst": place.worst_rank,
    }


def _deviation(place: Place) -> str:
    instead = _("gegenüber %(references)s") % {"references": ", ".join(place.instead_of)} if place.instead_of else ""
    return text(": ".join(filter(None, [instead, place.reason or _("noch nicht begründet")])))


def _criteria(row: Row | None, sheets: Sequence[ScoreSheet]) -> Iterable[CriterionPart]:
    given = [{score.criterion.key: score for score in sheet.scores.all()} for sheet in sheets]
    for figures in row.criteria if row else ():
        key = figures.criterion.key
        values = [scores[key].value if key in scores else None for scores in given]
        yield CriterionPart(
            label=text(figures.criterion.label),
            weight=figures.criterion.weight,
            mean=figures.mean,
            spread=figures.spread,
            values=tuple("–" if value is None else str(value) for value in values),
            must_not_met=figures.not_met,
        )


def _evidence(columns: Sequence[RankedCriterion], evidence: Evidence) -> Iterable[EvidencePart]:
    for criterion in columns:
        facts = tuple(Fact(text(fact.label), text(fact.value)) for fact in evidence.beside(criterion.key))
        if facts:
            yield EvidencePart(text(criterion.label), facts)


def _parts(proposal: Proposal, content: Mapping[str, Any], evidence: Evidence) -> Iterable[Part]:
    for group in summary(proposal, content, counted=evidence.developing):
        lines = [
            Line(text(row.label), paragraphs(row.value) if row.structured else text(row.value))
            for row in group.rows
            if row.value
        ]
        if lines:
            yield Part(text(group.title), tuple(lines), group.key == SectionKey.DESCRIPTION)


def _gist(background: str) -> str:
    """Return the beginning of the description, to the end of a sentence."""
    cleaned = structured_text.clean(background).strip()
    if len(cleaned) <= GIST:
        return cleaned
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s)", cleaned[:GIST])]
    return cleaned[: ends[-1]] if ends else cleaned[:GIST].rsplit(" ", 1)[0] + " …"


def _comma(figure: float) -> str:
    return f"{figure:.1f}".replace(".", ",")
