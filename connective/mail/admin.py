"""The message board: what waits, what went out, and what only a person can decide."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connective import clock
from connective.accounts.models import User
from connective.mail.board import board
from connective.mail.models import Message
from connective.mail.resolution import Held, NothingToResolve, Resolution, resolve
from connective.site.dated_list import DatedAdmin


@admin.register(Message)
class MessageAdmin(DatedAdmin[Message]):
    """To read with `mail.view_message`; to decide about what failed or is uncertain with `mail.resolve_message`."""

    change_list_template = "admin/mail/message/change_list.html"
    list_display = ("created_at", "state", "server_answer", "kind", "recipient", "subject", "attempts", "next_at")
    list_filter = ("state", "kind", "language")
    date_hierarchy = "created_at"
    search_fields = ("recipient", "subject", "occasion", "message_id")
    list_per_page = 50
    show_full_result_count = False
    actions = ("was_sent", "send_again")
    fields = readonly_fields = (
        "state",
        "held",
        "server_answer",
        "message_id",
        "kind",
        "occasion",
        "recipient",
        "language",
        "subject",
        "text",
        "attachments",
        "created_at",
        "queued_at",
        "attempts",
        "next_at",
        "lease_until",
        "sent_at",
    )

    @admin.display(description=_("Text"))
    def text(self, message: Message) -> SafeString:
        """Show the frozen text with its line breaks."""
        return format_html("<pre>{}</pre>", message.body)

    @admin.display(description=_("Anlagen"))
    def attachments(self, message: Message) -> SafeString:
        """Show names and hashes of the attached files."""
        files = message.attached_files.values_list("filename", "content_type", "sha256")
        return format_html_join("", "<div>{} ({}), SHA-256 {}</div>", files)

    @admin.action(description=_("Wurde gesendet (laut Protokoll des Mailservers)"), permissions=["resolve"])
    def was_sent(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """Settle uncertain messages as sent."""
        self._resolve(request, chosen, Resolution.WAS_SENT)

    @admin.action(description=_("Noch einmal senden (mit derselben Message-ID)"), permissions=["resolve"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """Queue failed and uncertain messages again."""
        self._resolve(request, chosen, Resolution.SEND_AGAIN)

    def _resolve(self, request: HttpRequest, chosen: QuerySet[Message], outcome: Resolution) -> None:
        assert isinstance(request.user, User)
        done = 0
        for message in chosen:
            try:
                resolve(message, request.user, outcome)
            except (NothingToResolve, Held) as refusal:
                self.message_user(request, f"{message}: {refusal.text}", messages.WARNING)
            else:
                done += 1
        if done:
            text = ngettext("%(count)d E-Mail ist entschieden.", "%(count)d E-Mails sind entschieden.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Say who may decide."""
        return request.user.has_perm("mail.resolve_message")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the counts and warnings above the list."""
        return super().changelist_view(request, {**(extra_context or {}), "board": board(clock.now())})

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only the process itself writes messages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:  # noqa: ARG002
        """A text that was queued is frozen."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:  # noqa: ARG002
        """A message that was sent cannot be undone."""
        return False
