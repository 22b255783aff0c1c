"""The paper for the committee."""

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import default_storage

from connective.accounts.models import User
from review.domain import paper as domain
from review.domain import paper_layout
from review.domain import shortlist as shortlists
from review.domain.country_status import override_country
from review.domain.errors import Closed, NotPermitted
from review.models import Assignment, CommitteePaper, Declaration, ReviewRole, ReviewSettings, ScoreSheet, Shortlist
from submissions.models import Proposal
from tests.review.demo_calls import contents as demo_contents
from tests.review.demo_calls import shortlisted
from tests.review.scored import AT, declare, person_with
from tests.servers.celery_process import CeleryProcess

pytestmark = pytest.mark.django_db


def made(shortlist: Shortlist, actor: User) -> bytes:
    """Ask for a paper, make it, and return its file."""
    paper, _new = domain.request_paper(shortlist, actor=actor, at=AT)
    domain.make(paper.pk)
    paper.refresh_from_db()
    assert paper.state == CommitteePaper.State.READY, paper.error
    with default_storage.open(str(paper.file.name)) as file:
        content: bytes = file.read()
    return content


def pages_of(data: bytes, tmp_path: Path) -> list[str]:
    """Return the text of each page."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    return text.split("\f")[:-1]


def tags(node: pikepdf.Object) -> Iterator[str]:
    """Yield the structure types of a tagged PDF, depth first."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from tags(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield str(node.S)
        if "/K" in node:
            yield from tags(node.K)


def test_it_is_one_tagged_pdf_with_bookmarks_and_a_table_of_contents(tmp_path: Path) -> None:
    shortlist, lead, _proposals = shortlisted(3)

    data = made(shortlist, lead)

    pages = pages_of(data, tmp_path)
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_outline() as outline:
        chapters = [item.title for item in outline.root]
        structure = list(tags(pdf.Root.StructTreeRoot.K))
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "de"
        assert str(pdf.docinfo.Title) == "Vorlage für den Steuerungskreis"
        links = sum("/Link" in str(annotation.Subtype) for page in pdf.pages for annotation in page.get("/Annots", []))
    titles = [entry.proposal.title for entry in shortlist.entries.order_by("position").select_related("proposal")]
    assert chapters == ["Vorlage für den Steuerungskreis", "Übersicht", *titles, "Was die Zahlen bedeuten"]
    assert structure.count("/H1") == len(chapters)
    assert {"/Table", "/TH", "/H2", "/H3", "/P", "/Link"} <= set(structure)
    assert links == 5
    for title in titles:
        told = re.search(rf"{re.escape(title[:30])}.*?(\d+)\n", pages[0], re.DOTALL)
        assert told is not None
        assert title[:30] in pages[int(told[1]) - 1]
    assert [int(re.findall(r"Seite (\d+)", page)[-1]) for page in pages] == list(range(1, len(pages) + 1))


def test_each_topic_has_summary_evidence_scores_and_the_full_proposal(tmp_path: Path) -> None:
    shortlist, lead, proposals = shortlisted(2)

    text = "\n".join(pages_of(made(shortlist, lead), tmp_path))

    assert "Auf einen Blick" in text
    assert "3 Bewertungen" in text
    assert "Entwicklungs- oder Schwellenland" in text
    assert "Ada: zur Auswahl empfohlen" in text
    assert "Gut begründet." in text
    assert "Almut Brandhuber" in text
    assert proposals[0].organisation_name in text


def test_the_full_proposal_names_a_country_as_the_office_decided(tmp_path: Path) -> None:
    shortlist, lead, proposals = shortlisted(1)
    city = demo_contents(1)[0]["cities"]["rows"][0]
    named = rf"{city['city']}, [^,]+, Entwicklungs- oder Schwellenland\b"
    assert not re.search(named, "\n".join(pages_of(made(shortlist, lead), tmp_path)))

    override_country(proposals[0].call, city["country"], developing=True, reason="In Entwicklung.", actor=lead, at=AT)

    assert re.search(named, "\n".join(pages_of(made(shortlist, lead), tmp_path)))


def test_equal_input_gives_equal_bytes() -> None:
    shortlist, lead, _proposals = shortlisted(1)
    first = made(shortlist, lead)

    assert made(shortlist, lead) == first


def test_progress_counts_up_to_its_end_and_a_second_task_changes_nothing() -> None:
    shortlist, lead, _proposals = shortlisted(2)
    paper, new = domain.request_paper(shortlist, actor=lead, at=AT)
    again, again_new = domain.request_paper(shortlist, actor=lead, at=AT)
    assert (new, again_new, again.pk, paper.total) == (True, False, paper.pk, 4)

    domain.make(paper.pk)
    paper.refresh_from_db()
    first = paper.file.name
    domain.make(paper.pk)
    paper.refresh_from_db()

    assert (paper.done, paper.total, paper.state, paper.file.name) == (4, 4, "ready", first)


def test_what_goes_wrong_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    shortlist, lead, _proposals = shortlisted(1)
    paper, _new = domain.request_paper(shortlist, actor=lead, at=AT)
    monkeypatch.setattr(paper_layout, "STYLESHEET", "missing.css")

    domain.make(paper.pk)

    paper.refresh_from_db()
    assert paper.state == CommitteePaper.State.FAILED
    assert paper.error.startswith("Die Vorlage konnte nicht erstellt werden.")
    assert domain.request_paper(shortlist, actor=lead, at=AT)[1]


def test_what_a_conflict_closes_is_nowhere_in_the_paper(tmp_path: Path) -> None:
    shortlist, _lead, proposals = shortlisted(3)
    member = person_with(ReviewRole.COMMITTEE, "mitglied@example.org", "Mia Mitglied")
    declare(member, [proposals[0], proposals[2]])
    declare(member, [proposals[1]], kind=Declaration.Kind.LAND)

    data = made(shortlist, member)

    text = "\n".join(pages_of(data, tmp_path))
    assert proposals[0].title in text
    assert proposals[1].title[:20] not in text
    assert str(proposals[1].reference) not in text
    assert proposals[1].organisation_name not in text
    assert "2 Themen" in text


def test_without_a_declaration_only_the_title_is_told(tmp_path: Path) -> None:
    shortlist, _lead, proposals = shortlisted(2)
    member = person_with(ReviewRole.COMMITTEE, "mitglied@example.org", "Mia Mitglied")
    declare(member, [proposals[0]])

    text = "\n".join(pages_of(made(shortlist, member), tmp_path))

    assert proposals[1].title[:20] in text
    assert "Erklärung zur Befangenheit fehlt" in re.sub(r"\s+", " ", text)
    assert text.count("Der Vorschlag im Wortlaut") == 1


def test_blind_mode_hides_names_in_text_and_metadata(tmp_path: Path) -> None:
    shortlist, _lead, proposals = shortlisted(1)
    ReviewSettings.objects.create(call=shortlist.call, blind=True)
    member = person_with(ReviewRole.COMMITTEE, "mitglied@example.org", "Mia Mitglied")
    Assignment.objects.create(proposal=proposals[0], reviewer=member, assigned_by=member, assigned_at=AT)
    declare(member, proposals)

    data = made(shortlist, member)
    single = domain.single_file(member, proposals[0], at=AT)

    for file in (data, single):
        told = "\n".join(pages_of(file, tmp_path)) + str(pikepdf.open(io.BytesIO(file)).docinfo)
        assert "Lindenfurt" not in told
        assert "Brandhuber" not in told
        assert "Hitze" in told
        assert "Gut begründet" not in told


def test_only_who_asked_opens_a_paper_and_not_after_a_later_conflict() -> None:
    shortlist, lead, proposals = shortlisted(1)
    other = person_with(ReviewRole.CHAIR, "vorsitz@example.org")
    paper, _new = domain.request_paper(shortlist, actor=lead, at=AT)
    assert not domain.may_open(lead, paper)
    domain.make(paper.pk)
    paper.refresh_from_db()

    assert domain.may_open(lead, paper)
    assert not domain.may_open(other, paper)
    Declaration.objects.filter(person=lead, proposal=proposals[0]).update(kind="personal")
    assert not domain.may_open(lead, paper)
    assert domain.file_name(paper) == f"vorlage-{shortlist.call.slug}-1.pdf"


def test_the_auditor_makes_none_and_strangers_neither() -> None:
    shortlist, _lead, _proposals = shortlisted(1)

    for person in (
        person_with(ReviewRole.AUDITOR, "revision@example.org"),
        User.objects.create_user("x@example.org"),
    ):
        with pytest.raises(NotPermitted):
            domain.request_paper(shortlist, actor=person, at=AT)


def test_a_list_in_work_is_the_offices_alone() -> None:
    shortlist, lead, _proposals = shortlisted(1)
    again = shortlists.reopen(shortlist, reason="Neu.", actor=lead, at=AT)
    member = person_with(ReviewRole.COMMITTEE, "mitglied@example.org")

    assert domain.request_paper(again, actor=lead, at=AT)[1]
    with pytest.raises(NotPermitted):
        domain.request_paper(again, actor=member, at=AT)


def test_a_single_file_needs_a_declaration(tmp_path: Path) -> None:
    _shortlist, lead, proposals = shortlisted(1)
    member = person_with(ReviewRole.COMMITTEE, "mitglied@example.org")

    with pytest.raises(Closed):
        domain.single_file(member, proposals[0], at=AT)
    assert proposals[0].title in "\n".join(pages_of(domain.single_file(lead, proposals[0], at=AT), tmp_path))


def test_hostile_texts_are_text(tmp_path: Path) -> None:
    shortlist, lead, proposals = shortlisted(1)
    ScoreSheet.objects.filter(version__proposal=proposals[0]).update(
        statement="<script>alert(1)</script> <img src=http://example.org/x> {{ 7|add:1 }}"
    )

    text = re.sub(r"\s+", " ", "\n".join(pages_of(made(shortlist, lead), tmp_path)))

    assert "<script>alert(1)</script> <img src=http://example.org/x> {{ 7|add:1 }}" in text


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_it(celery_worker: CeleryProcess) -> None:
    from review.tasks import make_paper

    shortlist, lead, _proposals = shortlisted(1)
    paper, _new = domain.request_paper(shortlist, actor=lead, at=AT)

    make_paper.delay(paper.pk)
    celery_worker.finish()

    paper.refresh_from_db()
    assert (paper.state, paper.done, Proposal.objects.count()) == ("ready", paper.total, 1)
