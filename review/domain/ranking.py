"""The ranking of a call: rows with all figures, for one person and what this person may see.

The figures come from `review.domain.statistics`; what each means stands in `review.domain.definitions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from connective.accounts.models import User
from review.domain import agreement, sheets, visible
from review.domain.firmness import Firmness, ScenarioKind, firmness
from review.domain.review_settings import settings_of
from review.domain.statistics import Reviews, above, below
from review.models import Criterion, FormalCheck, ReviewSettings
from submissions.models import Call, Proposal

FACTS = ("pk", "reference", "version_in_force", "shown_title", "shown_organisation", "shown_land", "formal_result")
"""What is read of each proposal: never a name that blind mode hides."""

NAMED_DEPENDENCES = 2
"""So many things that a rank depends on are named in its chip; the others are counted."""


@dataclass(frozen=True)
class RankedCriterion:
    """One column of the ranking."""

    key: str
    label: str
    weight: float
    must_at_least: int | None
    """The mean that a must asks for; None if it is no must."""


@dataclass(frozen=True)
class CriterionFigures:
    """What reviewers gave for one criterion of a proposal: 0 to 4, None where nobody gave a value."""

    criterion: RankedCriterion
    mean: float | None
    lowest: float | None
    highest: float | None
    not_met: bool
    """A must whose mean is below what it asks for."""

    @property
    def spread(self) -> float | None:
        """The distance between the highest and the lowest value."""
        return None if self.highest is None or self.lowest is None else self.highest - self.lowest


@dataclass(frozen=True)
class Dependence:
    """One person or weight that a rank depends on, and the rank that it would have without or with another."""

    kind: ScenarioKind
    name: str
    rank: int

    def __str__(self) -> str:
        """Say it in words that go on after "hängt ab"."""
        if self.kind is ScenarioKind.WITHOUT_REVIEWER:
            return _("von der Bewertung durch %(person)s") % {"person": self.name}
        return _("vom Gewicht „%(criterion)s“") % {"criterion": self.name}


@dataclass(frozen=True)
class Row:
    """One proposal with its figures; scores are points of 100, absent ones None.

    `organisation` and `land` are empty where the person may not see them (blind mode).
    """

    proposal_id: int
    reference: str
    title: str
    organisation: str
    land: str
    version_id: int
    formal_result: str
    rank: int | None
    tied: bool
    """Whether another proposal has the same rank."""
    mean: float | None
    median: float | None
    reviews: int
    lowest: float | None
    highest: float | None
    disagreement: float | None
    disagrees: bool
    """The disagreement is above the call's threshold."""
    criteria: tuple[CriterionFigures, ...]
    best_rank: int | None
    worst_rank: int | None
    firm: bool
    depends_on: tuple[Dependence, ...]

    @property
    def musts_not_met(self) -> list[CriterionFigures]:
        """The musts whose mean is below what they ask for."""
        return [figures for figures in self.criteria if figures.not_met]

    @property
    def firmness_text(self) -> str:
        """The chip beside the rank; empty without a rank."""
        if self.rank is None:
            return ""
        if self.firm:
            return _("fest")
        if self.reviews == 1:
            return _("nur eine Bewertung")
        named = list(dict.fromkeys(map(str, self.depends_on)))
        parts = named[:NAMED_DEPENDENCES]
        if others := len(named) - len(parts):
            parts.append(_("%(count)s weiteren") % {"count": others})
        return _("hängt ab %(parts)s") % {"parts": _(" und ").join(parts)}


@dataclass(frozen=True, eq=False)
class Ranking:
    """All ranked proposals of a call that a person may see; rows are built when a page asks for them."""

    call: Call
    settings: ReviewSettings
    criteria: tuple[RankedCriterion, ...]
    reviews: Reviews
    firmness: Firmness
    proposals: Sequence[Mapping[str, Any]]
    """What is shown of each proposal, in the order of the arrays."""
    excluded: Sequence[Mapping[str, Any]]
    """Proposals that the formal check did not admit: they have no rank and change none."""
    closed_count: int
    """Proposals that the person sees in lists and whose scores are not yet open to this person."""
    reviewer_names: Sequence[str]
    criteria_set_id: int | None

    def __len__(self) -> int:
        """Return how many proposals are in the ranking, those without any review included."""
        return len(self.proposals)

    @cached_property
    def order(self) -> list[int]:
        """The positions by rank, those without rank last; within a tie by reference, which means nothing."""
        last = len(self.proposals) + 1
        ranks = [rank or last for rank in self.reviews.ranks.tolist()]
        return sorted(range(len(ranks)), key=lambda position: (ranks[position], self.proposals[position]["reference"]))

    @cached_property
    def alpha(self) -> float | None:
        """Krippendorff's alpha over all criteria, None where it is not defined."""
        return agreement.overall(self.reviews)

    @cached_property
    def alpha_by_criterion(self) -> list[tuple[RankedCriterion, float | None]]:
        """Krippendorff's alpha of each criterion alone."""
        return list(zip(self.criteria, agreement.by_criterion(self.reviews), strict=True))

    def rows(self, start: int = 0, stop: int | None = None) -> list[Row]:
        """Return the rows from place `start` up to and without `stop`, in the order of the ranks; no query."""
        return [self._row(position) for position in self.order[start:stop]]

    def rows_of(self, proposal_ids: Sequence[int]) -> dict[int, Row]:
        """Return the rows of those of these proposals that are in the ranking, by primary key."""
        wanted = set(proposal_ids)
        return {
            facts["pk"]: self._row(position) for position, facts in enumerate(self.proposals) if facts["pk"] in wanted
        }

    @cached_property
    def ranks(self) -> dict[int, int | None]:
        """The rank of each proposal by primary key; None without any review."""
        pairs = zip(self.proposals, self.reviews.ranks.tolist(), strict=True)
        return {facts["pk"]: rank or None for facts, rank in pairs}

    @cached_property
    def _sharing(self) -> "np.ndarray[Any, np.dtype[np.intp]]":
        """How many proposals have each rank."""
        return np.bincount(self.reviews.ranks, minlength=len(self.proposals) + 1)

    @cached_property
    def _not_met(self) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        limits = [np.nan if criterion.must_at_least is None else criterion.must_at_least for criterion in self.criteria]
        return below(self.reviews.criterion_means, np.array(limits, dtype=float))

    @cached_property
    def _disagrees(self) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        return above(self.reviews.disagreements, self.settings.disagreement_threshold)

    def _row(self, position: int) -> Row:
        facts, reviews = self.proposals[position], self.reviews
        rank = int(reviews.ranks[position]) or None
        return Row(
            proposal_id=facts["pk"],
            reference=facts["reference"],
            title=facts["shown_title"],
            organisation=facts["shown_organisation"],
            land=facts["shown_land"],
            version_id=facts["version_in_force"],
            formal_result=facts["formal_result"] or "",
            rank=rank,
            tied=rank is not None and self._sharing[rank] > 1,
            mean=_number(reviews.means[position]),
            median=_number(reviews.medians[position]),
            reviews=int(reviews.counts[position]),
            lowest=_number(reviews.ranges[0][position]),
            highest=_number(reviews.ranges[1][position]),
            disagreement=_number(reviews.disagreements[position]),
            disagrees=bool(self._disagrees[position]),
            criteria=self._criteria(position),
            best_rank=int(self.firmness.best[position]) or None,
            worst_rank=int(self.firmness.worst[position]) or None,
            firm=self.firmness.is_firm(position),
            depends_on=self._dependences(position),
        )

    def _criteria(self, position: int) -> tuple[CriterionFigures, ...]:
        low, high = self.reviews.criterion_ranges
        return tuple(
            CriterionFigures(
                criterion,
                _number(self.reviews.criterion_means[position, column]),
                _number(low[position, column]),
                _number(high[position, column]),
                bool(self._not_met[position, column]),
            )
            for column, criterion in enumerate(self.criteria)
        )

    def _dependences(self, position: int) -> tuple[Dependence, ...]:
        found = []
        for shift in self.firmness.shifts(position):
            kind, index = shift.scenario.kind, shift.scenario.index
            by_reviewer = kind is ScenarioKind.WITHOUT_REVIEWER
            name = self.reviewer_names[index] if by_reviewer else self.criteria[index].label
            found.append(Dependence(kind, name, shift.rank))
        return tuple(found)


def for_person(user: User, call: Call) -> Ranking:
    """Return the ranking of those proposals whose scores the person may see; ranks count these alone.

    A rank among all would tell of a proposal that is closed to this person by its gap. Six queries.
    """
    seen = list(_facts(visible.proposals_for(user, call)).values(*FACTS, "may_see_scores"))
    opened = [facts for facts in seen if facts["may_see_scores"]]
    return _ranking(call, opened, closed=len(seen) - len(opened))


def of_all(call: Call) -> Ranking:
    """Return the ranking of all proposals of a call, for what is fixed once for everybody; shown to nobody as it is."""
    proposals = Proposal.objects.filter(call=call, version_in_force__isnull=False).order_by("reference")
    shown = _facts(proposals).annotate(
        shown_title=F("title"), shown_organisation=F("organisation_name"), shown_land=F("land")
    )
    return _ranking(call, list(shown.values(*FACTS)), closed=0)


def _facts(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    checks = FormalCheck.objects.filter(proposal=OuterRef("pk"), is_current=True)
    return proposals.annotate(formal_result=Subquery(checks.values("result")[:1]))


def _ranking(call: Call, seen: list[dict[str, Any]], *, closed: int) -> Ranking:
    """Return the ranking of exactly these proposals.

    Of the sheets that count, only those of these proposals are taken: so whose scores are open was asked once, for each
    proposal, and not again for each of a hundred thousand scores.
    """
    excluded = [facts for facts in seen if facts["formal_result"] == FormalCheck.Result.NOT_ELIGIBLE]
    ranked = [facts for facts in seen if facts["formal_result"] != FormalCheck.Result.NOT_ELIGIBLE]
    read = sheets.read(call, [facts["version_in_force"] for facts in ranked], visible.counted_sheets(call))
    settings = settings_of(call)
    return Ranking(
        call=call,
        settings=settings,
        criteria=tuple(_column(criterion, read.current_set) for criterion in read.columns),
        reviews=read.reviews,
        firmness=firmness(read.reviews, settings.weight_variation),
        proposals=ranked,
        excluded=excluded,
        closed_count=closed,
        reviewer_names=_names(read.reviewer_ids),
        criteria_set_id=read.current_set,
    )


def _column(criterion: Criterion, current_set: int | None) -> RankedCriterion:
    """Return the column of a criterion; one that only earlier sets have asks for nothing any more."""
    is_must = criterion.is_must and criterion.criteria_set_id == current_set
    must = criterion.must_at_least if is_must else None
    return RankedCriterion(criterion.key, criterion.shown_label, float(criterion.weight), must)


def _names(reviewer_ids: Sequence[int]) -> list[str]:
    people = {person.pk: str(person) for person in User.objects.filter(pk__in=reviewer_ids)}
    return [people[reviewer] for reviewer in reviewer_ids]


def _number(figure: float) -> float | None:
    return None if np.isnan(figure) else float(figure)
