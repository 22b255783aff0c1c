"""The automatic assignment: so many reviews per proposal, even loads, conflicts respected, solved as a whole.

It is a flow of reviews from proposals to people. What cannot be met costs, the dearer the less it may happen:

=====================  =====  ==================================================================
what                   cost   why
=====================  =====  ==================================================================
a review is missing    1,000  the office then has to find somebody else
suspected conflict       100  own Land (or, in blind mode, who has seen the names): likely to fail
uneven load                1  each review above or below the even load
another order         <0.01   a fixed drawing of lots, so that people meet in changing pairs
=====================  =====  ==================================================================

A declared conflict, the own organisation and the own employer are never assigned. scipy's `milp` (HiGHS) finds the best plan;
the same data give the same plan.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import ngettext
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, coo_array, eye_array

from connective.accounts.models import User
from review.domain.assign import LeftOut, Plan, why_not
from review.domain.conflict_suggestions import grounds, origins, people
from review.domain.review_settings import settings_of
from review.models import Assignment, Declaration, FormalCheck
from submissions.models import Call, Proposal

MISSING, SUSPECTED, UNEVEN, LOTS = 1000.0, 100.0, 1.0, 0.01
TIME_LIMIT = 20.0
"""Seconds; whatever is best by then is proposed."""

NEVER = frozenset({Declaration.Kind.MUNICIPALITY, Declaration.Kind.EMPLOYER})
"""Suggested grounds that are as good as a declared conflict."""


@dataclass(frozen=True)
class Problem:
    """Who could review what: positions of proposals and reviewers, not keys.

    `needs` is the number of reviews that each proposal still lacks, `loads` what each person has already, `costs` what a
    possible pair costs; a pair that is not there is impossible.
    """

    needs: Sequence[int]
    loads: Sequence[int]
    costs: Mapping[tuple[int, int], float]


def propose(call: Call, reviewers: Iterable[User], *, reviews_per_proposal: int | None = None) -> Plan:
    """Return the best assignment of a call's proposals to these people, on top of what is assigned already.

    Left out are proposals that are not admitted or withdrawn and the one that all score first (calibration). Where too few
    people are possible, the plan says how many reviews are missing. Nothing is written (`assign.apply_plan`).
    """
    settings = settings_of(call)
    wanted = reviews_per_proposal or settings.reviews_per_proposal
    people_asked = list(reviewers)
    not_eligible = FormalCheck.objects.filter(is_current=True, result=FormalCheck.Result.NOT_ELIGIBLE)
    proposals = list(
        Proposal.objects.filter(call=call)
        .exclude(version_in_force=None)
        .exclude(pk__in=not_eligible.values("proposal"))
        .exclude(pk__in=[settings.anchor_proposal_id] if settings.anchor_proposal_id else [])
        .order_by("pk")
    )
    assigned = set(Assignment.objects.filter(proposal__in=proposals).values_list("proposal_id", "reviewer_id"))
    per_proposal = Counter(proposal for proposal, _reviewer in assigned)
    per_reviewer = Counter(reviewer for _proposal, reviewer in assigned)
    problem = Problem(
        needs=[max(0, wanted - per_proposal[proposal.pk]) for proposal in proposals],
        loads=[per_reviewer[person.pk] for person in people_asked],
        costs=_costs(proposals, people_asked, assigned, seen_names=_seen_names(call) if settings.blind else set()),
    )
    chosen = solve(problem)
    found = Counter(proposal for proposal, _reviewer in chosen)
    short = [
        LeftOut(
            proposals[index].pk,
            None,
            ngettext("%(n)s Bewertung fehlt.", "%(n)s Bewertungen fehlen.", need - found[index])
            % {"n": need - found[index]},
        )
        for index, need in enumerate(problem.needs)
        if found[index] < need
    ]
    return Plan(
        pairs=tuple((proposals[proposal].pk, people_asked[person].pk) for proposal, person in chosen),
        left_out=tuple(short),
    )


def solve(problem: Problem) -> list[tuple[int, int]]:
    """Return the pairs of the cheapest plan, as positions (proposal, reviewer).

    Variables are one per pair, the missing reviews of each proposal, and the load of each person in three parts: up to
    just below the even load (rewarded), one more (free), and above it (dear). Each stands in at most two equations, one
    of a proposal and one of a person: a network, whose relaxation is integral, so that large calls stay quick.
    """
    pairs = sorted(pair for pair in problem.costs if problem.needs[pair[0]] > 0)
    if not pairs:
        return []
    proposals, persons = len(problem.needs), len(problem.loads)
    needs, loads = np.array(problem.needs), np.array(problem.loads)
    level = even_level(problem.loads, int(needs.sum()))
    below, up_to = np.maximum(level - 1 - loads, 0), np.maximum(level - loads, 0)
    columns, ones = np.arange(len(pairs)), np.ones(len(pairs))
    of_proposal, of_person = np.array(pairs).T
    reviews = coo_array((ones, (of_proposal, columns)), shape=(proposals, len(pairs)))
    work = coo_array((ones, (of_person, columns)), shape=(persons, len(pairs)))
    load = -eye_array(persons)
    balance = block_array([[reviews, eye_array(proposals), None, None, None], [work, None, load, load, load]])
    total = np.concatenate([needs, np.zeros(persons)])
    solution = milp(
        np.concatenate(
            [
                [problem.costs[pair] for pair in pairs],
                np.full(proposals, MISSING),
                np.repeat([-UNEVEN, 0.0, UNEVEN], persons),
            ]
        ),
        integrality=np.ones(balance.shape[1]),
        bounds=Bounds(0, np.concatenate([ones, needs, below, up_to - below, np.full(persons, needs.sum())])),
        constraints=LinearConstraint(balance.tocsr(), total, total),
        options={"time_limit": TIME_LIMIT},
    )
    if solution.x is None:
        return []
    return [pair for pair, value in zip(pairs, solution.x, strict=False) if value > 0.5]


def even_level(loads: Sequence[int], reviews: int) -> int:
    """Return the load up to which people have to be filled so that `reviews` more find a place, all as even as can be."""
    level = min(loads, default=0)
    while loads and sum(max(0, level - load) for load in loads) < reviews:
        level += 1
    return level


def _costs(
    proposals: Sequence[Proposal],
    reviewers: Sequence[User],
    assigned: set[tuple[int, int]],
    seen_names: set[tuple[int, int]],
) -> dict[tuple[int, int], float]:
    """Return what each possible pair costs; pairs with a conflict, or assigned already, are not there."""
    refused = why_not([proposal.pk for proposal in proposals], [person.pk for person in reviewers])
    known, from_where = people(reviewers), origins(proposals)
    cleared = set(
        Declaration.objects.filter(proposal__in=proposals, is_current=True, kind=Declaration.Kind.NONE).values_list(
            "proposal_id", "person_id"
        )
    )
    lots = random.Random(len(proposals))  # noqa: S311  (a fair order that is the same each time, no secret)
    costs = {}
    for row, proposal in enumerate(proposals):
        for column, person in enumerate(reviewers):
            pair, lot = (proposal.pk, person.pk), lots.random() * LOTS
            suspected = grounds(known[person.pk], from_where[proposal.pk])
            if pair in refused or pair in assigned or NEVER & set(suspected):
                continue
            doubtful = (suspected and pair not in cleared) or pair in seen_names
            costs[row, column] = lot + (SUSPECTED if doubtful else 0.0)
    return costs


def _seen_names(call: Call) -> set[tuple[int, int]]:
    """Return who has checked which proposal formally, and so knows where it comes from."""
    return set(FormalCheck.objects.filter(proposal__call=call).values_list("proposal_id", "checked_by_id"))
