"""Check, submit, receipt: as a person's browser does it."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from connective import clock
from submissions.domain import form_sheet, receipt
from submissions.models import Call, OfficialPdf, Proposal, SubmittedVersion
from submissions.tasks import measure_description
from tests.submissions.build import current_seal, draft, make_call, member, open_call, person, submitted
from tests.submissions.domain.test_letter import pdf_with

pytestmark = pytest.mark.django_db


def signed_in(user: object) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def address(name: str, proposal: Proposal, *extra: object) -> str:
    """Return the address of a page of a proposal."""
    return reverse(f"submissions:{name}", args=[proposal.public_id, *extra])


def test_the_check_page_links_every_gap_to_its_field() -> None:
    author = person()
    proposal = draft(open_call(), author, topic={"title": ""})
    page = signed_in(author).get(address("check", proposal)).content.decode()
    assert f"{address('section', proposal, 'topic')}#id_title" in page
    assert "Verbindlich einreichen" not in page


def test_a_click_submits_and_shows_the_receipt_at_once() -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    response = client.post(address("submit", proposal), {"seal": current_seal(proposal), "consent": "1"}, follow=True)
    page = response.content.decode()
    version = SubmittedVersion.objects.get()
    assert version.reference in page
    assert version.content_sha256 in page
    assert "unterwegs" in page


def test_a_double_click_and_a_replay_lead_to_the_same_receipt() -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    sent = {"seal": current_seal(proposal), "consent": "1"}
    answers = [client.post(address("submit", proposal), sent) for _ in range(3)]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, address("receipt", proposal))}
    assert SubmittedVersion.objects.count() == 1


def test_without_consent_nothing_is_submitted_and_the_page_says_why() -> None:
    author = person()
    proposal = draft(open_call(), author)
    response = signed_in(author).post(address("submit", proposal), {"seal": current_seal(proposal)})
    assert response.status_code == 422
    assert "stimmen Sie" in response.content.decode()
    assert SubmittedVersion.objects.count() == 0


def test_without_signing_in_the_page_leads_to_it_and_nothing_is_submitted() -> None:
    client = Client()
    call = open_call()
    client.post(reverse("submissions:start", args=[call.slug]))
    proposal = Proposal.objects.get()
    response = client.post(address("submit", proposal), {"seal": "x", "consent": "1"})
    assert response.status_code in {403, 404}
    assert SubmittedVersion.objects.count() == 0
    assert "Anmelden und einreichen" not in client.get(address("check", proposal)).content.decode()
    client.force_login(person())
    client.get(reverse("submissions:arrive"))
    assert client.get(address("check", proposal)).status_code == 200


def test_one_second_before_the_close_a_submission_is_accepted_even_if_the_work_takes_longer() -> None:
    author = person()
    call = make_call(opens_at=clock.now() - timedelta(days=1), closes_at=clock.now() + timedelta(days=1))
    proposal = draft(call, author)
    client = signed_in(author)
    with time_machine.travel(call.closes_at - timedelta(seconds=1), tick=False):
        client.force_login(author)
        response = client.post(address("submit", proposal), {"seal": current_seal(proposal), "consent": "1"})
    assert response["Location"] == address("receipt", proposal)
    assert SubmittedVersion.objects.get().received_at == call.closes_at - timedelta(seconds=1)


def test_at_the_closing_instant_the_page_says_so_keeps_the_text_and_names_the_contact() -> None:
    author = person()
    call = make_call(opens_at=clock.now() - timedelta(days=1), closes_at=clock.now() + timedelta(days=1))
    proposal = draft(call, author)
    client = signed_in(author)
    with time_machine.travel(call.closes_at, tick=False):
        client.force_login(author)
        response = client.post(address("submit", proposal), {"seal": current_seal(proposal), "consent": "1"})
        text = client.get(address("text", proposal))
    page = response.content.decode()
    assert response.status_code == 403
    for part in ("Einreichungsfrist ist abgelaufen", "Unsere Innenstadt heizt sich auf.", "fragen@example.org"):
        assert part in page
    assert "Unsere Innenstadt heizt sich auf." in text.content.decode()
    assert SubmittedVersion.objects.count() == 0


@pytest.mark.parametrize("lines", [30, 70])
def test_submitting_a_measured_text_lays_nothing_out_in_the_request(
    lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connective.pdf import engine

    author = person()
    text = {**dict.fromkeys(form_sheet.DESCRIPTION_PARTS, "neu"), "background": "\n".join(["Zeile"] * lines)}
    proposal = draft(open_call(), author, description=text)
    client = signed_in(author)
    measure_description(proposal.pk)
    layouts: list[object] = []
    monkeypatch.setattr(engine, "layout", lambda *args, **kwargs: layouts.append(args))
    monkeypatch.setattr(engine, "write", lambda *args, **kwargs: layouts.append(args))
    response = client.post(address("submit", proposal), {"seal": current_seal(proposal), "consent": "1"})
    assert response.status_code == 302
    assert layouts == []


@pytest.mark.parametrize(("lines", "told"), [(30, False), (70, True)])
def test_the_check_page_has_a_text_measured_of_which_a_line_could_matter(
    lines: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = person()
    text = {**dict.fromkeys(form_sheet.DESCRIPTION_PARTS, "neu"), "background": "\n".join(["Ungemessen"] * lines)}
    proposal = draft(open_call(), author, description=text)
    asked: list[int] = []
    monkeypatch.setattr(measure_description, "delay", asked.append)
    client = signed_in(author)
    client.get(address("check", proposal))
    assert asked == [proposal.pk]  # nobody has measured it yet
    measure_description(proposal.pk)
    client.get(address("check", proposal))
    assert asked == [proposal.pk] * (2 if told else 1)


def test_the_official_pdf_is_a_download_with_the_hash_of_the_receipt() -> None:
    author = person()
    proposal, version = submitted(open_call(), author)
    made = receipt.finish(version.pk)
    client = signed_in(author)
    response = client.get(address("pdf", proposal, 1))
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(data).hexdigest() == made.sha256
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "no-store"
    assert client.get(address("receipt_file", proposal, 1, "txt")).content.decode() == made.receipt
    assert client.get(address("receipt_file", proposal, 1, "sig")).content.hex() == made.signature
    assert client.get(address("receipt_file", proposal, 1, "exe")).status_code == 404


def test_a_reader_cannot_submit_withdraw_or_reopen() -> None:
    author = person()
    proposal, _version = submitted(open_call(), author)
    assert proposal.organisation is not None
    reader = signed_in(member(proposal.organisation, "read"))
    for name in ("submit", "withdraw", "reopen", "discard"):
        assert reader.post(address(name, proposal)).status_code == 404, name
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_opening_a_link_never_changes_anything() -> None:
    author = person()
    proposal, _version = submitted(open_call(), author)
    client = signed_in(author)
    for name in ("submit", "withdraw", "reopen", "discard", "copy"):
        assert client.get(address(name, proposal)).status_code == 405, name
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_withdraw_and_reopen_work_from_the_receipt_page() -> None:
    author = person()
    proposal, _version = submitted(open_call(), author)
    client = signed_in(author)
    assert "Zurückgezogen" in client.post(address("withdraw", proposal), follow=True).content.decode()
    client.post(address("reopen", proposal))
    proposal.refresh_from_db()
    assert proposal.state == "draft"


def test_whoever_opens_a_withdrawn_proposal_again_is_told_that_it_does_not_count_yet() -> None:
    actor = person()
    proposal, _version = submitted(open_call(), actor)
    client = signed_in(actor)
    again = client.post(address("reopen", proposal), follow=True).content.decode()
    assert "gilt die eingereichte Fassung" in again
    client.post(address("withdraw", proposal))
    again = client.post(address("reopen", proposal), follow=True).content.decode()
    assert "gilt die eingereichte Fassung" not in again
    assert "Er zählt erst, wenn Sie ihn neu einreichen." in again
    receipt_page = client.get(address("receipt", proposal)).content.decode()
    assert "ist eingegangen" not in receipt_page
    assert "zählt erst, wenn Sie ihn neu einreichen" in receipt_page
    assert address("withdraw", proposal) not in receipt_page


def test_a_letter_is_uploaded_kept_with_the_version_and_only_downloaded() -> None:
    author = person()
    proposal = draft(open_call(), author)
    client = signed_in(author)
    upload = BytesIO(pdf_with())
    upload.name = "../../böse\u202etxt.pdf"
    answers = {
        "version": 1,
        "follow_up": "Ja.",
        "supported": "on",
        "supported_by_name": "K",
        "supported_by_function": "OB",
    }
    assert client.post(address("section", proposal, "commitments"), {**answers, "letter": upload}).status_code == 302
    client.post(address("submit", proposal), {"seal": current_seal(proposal), "consent": "1"})
    version = SubmittedVersion.objects.get()
    assert version.letter is not None
    assert f'"letter_sha256":"{version.letter.sha256}"' in version.content
    response = client.get(address("letter", proposal, version.letter.pk))
    assert response["Content-Disposition"].startswith("attachment")
    assert signed_in(person("fremd@example.org")).get(address("letter", proposal, version.letter.pk)).status_code == 404


def test_a_letter_that_is_no_pdf_is_refused_with_the_reason_and_the_answers_stay() -> None:
    author = person()
    proposal = draft(open_call(), author)
    upload = BytesIO(b"<html>")
    upload.name = "brief.pdf"
    response = signed_in(author).post(
        address("section", proposal, "commitments"), {"version": 1, "follow_up": "Neuer Text", "letter": upload}
    )
    assert response.status_code == 422
    assert "kein PDF" in response.content.decode()
    assert "Neuer Text" in response.content.decode()


def test_anyone_learns_whether_exactly_this_pdf_was_received_and_nothing_else() -> None:
    author = person()
    _proposal, version = submitted(open_call(), author)
    made = receipt.finish(version.pk)
    with made.file.open() as file:
        data = file.read()
    stranger = Client()
    verify = reverse("submissions:verify")
    upload = BytesIO(data)
    upload.name = "x.pdf"
    found = stranger.post(verify, {"pdf": upload}).content.decode()
    assert version.reference in found
    assert "Lindenfurt" not in found
    assert "Hitzevorsorge" not in found
    unknown = stranger.post(verify, {"reference": "TA1999-0001", "sha256": made.sha256})
    wrong = stranger.post(verify, {"reference": version.reference, "sha256": "0" * 64})
    for answer in (unknown, wrong):
        assert answer.status_code == 200
        assert "So nicht eingegangen" in answer.content.decode()
    assert OfficialPdf.objects.count() == 1


def test_guessing_at_the_receipt_page_is_slowed_down() -> None:
    stranger = Client()
    answers = [
        stranger.post(reverse("submissions:verify"), {"reference": "TA1999-0001", "sha256": f"{n:064d}"}).status_code
        for n in range(40)
    ]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_a_letter_that_meets_a_newer_text_is_asked_for_again_and_leaves_no_file() -> None:
    actor = person()
    client, proposal = signed_in(actor), draft(open_call(), actor)
    url = reverse("submissions:section", args=[proposal.public_id, "commitments"])
    letter = BytesIO(pdf_with())
    letter.name = "brief.pdf"
    response = client.post(url, {"version": 0, "supported_by_name": "Kim Muster", "letter": letter})
    assert response.status_code == 409
    assert "Bitte wählen Sie es noch einmal aus" in response.content.decode()
    assert proposal.letters.count() == 0


@pytest.mark.parametrize("way", ["withdraw", "discard"])
def test_what_was_never_submitted_is_neither_withdrawn_nor_reset_and_the_page_says_so(way: str) -> None:
    actor = person()
    client, proposal = signed_in(actor), draft(open_call(), actor)
    response = client.post(reverse(f"submissions:{way}", args=[proposal.public_id]), follow=True)
    assert response.status_code == 200
    assert "Dieser Vorschlag ist nicht eingereicht." in response.content.decode()


def test_once_the_committee_votes_the_receipt_offers_no_withdrawal_but_says_whom_to_write_to() -> None:
    author = person()
    proposal, _version = submitted(open_call(), author)
    client = signed_in(author)
    assert address("withdraw", proposal) in client.get(address("receipt", proposal)).content.decode()
    Call.objects.update(voting_since=clock.now())
    page = client.get(address("receipt", proposal)).content.decode()
    assert address("withdraw", proposal) not in page
    assert address("reopen", proposal) not in page
    assert "schreiben Sie bitte der Geschäftsstelle" in page
    assert client.post(address("withdraw", proposal)).status_code == 302
    assert Proposal.objects.get().state == Proposal.State.SUBMITTED
