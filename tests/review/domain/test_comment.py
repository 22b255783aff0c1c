"""The conversation between reviewers."""

import pytest
from django.db import IntegrityError, transaction

from connective.audit.models import Entry
from review.domain.comment import CommentRefused, comment
from review.domain.declare import declare
from review.domain.errors import Closed, NotPermitted
from review.domain.visible import comments_for
from review.models import Comment, Declaration
from tests.review.build import AT, NONE, Review, opened, review, submitted
from tests.submissions.build import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def test_reviewers_talk_after_their_own_sheets(world: Review) -> None:
    opened(world, world.a, world.ben)
    submitted(world, world.a, world.ada)
    written = comment(world.a, "Wir liegen weit auseinander.", actor=world.ada, at=AT)
    assert list(comments_for(world.ada, world.a)) == [written]
    assert not comments_for(world.ben, world.a).exists()
    with pytest.raises(Closed):
        comment(world.a, "Wieso?", actor=world.ben, at=AT)


def test_the_text_is_not_in_the_audit_log(world: Review) -> None:
    submitted(world, world.a, world.ada)
    comment(world.a, "Vertraulich.", actor=world.ada, at=AT)
    assert "Vertraulich" not in Entry.objects.get(action="proposal.commented").payload


def test_a_double_click_says_it_once(world: Review) -> None:
    submitted(world, world.a, world.ada)
    for _click in range(2):
        comment(world.a, " Einverstanden. ", actor=world.ada, at=AT)
    assert Comment.objects.get().text == "Einverstanden."


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_an_empty_or_endless_comment_is_refused(world: Review, text: str) -> None:
    submitted(world, world.a, world.ada)
    with pytest.raises(CommentRefused):
        comment(world.a, text, actor=world.ada, at=AT)


def test_the_auditor_reads_and_does_not_talk(world: Review) -> None:
    submitted(world, world.a, world.ada)
    comment(world.a, "Gut.", actor=world.ada, at=AT)
    assert comments_for(world.auditor, world.a).count() == 1
    for actor in (world.auditor, person("fremd@example.org")):
        with pytest.raises(NotPermitted):
            comment(world.a, "Auch gut.", actor=actor, at=AT)


def test_a_conflict_closes_the_conversation(world: Review) -> None:
    submitted(world, world.a, world.ada)
    comment(world.a, "Gut.", actor=world.ada, at=AT)
    declare(world.a, kind=NONE, actor=world.office, at=AT)
    assert comments_for(world.office, world.a).exists()
    declare(world.a, kind=Declaration.Kind.LAND, actor=world.lead, at=AT)
    assert not comments_for(world.lead, world.a).exists()
    with pytest.raises(Closed):
        comment(world.a, "Doch.", actor=world.lead, at=AT)


def test_the_database_holds_no_empty_comment(world: Review) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(proposal=world.a, author=world.ada, text="", written_at=AT)
