"""The conversation between the reviewers of a proposal."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.errors import Closed, NotPermitted
from review.domain.roles import REVIEWS, roles_of
from review.domain.visible import may_see_scores
from review.models import Comment, ReviewRole
from submissions.models import Proposal

LONGEST = 5000
"""Characters that a comment may have."""


class CommentRefused(DomainError):
    """The text is empty or too long."""


@transaction.atomic
def comment(proposal: Proposal, text: str, *, actor: User, at: datetime) -> Comment:
    """Add to the conversation; the same text twice in a row by the same person has one effect.

    Open to those who may see the scores it is about: own sheet first. Raises NotPermitted, Closed and CommentRefused.
    """
    roles = roles_of(actor)
    if ReviewRole.AUDITOR in roles or not roles & frozenset(REVIEWS):
        raise NotPermitted
    if not may_see_scores(actor, proposal):
        raise Closed
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise CommentRefused(_("Bitte schreiben Sie einen Text mit höchstens 5.000 Zeichen."))
    last = Comment.objects.filter(proposal=proposal).order_by("-written_at", "-pk").first()
    if last is not None and (last.author_id, last.text) == (actor.pk, text):
        return last
    written = Comment.objects.create(proposal=proposal, author=actor, text=text, written_at=at)
    record("proposal.commented", actor=actor, subject=proposal, payload={"comment": written.pk})
    return written
