"""What every answer of the portal says to the browser."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/konto/anmelden/", "/verwaltung/login/", "/gibt-es-nicht/"])
def test_pages_ask_for_no_device_and_are_embedded_by_nobody(client: Client, address: str) -> None:
    response = client.get(address)
    assert "camera=()" in response["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_security_txt_says_whom_to_tell(client: Client) -> None:
    response = client.get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert lines["Contact"].startswith(("mailto:", "https://"))
    assert lines["Expires"].endswith("T00:00:00Z")


def test_trace_is_refused_everywhere(client: Client) -> None:
    assert [client.generic("TRACE", address).status_code for address in ("/", "/sprache/", "/verwaltung/")] == [405] * 3


def test_no_script_can_read_a_cookie(client: Client) -> None:
    client.get("/konto/anmelden/")
    client.post("/sprache/", {"language": "en"})
    client.post("/konto/anmelden/", {"email": "antrag@example.org"})
    assert {"csrftoken", "django_language", "sessionid"} <= set(client.cookies)
    assert [cookie.key for cookie in client.cookies.values() if not cookie["httponly"]] == []
