"""Celery tasks of the review: wrappers that can run twice without harm."""

from celery import shared_task

from review.domain import paper, similar_topics
from submissions.models import Call


@shared_task
def make_paper(paper_id: int) -> None:
    """Make a paper for the committee."""
    paper.make(paper_id)


@shared_task
def compare_topics(call_id: int) -> None:
    """Find out which proposals of a call are similar, where so many are compared that no page could wait."""
    call = Call.objects.filter(pk=call_id).first()
    if call is not None:
        similar_topics.compare_in_background(call)
