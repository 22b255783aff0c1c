"""Editing the texts around the process; pages are neither added nor deleted."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connective.site.models import SitePage

admin.site.site_header = _("Themenaufruf Connective Cities")
admin.site.site_title = _("Themenaufruf Connective Cities")
admin.site.index_title = _("Verwaltung")


@admin.register(SitePage)
class SitePageAdmin(admin.ModelAdmin[SitePage]):
    """One page with its German and English text."""

    list_display = ("title", "key", "updated_at")
    readonly_fields = ("key", "updated_at")
    fields = ("key", "title", "text", "title_en", "text_en", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse: every page exists from the start."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SitePage | None = None) -> bool:  # noqa: ARG002
        """Refuse: the footer links to every page."""
        return False
