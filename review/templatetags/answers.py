"""What was told of the decision, for lists and pages of the applicants' side."""

from collections.abc import Iterable

from django import template

from review.domain.answers import Answer, visible_answer, visible_answers
from submissions.models import Proposal

register = template.Library()


@register.simple_tag
def answers_to(listed: Iterable[tuple[Proposal, bool]]) -> dict[int, Answer]:
    """Return the answers of a list of proposals by their keys (one query)."""
    return visible_answers([proposal for proposal, _is_open in listed])


@register.simple_tag
def answer_to(proposal: Proposal) -> Answer | None:
    """Return the answer to one proposal (one query)."""
    return visible_answer(proposal)


@register.filter
def answer_of(found: dict[int, Answer], proposal: Proposal) -> Answer | None:
    """Return the answer to a proposal of the list."""
    return found.get(proposal.pk)
