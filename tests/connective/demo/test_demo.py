"""Demo mode: people to be, and a mailbox."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connective.accounts.models import User
from connective.demo.mailbox import newest_mails
from tests.connective.accounts.conftest import ARRIVE

pytestmark = pytest.mark.django_db

SIGN_IN, MAILBOX = reverse("demo:sign_in"), reverse("demo:mailbox")


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Settings:
    """Demo mode with an empty mailbox."""
    settings.DEMO = True
    settings.DEMO_MAILBOX_DIR = tmp_path / "mailbox"
    settings.EMAIL_BACKEND = "connective.demo.mailbox.MailboxBackend"
    return settings


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Two of the demo people, one of them shut out, and somebody else."""
    return {
        name: User.objects.create_user(f"{name}@example.org", name=name.title(), is_active=name != "kollegin")
        for name in ("antrag", "kollegin", "andere")
    }


def send(subject: str = "Betreff", text: str = "Text", to: str = "antrag@example.org") -> EmailMessage:
    message = EmailMessage(subject, text, "portal@example.org", [to], connection=get_connection(timeout=5))
    message.attach("beleg.pdf", b"%PDF-1.7 \xff", "application/pdf")
    assert message.send() == 1
    return message


class TestPeople:
    def test_one_becomes_a_person_with_a_click(self, demo: Settings, client: Client, people: dict[str, User]) -> None:
        page = client.get(reverse("account_login"), {"next": "/beleg/"}).content.decode()
        assert "Als Antrag ansehen" in page
        response = client.post(SIGN_IN, {"email": "antrag@example.org", "next": "/beleg/"})
        assert response["Location"] == f"{ARRIVE}?next=%2Fbeleg%2F"
        assert client.session["_auth_user_id"] == str(people["antrag"].pk)

    def test_who_is_missing_or_shut_out_is_not_offered(
        self, demo: Settings, client: Client, people: dict[str, User]
    ) -> None:
        page = client.get(reverse("account_login")).content.decode()
        assert page.count('name="email" value=') == 1
        for email in ("kollegin@example.org", "leitung@example.org"):
            assert client.post(SIGN_IN, {"email": email}).status_code == 404

    def test_nobody_else_can_be_chosen(self, demo: Settings, client: Client, people: dict[str, User]) -> None:
        User.objects.create_superuser("vorsitz@example.org")
        for email in ("andere@example.org", "vorsitz@example.org"):
            assert client.post(SIGN_IN, {"email": email}).status_code == 404
        assert "_auth_user_id" not in client.session

    def test_changing_the_person_leaves_nothing_of_the_session(
        self, demo: Settings, client: Client, people: dict[str, User]
    ) -> None:
        client.force_login(people["andere"])
        session = client.session
        session["parked"] = {"/x/": {"text": ["geheim"]}}
        session.save()
        client.post(SIGN_IN, {"email": "antrag@example.org"})
        assert client.session["_auth_user_id"] == str(people["antrag"].pk)
        assert "parked" not in client.session

    def test_signing_in_needs_a_post(self, demo: Settings, client: Client) -> None:
        assert client.get(SIGN_IN).status_code == 405


class TestMailbox:
    def test_lists_the_newest_first(self, demo: Settings, client: Client) -> None:
        assert "Noch wurde keine E-Mail versendet" in client.get(MAILBOX).content.decode()
        send("Erste – ä")
        send("Zweite", to="kollegin@example.org")
        page = client.get(MAILBOX).content.decode()
        assert 0 < page.index("Zweite") < page.index("Erste – ä")
        assert "kollegin@example.org" in page

    def test_shows_a_mail_as_text(self, demo: Settings, client: Client) -> None:
        send(text="<script>alert(1)</script> http://127.0.0.1:8000/x/ „Grüße“")
        (mail,) = newest_mails()
        page = client.get(reverse("demo:mail", args=[mail.name])).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert 'href="http://127.0.0.1:8000/x/"' in page
        assert "„Grüße“" in page

    def test_hands_attachments_out_to_be_saved(self, demo: Settings, client: Client) -> None:
        send()
        (mail,) = newest_mails()
        response = client.get(reverse("demo:attachment", args=[mail.name, 1]))
        assert response["Content-Disposition"] == 'attachment; filename="beleg.pdf"'
        assert b"".join(response) == b"%PDF-1.7 \xff"
        assert client.get(reverse("demo:attachment", args=[mail.name, 2])).status_code == 404

    def test_holds_complete_files_only(self, demo: Settings) -> None:
        folder = Path(demo.DEMO_MAILBOX_DIR)
        send()
        (folder / ".20261124T090000000000-00000000").write_bytes(b"half")
        assert len(newest_mails()) == 1
        assert len(list(folder.iterdir())) == 2

    @pytest.mark.parametrize("name", ["../../etc/passwd", "..%2f..%2fsettings", "20261124T090000000000-00000000"])
    def test_reads_no_other_file(self, name: str, demo: Settings, client: Client) -> None:
        assert client.get(f"{MAILBOX}{name}/").status_code == 404


@pytest.mark.parametrize("method", ["get", "post", "head", "options", "put"])
def test_outside_of_demo_mode_nothing_of_it_exists(
    method: str, client: Client, people: dict[str, User], settings: Settings
) -> None:
    assert settings.DEMO is False
    name = "20261124T090000000000-00000000"
    paths = [SIGN_IN, MAILBOX, reverse("demo:mail", args=[name]), reverse("demo:attachment", args=[name, 1])]
    statuses = [getattr(client, method)(path, {"email": "antrag@example.org"}).status_code for path in paths]
    nowhere = getattr(client, method)("/gibt-es-nicht/").status_code
    assert nowhere in {404, 405}
    assert statuses == [nowhere] * 4
    assert "ansehen" not in client.get(reverse("account_login")).content.decode()
