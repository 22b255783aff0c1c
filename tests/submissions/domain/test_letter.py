"""Letters of support: what is taken, and what is refused with a reason."""

import contextlib
import resource
import time
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from connective import clock
from submissions.domain import letter
from submissions.domain.errors import LetterRefused
from submissions.domain.letter import MAX_BYTES, MAX_PAGES, checked_pages, take
from submissions.models import LetterOfSupport
from tests.submissions.build import draft, make_call, person


def pdf_with(pages: int = 1, **save: object) -> bytes:
    """Return a blank PDF."""
    pdf = Pdf.new()
    for _page in range(pages):
        pdf.add_blank_page()
    return saved(pdf, **save)


def saved(pdf: Pdf, **save: object) -> bytes:
    """Return the bytes of a PDF."""
    out = BytesIO()
    pdf.save(out, **save)  # type: ignore[arg-type]
    return out.getvalue()


def with_root(key: str, value: object) -> bytes:
    """Return a PDF with an entry in its catalogue."""
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.Root[Name(key)] = value
    return saved(pdf)


def with_annotation(action: object) -> bytes:
    """Return a PDF with a link that does something."""
    pdf = Pdf.new()
    pdf.add_blank_page()
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].Annots = pdf.make_indirect(Array([link]))
    return saved(pdf)


def with_attachment() -> bytes:
    """Return a PDF with a file pinned to a page, which does not say that it is one."""
    pdf = Pdf.new()
    pdf.add_blank_page()
    file = Dictionary(Type=Name.Filespec, F="calc.exe", EF=Dictionary(F=pdf.make_stream(b"MZ")))
    pin = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=file)
    pdf.pages[0].Annots = pdf.make_indirect(Array([pin]))
    return saved(pdf)


def with_pages(kids: bytes, *more: bytes) -> bytes:
    """Return a PDF whose pages are `kids`; object 3 is a page, then come `more` objects."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    pages = b"<</Type/Pages/Count 1/Kids[" + kids + b"]>>"
    out = b"%PDF-1.7\n"
    places = []
    for number, item in enumerate([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, *more], 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n" % number + item + b"\nendobj\n"
    size = len(places) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(places)
    return out + table + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))


@pytest.mark.parametrize("pages", [1, MAX_PAGES])
def test_an_ordinary_letter_is_taken(pages: int) -> None:
    assert checked_pages(pdf_with(pages)) == pages


def test_a_letter_that_opens_at_its_first_page_or_links_to_a_website_is_taken() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])
    assert checked_pages(saved(pdf)) == 1
    assert checked_pages(with_annotation(Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org")))) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><script>alert(1)</script></html>", "kein PDF"),
        (b"PK\x03\x04 a zip", "kein PDF"),
        (b"", "kein PDF"),
        (b"%PDF-1.7 and then nothing", "beschädigt"),
        (b"%PDF-" + b"x" * MAX_BYTES, "größer"),
        (pdf_with(MAX_PAGES + 1), "höchstens"),
        (pdf_with(encryption=pikepdf.Encryption(owner="o", user="u")), "Kennwort"),
        (pdf_with(encryption=pikepdf.Encryption(owner="o", user="")), "verschlüsselt"),
        (with_root("/OpenAction", Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))), "aktive Inhalte"),
        (with_root("/Names", Dictionary(JavaScript=Dictionary(Names=Array()))), "aktive Inhalte"),
        (with_root("/Names", Dictionary(EmbeddedFiles=Dictionary(Names=Array()))), "aktive Inhalte"),
        (with_root("/AcroForm", Dictionary(XFA=Array())), "aktive Inhalte"),
        (with_annotation(Dictionary(S=Name.Launch, F=pikepdf.String("calc.exe"))), "aktive Inhalte"),
        (with_annotation(Dictionary(S=Name.SubmitForm)), "aktive Inhalte"),
        (with_annotation(Dictionary(S=Name.GoToR, F=pikepdf.String("//host/share.pdf"))), "aktive Inhalte"),
        (with_attachment(), "aktive Inhalte"),
    ],
    ids=[
        "html",
        "zip",
        "empty",
        "broken",
        "large",
        "long",
        "password",
        "encrypted",
        "script",
        "names",
        "files",
        "xfa",
        "launch",
        "form",
        "elsewhere",
        "attachment",
    ],
)
def test_what_is_no_harmless_letter_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(LetterRefused, match=reason):
        checked_pages(data)


def test_a_decompression_bomb_is_not_unpacked() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(b" " * 300_000_000)
    assert checked_pages(saved(pdf, compress_streams=True)) == 1


@pytest.mark.parametrize(
    "data",
    [
        with_pages(b"3 0 R " * 300_000),
        with_pages(
            b"4 0 R " * 10, *(b"<</Type/Pages/Kids[" + b"%d 0 R " % (n + 1) * 10 + b"]>>" for n in range(4, 12))
        ),
        with_pages(b"2 0 R"),
        with_pages(b""),
    ],
    ids=["one page 300,000 times", "ten times ten times ten ...", "its own branch", "none"],
)
def test_a_file_with_countless_pages_or_none_is_refused_at_once(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(LetterRefused, match="höchstens 10 Seiten"):
        checked_pages(data)
    assert time.process_time() - began < 1


def test_a_structure_that_unpacks_to_half_a_gigabyte_is_not_unpacked() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.Root.Padding = pdf.make_indirect(pikepdf.String("x" * 200_000_000))
    data = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    del pdf
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(LetterRefused):
        checked_pages(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


@pytest.mark.django_db
def test_a_letter_is_kept_under_a_name_of_our_own_and_never_replaced() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    first = take(proposal, pdf_with(1), actor=actor, at=clock.now())
    second = take(proposal, pdf_with(2), actor=actor, at=clock.now())
    assert (first.pages, second.pages) == (1, 2)
    assert LetterOfSupport.objects.count() == 2
    assert str(first.file.name).startswith("letters/")
    assert first.file.name != second.file.name


@pytest.mark.django_db
def test_a_proposal_cannot_fill_the_disk_with_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter, "MOST_LETTERS", 2)
    proposal = draft(make_call(), person())
    for pages in (1, 2):
        take(proposal, pdf_with(pages), actor=None, at=clock.now())
    with pytest.raises(LetterRefused, match="zu viele"):
        take(proposal, pdf_with(3), actor=None, at=clock.now())
