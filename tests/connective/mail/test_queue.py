"""Queueing: one row per occasion, in the transaction of what it tells about."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from connective.mail.models import AttachedFile, Message
from connective.mail.queue import Attachment, BadMessage, message_id_of, queue
from connective.observe.metrics import tasks_waiting

Write = Callable[..., Message]


@pytest.mark.django_db
class TestAQueuedMessage:
    def test_waits_with_its_text(self, write: Write) -> None:
        message = write(title="Wasser & Wald")
        message.refresh_from_db()
        assert (message.state, message.attempts, message.claim) == ("queued", 0, None)
        assert message.subject == "Eingang von Wasser & Wald"
        assert message.body.startswith("Ja, „Wasser & Wald“ ist da.\n\nDanke.\n\n-- \n")
        assert message.body.endswith(f"{settings.SITE_URL}\nDiese E-Mail wurde vom Portal versendet.\n")

    def test_is_queued_once_per_occasion_recipient_and_kind(self, write: Write) -> None:
        first = write(title="eins")
        assert write(title="zwei") == first
        assert write("version:2") != first
        assert write(recipient="kollegin@example.org") != first
        assert Message.objects.get(pk=first.pk).subject == "Eingang von eins"

    def test_keeps_names_and_hashes_of_its_attachments(self, write: Write) -> None:
        attachment = Attachment("official/a.pdf", "Beleg.pdf", "a" * 64, "application/pdf")
        message = write(attachments=(attachment,))
        write(attachments=(attachment, attachment))
        assert list(message.attached_files.values_list("filename", "sha256")) == [("Beleg.pdf", "a" * 64)]

    def test_needs_a_template_that_works(self) -> None:
        for kind, error in (("poison", TemplateSyntaxError), ("no_such_kind", TemplateDoesNotExist)):
            with pytest.raises(error), transaction.atomic():
                queue(occasion="x", kind=kind, recipient="antrag@example.org", context={})
        assert not Message.objects.exists()

    def test_shows_markup_and_template_syntax_as_text(self, write: Write) -> None:
        title = "<script>alert(1)</script> {% now 'Y' %} {{ body }} &amp;"
        message = write(title=title)
        assert title in message.subject
        assert title in message.body

    def test_has_one_line_of_subject_whatever_the_title(self, write: Write) -> None:
        message = write(title="a\r\nBcc: alle@example.org\x00\u2028b")
        assert "\n" not in message.subject
        assert not {"\r", "\x00", "\u2028"} & set(message.subject)
        assert len(write("version:2", title="x" * 5000).subject) == 300

    def test_loses_control_characters_and_lone_surrogates(self, write: Write) -> None:
        assert "a?b\tc" in write(title="a\ud800b\tc\x00\x07").body

    @pytest.mark.parametrize(
        "recipient",
        [
            "",
            "niemand",
            "a@example.org\nBcc: b@example.org",
            "a@example.org\r\n",
            "a\x00@example.org",
            "a@example.org, b@example.org",
            "A <a@example.org>",
            "jürgen@example.org",
        ],
    )
    def test_is_refused_for_what_is_no_single_address(self, write: Write, recipient: str) -> None:
        with pytest.raises(BadMessage):
            write(recipient=recipient)
        assert not Message.objects.exists()

    def test_is_refused_with_a_file_name_that_could_split_a_header(self, write: Write) -> None:
        with pytest.raises(BadMessage):
            write(attachments=(Attachment("a", "a.pdf\r\nX-Evil: 1", "a" * 64, "application/pdf"),))
        assert not AttachedFile.objects.exists()


def test_a_message_id_follows_from_its_key_and_gives_no_address_away() -> None:
    key = {"occasion": "version:1", "kind": "letter", "recipient": "antrag@example.org"}
    assert message_id_of(**key) == message_id_of(**key)
    assert len({message_id_of(**key), *(message_id_of(**key | {name: "x"}) for name in key)}) == 4
    assert "antrag" not in message_id_of(**key)
    assert message_id_of(**key).endswith("@example.org>")


@pytest.mark.django_db(transaction=True)
class TestTheTransaction:
    def test_must_be_open(self) -> None:
        with pytest.raises(transaction.TransactionManagementError):
            queue(occasion="x", kind="letter", recipient="antrag@example.org", context={})

    def test_is_told_of_after_its_commit_only(self, write: Write) -> None:
        with transaction.atomic():
            write()
            assert tasks_waiting("quiet") == 0
        assert tasks_waiting("quiet") == 1
        write()
        assert tasks_waiting("quiet") == 1

    def test_takes_its_message_with_it_when_rolled_back(self, write: Write) -> None:
        with transaction.atomic():
            write()
            transaction.set_rollback(True)
        assert not Message.objects.exists()
        assert tasks_waiting("quiet") == 0

    def test_of_many_for_one_occasion_makes_one_message(self, write: Write) -> None:
        def queue_one(_turn: int) -> int:
            try:
                return write().pk
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(queue_one, range(16)))) == 1
        assert Message.objects.count() == 1
        assert tasks_waiting("quiet") == 1
