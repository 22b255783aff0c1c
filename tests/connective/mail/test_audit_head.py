"""The daily mail with the head of the audit log."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from connective.accounts.models import User
from connective.audit.append_only import suspended
from connective.audit.chain import head
from connective.audit.log import record
from connective.audit.models import Entry
from connective.mail.audit_head import AUDITORS, queue_audit_head
from connective.mail.models import Message


@pytest.fixture
def auditor(db: None) -> User:
    """Someone whose office it is to keep the heads."""
    user = User.objects.create_user("revision@example.org")
    user.groups.add(Group.objects.get_or_create(name=AUDITORS)[0])
    return user


@pytest.mark.django_db
class TestTheDailyMail:
    def test_brings_the_head_to_the_auditors_once_a_day(self, auditor: User, person: User) -> None:
        record("test.done", actor=person, subject=person)
        first = queue_audit_head()
        assert [message.recipient for message in first] == ["revision@example.org"]
        assert f"manage.py verify_audit --head {head()}" in first[0].body
        assert first[0].subject.startswith("Stand des Protokolls am ")
        record("test.done", actor=person, subject=person)
        assert queue_audit_head() == first
        assert Message.objects.count() == 1

    def test_says_so_when_the_chain_is_broken(self, auditor: User, person: User) -> None:
        for _turn in range(3):
            record("test.done", actor=person, subject=person)
        with suspended(connection):
            Entry.objects.filter(sequence=2).update(action="test.other")
        (message,) = queue_audit_head()
        assert message.subject.startswith("Protokoll beschädigt")
        assert "bei Eintrag 2 einen Fehler" in message.body

    def test_goes_to_nobody_where_there_is_no_auditor(self, person: User) -> None:
        User.objects.create_user("ehemals@example.org", is_active=False).groups.add(
            Group.objects.get_or_create(name=AUDITORS)[0]
        )
        assert queue_audit_head() == []
