"""Organisations in the admin, whose deletion would tell of proposals."""

from django.contrib import admin
from django.http import HttpRequest

from submissions.admin.organisation import OrganisationAdmin
from submissions.models import Organisation

admin.site.unregister(Organisation)


@admin.register(Organisation)
class QuietOrganisationAdmin(OrganisationAdmin):
    """Like that of the submissions; the page that asks before a deletion would name drafts and closed proposals."""

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """Only an organisation without proposals can be deleted, one at a time."""
        return obj is not None and super().has_delete_permission(request, obj) and not obj.proposals.exists()
