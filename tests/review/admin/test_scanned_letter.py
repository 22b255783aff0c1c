"""A letter of support is handed to the office only after the virus scanner has seen it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from review.models import ReviewRole
from submissions.domain.letter import take
from submissions.domain.save import save_section
from submissions.domain.submit import submit
from submissions.models import Proposal
from tests.review.scored import declare, person_with
from tests.servers.clamd import Scanner
from tests.submissions.build import COMPLETE, current_seal, draft, in_time, make_call, person
from tests.submissions.domain.test_letter import pdf_with


def submitted_with_letter(data: bytes) -> Proposal:
    """Return a submitted proposal with this letter."""
    author, call = person(), make_call()
    proposal, at = draft(call, author), in_time(call)
    letter = take(proposal, data, actor=author, at=at)
    content = COMPLETE["commitments"] | {"letter": letter.pk, "letter_sha256": letter.sha256}
    save_section(proposal, "commitments", content, base_version=1, actor=author, at=at)
    submit(proposal, checked=current_seal(proposal), consent_to="1", actor=author, received_at=at)
    return proposal


@pytest.mark.django_db
def test_the_office_opens_a_letter_while_the_scanner_answers_and_reads_why_not_otherwise(
    as_person: Callable[[User], Client], scanner: Scanner
) -> None:
    data = pdf_with()
    proposal = submitted_with_letter(data)
    lead = person_with(ReviewRole.LEAD, "leitung@example.org")
    declare(lead, [proposal])
    client = as_person(lead)
    address = reverse("review:letter", args=[proposal.pk, 1])
    response = client.get(address)
    assert b"".join(response.streaming_content) == data  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment")
    for says, sentence in (
        ("", "Der Virenscanner antwortet gerade nicht"),
        ("stream: Pdf.Exploit FOUND", "In diesem Schreiben wurde Schadsoftware gefunden."),
    ):
        scanner.says = says
        response = client.get(address, follow=True)
        assert response.redirect_chain == [(reverse("review:file", args=[proposal.pk]), 302)]
        assert sentence in response.content.decode()
