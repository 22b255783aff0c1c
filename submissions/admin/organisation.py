"""Organisations in the admin."""

from django.contrib import admin

from submissions.models import Membership, Organisation


class MembershipInline(admin.TabularInline[Membership, Organisation]):
    """Who works for the organisation."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Municipalities and municipal companies, and their people."""

    list_display = ("name", "kind", "land")
    list_filter = ("kind", "land")
    search_fields = ("name",)
    inlines = (MembershipInline,)
