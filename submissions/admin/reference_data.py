"""What calls refer to: country lists, past events, the register of municipalities."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from submissions.models import CountryList, CountryListEntry, Municipality, PastEvent


class CountryListEntryInline(admin.TabularInline[CountryListEntry, CountryList]):
    """The countries of a list."""

    model = CountryListEntry
    extra = 0


@admin.register(CountryList)
class CountryListAdmin(admin.ModelAdmin[CountryList]):
    """Lists of developing countries."""

    list_display = ("name", "valid_from", "valid_to")
    inlines = (CountryListEntryInline,)


@admin.register(PastEvent)
class PastEventAdmin(admin.ModelAdmin[PastEvent]):
    """Events that took place."""

    list_display = ("starts_on", "host", "topic", "mode")
    list_filter = ("mode",)
    search_fields = ("host", "topic")


@admin.register(Municipality)
class MunicipalityAdmin(admin.ModelAdmin[Municipality]):
    """The official register; it is imported, not typed."""

    list_display = ("name", "kind", "land", "ags")
    list_filter = ("land",)
    search_fields = ("name", "ags")
    readonly_fields = ("ags", "name", "land", "kind", "population")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse: a form without a field would write a municipality without a key."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: the next import would change it back."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: the next import would bring it back."""
        return False
