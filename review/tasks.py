"""Celery tasks of the review: wrappers that can run twice without harm."""

from celery import shared_task

from connective import clock
from review.domain import letter_pdf, minutes, paper, similar_topics, timed, vote_mails
from submissions.models import Call
from submissions.tasks import told

SWEPT_ANSWERS = 200
"""PDFs of answer letters in one sweep."""
ANSWERS_OF_A_TASK = 50
"""PDFs of answer letters that one task makes, some 50 ms each; the others wait for the next worker."""


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


@shared_task
def make_answers(letter_ids: list[int]) -> None:
    """Make the PDFs of answer letters."""
    letter_pdf.make_missing(letter_ids)


@shared_task
def sweep_answers() -> None:
    """Make the PDFs of answer letters that no task was told of, as many as a minute allows."""
    letter_pdf.make_missing(letter_pdf.missing()[:SWEPT_ANSWERS])


def told_of_answers(call: Call) -> bool:
    """Tell Celery of the letters of a call whose PDFs are missing; say whether the broker took all."""
    pks = letter_pdf.missing(call)
    chunks = (pks[first : first + ANSWERS_OF_A_TASK] for first in range(0, len(pks), ANSWERS_OF_A_TASK))
    return all(told(make_answers, chunk) for chunk in chunks)


@shared_task
def make_minutes(minutes_id: int) -> None:
    """Make the minutes of a vote."""
    minutes.make(minutes_id)


@shared_task
def sweep_minutes() -> None:
    """Make the minutes that no task was told of."""
    for minutes_id in minutes.waiting():
        minutes.make(minutes_id)


@shared_task
def send_vote_mails() -> None:
    """Send receipts of ballots, and remind those who have not voted."""
    at = clock.now()
    vote_mails.send_receipts(at)
    vote_mails.remind(at)


@shared_task
def tell_the_office() -> None:
    """Tell the office of calls that have closed, and of answers that are due."""
    at = clock.now()
    timed.report_closed_calls(at)
    timed.warn_of_answers(at)
