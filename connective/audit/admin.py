"""The audit log in the administration: to read, never to write."""

import json

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connective.audit.models import Entry
from connective.site.dated_list import DatedAdmin


@admin.register(Entry)
class EntryAdmin(DatedAdmin[Entry]):
    """A list to search and filter; who may see it has the permission `audit.view_entry`."""

    list_display = ("sequence", "at", "action", "subject", "actor_id", "short_hash")
    list_filter = ("action", "subject_type")
    date_hierarchy = "at"
    search_fields = ("=sequence", "action", "=subject_id", "payload", "hash__startswith")
    list_per_page = 100
    show_full_result_count = False
    fields = readonly_fields = (
        "sequence",
        "at",
        "action",
        "subject",
        "actor_id",
        "actor_mark",
        "details",
        "previous_hash",
        "hash",
    )

    @admin.display(description=_("Gegenstand"))
    def subject(self, entry: Entry) -> str:
        """Show kind and number of the subject."""
        return f"{entry.subject_type} {entry.subject_id}"

    @admin.display(description=_("Prüfsumme"))
    def short_hash(self, entry: Entry) -> str:
        """Show as much of the hash as the eye compares."""
        return entry.hash[:12]

    @admin.display(description=_("Einzelheiten"))
    def details(self, entry: Entry) -> SafeString:
        """Show the payload as a list of names and values."""
        lines = sorted(json.loads(entry.payload).items())
        return format_html_join("", "<div>{}: {}</div>", lines)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only the portal itself writes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:  # noqa: ARG002
        """Nothing is ever changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:  # noqa: ARG002
        """Nothing is ever deleted."""
        return False
