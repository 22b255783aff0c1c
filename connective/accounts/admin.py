"""People in the admin, and its door: signing in there is signing in to the portal."""

from typing import Any

import allauth.account.admin  # noqa: F401  (this and the next register what is unregistered below)
import django.contrib.auth.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from connective.accounts import views
from connective.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Who somebody is and may do; there are no passwords to change.

    Nobody but a superuser makes others more than they are themselves.
    """

    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "is_active")}),
        (_("Rechte"), {"fields": ("is_staff", "is_superuser", "groups")}),
        (_("Zeiten"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Leave the rights to superusers."""
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups")
        return (*self.readonly_fields, *rights)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        """Offer the groups as boxes to tick; belonging to them is all that gives rights here."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "widget": CheckboxSelectMultiple()})

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Leave superusers to superusers: who changes an address receives its codes."""
        stronger = obj is not None and (obj.is_superuser or obj.is_staff) and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not stronger

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Leave it to superusers to erase somebody; others shut people out (`is_active`)."""
        return request.user.is_superuser and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Keep the address in lower case, and give nobody a password."""
        obj.email = obj.email.lower()
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


def sign_out(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG001
    """Sign out of the portal, with the signature of the admin's view."""
    return views.sign_out(request)


admin.site.unregister(Group)  # the portal itself names its groups, and permissions are in tables of the code
admin.site.unregister(EmailAddress)  # addresses are people's own, and proved by signing in
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.logout = sign_out  # type: ignore[assignment,method-assign]
