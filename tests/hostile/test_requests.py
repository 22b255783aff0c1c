"""Requests that no browser sends: too much, too deep, in the wrong encoding, cut off."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
TOO_BIG, UNREADABLE = "Das ist zu groß", "Diese Anfrage konnten wir nicht lesen"
NOTHING = "Wählen Sie ein PDF aus"


def part(name: str, text: str, headers: str = "") -> str:
    """Return a part of a form in several parts."""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n{headers}\r\n{text}\r\n'


def nested(levels: int) -> str:
    """Return parts inside of each other."""
    opened = "".join(
        f'--b{n}\r\nContent-Disposition: form-data; name="n"\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n'
        for n in range(levels)
    )
    return opened.replace("--b0", "--x", 1) + "".join(f"--b{n}--\r\n" for n in reversed(range(1, levels))) + "--x--\r\n"


FILE = '--x\r\nContent-Disposition: form-data; name="pdf"; filename="a.pdf"\r\n\r\na\r\n'
BODIES = {
    "ten thousand fields": (FORM, "&".join(f"f{n}=1" for n in range(10_000)), 413, TOO_BIG),
    "ten thousand parts": (MULTIPART, "".join(part(f"f{n}", "1") for n in range(10_000)) + "--x--\r\n", 413, TOO_BIG),
    "ten thousand files": (MULTIPART, FILE * 10_000 + "--x--\r\n", 413, TOO_BIG),
    "five megabytes of text": (FORM, "reference=" + "x" * 5_000_000, 413, TOO_BIG),
    "five megabytes in a part": (MULTIPART, part("reference", "x" * 5_000_000) + "--x--\r\n", 413, TOO_BIG),
    "no boundary": ("multipart/form-data", "x", 400, UNREADABLE),
    "a boundary that is no text": ("multipart/form-data; boundary=\xff", "x", 400, UNREADABLE),
    "another charset": (f"{FORM}; charset=utf-16", "reference=a", 400, UNREADABLE),
    "a charset that is none": (f"{FORM}; charset=gibt-es-nicht", "reference=a", 422, NOTHING),
    "a transfer encoding that is none": (
        MULTIPART,
        part("reference", "%%%", "Content-Transfer-Encoding: base64\r\n") + "--x--\r\n",
        422,
        NOTHING,
    ),
    "two hundred levels": (MULTIPART, nested(200), 422, NOTHING),
    "cut off in the middle": (MULTIPART, part("reference", "TA1-0001")[:-20], 422, NOTHING),
    "bytes that are no UTF-8": (FORM, "reference=%FF%FE&sha256=%C3%28", 200, "So nicht eingegangen"),
    "JSON": ("application/json", '{"reference": ' + "[" * 100_000, 422, NOTHING),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_none_is_refused_with_a_page(client: Client, name: str) -> None:
    kind, body, status, sentence = BODIES[name]
    answer = client.generic("POST", reverse("submissions:verify"), body.encode(), content_type=kind)
    assert answer.status_code == status
    assert sentence in answer.content.decode()


def test_a_connection_that_breaks_off_is_answered_with_the_same_page(client: Client) -> None:
    class Broken:
        def read(self, *_: int) -> bytes:
            message = "the chunk has no end"
            raise OSError(message)

        readline = read

    broken: dict[str, Any] = {"wsgi.input": Broken(), "CONTENT_LENGTH": "99"}
    for kind in (FORM, MULTIPART):
        answer = client.generic("POST", reverse("submissions:verify"), content_type=kind, **broken)
        assert answer.status_code == 400
        assert UNREADABLE in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["&".join(f"f{n}=1" for n in range(10_000)), "q=%00", "q=%FF%FE", "q=" + "x" * 50_000]
)
def test_an_address_may_ask_for_anything(client: Client, query: str) -> None:
    answer = client.get(f"{reverse('submissions:municipalities')}?{query}")
    assert answer.status_code in {200, 413}


def test_what_nobody_types_is_left_out_of_every_field(client: Client) -> None:
    typed = {"reference": "TA1\x00\x1b-\u202e0001\u2069\x9f", "sha256": "0\x07\r\n\t1"}
    page = client.post(reverse("submissions:verify"), typed).context
    assert (page["reference"], page["sha256"]) == ("TA1-0001", "0\r\n\t1")
