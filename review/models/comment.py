"""What reviewers say to each other about a proposal."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """A remark in the conversation between reviewers; never sent to applicants, never changed."""

    proposal = models.ForeignKey(
        "submissions.Proposal", models.PROTECT, related_name="review_comments", verbose_name=_("Themenvorschlag")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("von"))
    text = models.TextField(_("Text"))
    written_at = models.DateTimeField(_("geschrieben am"))

    class Meta:
        """In the order of the conversation."""

        verbose_name = _("Kommentar")
        verbose_name_plural = _("Kommentare")
        ordering: ClassVar[list[str]] = ["written_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_has_text"),
        ]

    def __str__(self) -> str:
        """Return the beginning of the text."""
        return self.text[:60]
