"""The filters of the list of proposals; each asks only for what the person sees in the list."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from review.domain.progress import Stage
from submissions.models.municipality import Land

type_of_lookups = list[tuple[str, Any]]


class StageFilter(admin.SimpleListFilter):
    """Where the proposal stands."""

    title = _("Stand der Bewertung")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> type_of_lookups:  # noqa: ARG002
        """Offer all stages."""
        return list(Stage.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """Keep one stage."""
        return queryset.filter(stage=self.value()) if self.value() in Stage.values else queryset


class MineFilter(admin.SimpleListFilter):
    """What is the person's own business."""

    title = _("Meine Aufgaben")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> type_of_lookups:  # noqa: ARG002
        """Offer what a person looks for."""
        return [
            ("todo", _("noch zu bewerten")),
            ("done", _("von mir bewertet")),
            ("undeclared", _("ohne meine Erklärung zur Befangenheit")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """Keep what is to be done, done, or to be declared."""
        match self.value():
            case "todo":
                return queryset.filter(is_assigned=True, own_sheet_submitted=False)
            case "done":
                return queryset.filter(own_sheet_submitted=True)
            case "undeclared":
                return queryset.filter(my_declaration=None)
        return queryset


class LandFilter(admin.SimpleListFilter):
    """Where the organisation is, as far as the person may know."""

    title = _("Land")
    parameter_name = "land_shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> type_of_lookups:  # noqa: ARG002
        """Offer all Länder, so that the list of choices tells nothing."""
        return list(Land.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """Keep one Land; where it is hidden, the proposal is in none."""
        return queryset.filter(shown_land=self.value()) if self.value() else queryset


class MissingReviewsFilter(admin.SimpleListFilter):
    """How far the reviews are from what the call asks for."""

    title = _("Bewertungen")
    parameter_name = "reviews"

    def lookups(self, request: HttpRequest, model_admin: Any) -> type_of_lookups:  # noqa: ARG002
        """Offer none, too few, enough."""
        return [("none", _("keine")), ("few", _("zu wenige")), ("enough", _("genügend"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """Keep those with so many reviews."""
        match self.value():
            case "none":
                return queryset.filter(reviewed_count=0)
            case "few":
                return queryset.filter(reviewed_count__lt=F("wanted_count"))
            case "enough":
                return queryset.filter(reviewed_count__gte=F("wanted_count"))
        return queryset
