"""The audit log in the administration."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from connective.audit.log import record
from connective.audit.models import Entry

LIST = "admin:audit_entry_changelist"


@pytest.fixture
def auditor(client: Client) -> Client:
    """Return the browser of someone who may read the log and nothing else."""
    user = User.objects.create_user("revision@example.org", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="auditor")[0])
    client.force_login(user)
    return client


@pytest.mark.django_db
class TestTheLogInTheAdministration:
    def test_shows_entries_and_finds_them(self, auditor: Client, person: User) -> None:
        record("test.found", actor=person, subject=person, payload={"reference": "TA2021-0007"})
        record("test.other", actor=person, subject=person)
        page = auditor.get(reverse(LIST), {"q": "TA2021-0007"}).content.decode()
        assert "test.found" in page
        assert "test.other</td>" not in page

    def test_shows_payloads_as_text(self, auditor: Client, person: User) -> None:
        entry = record("test.done", actor=person, subject=person, payload={"reason": "<script>alert(1)</script>"})
        page = auditor.get(reverse("admin:audit_entry_change", args=[entry.pk])).content.decode()
        assert "reason: &lt;script&gt;alert(1)&lt;/script&gt;" in page

    @pytest.mark.parametrize("superuser", [False, True])
    def test_is_never_written_to(self, auditor: Client, person: User, superuser: bool) -> None:
        User.objects.filter(email="revision@example.org").update(is_superuser=superuser)
        entry = record("test.done", actor=person, subject=person)
        assert auditor.get(reverse("admin:audit_entry_add")).status_code == 403
        assert auditor.post(reverse("admin:audit_entry_change", args=[entry.pk]), {"action": "x"}).status_code == 403
        assert auditor.post(reverse("admin:audit_entry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
        auditor.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
        assert Entry.objects.get().action == "test.done"

    @pytest.mark.parametrize("superuser", [False, True])
    def test_is_closed_to_staff_without_the_role(self, auditor: Client, superuser: bool) -> None:
        User.objects.filter(email="revision@example.org").update(is_superuser=superuser)
        User.objects.get(email="revision@example.org").groups.clear()
        assert auditor.get(reverse(LIST)).status_code == 403
