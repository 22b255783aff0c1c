"""Lists of the administration that can be narrowed down to a day."""

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model
from django.http import HttpRequest

_Listed = TypeVar("_Listed", bound=Model)


class DatedAdmin(admin.ModelAdmin[_Listed]):
    """A list whose address may name a year; one that no calendar has shows the whole list, as other nonsense does."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list; raises IncorrectLookupParameters, which Django answers with a way back."""
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error
