"""People in the admin, and its door: signing in there is signing in to the portal."""

from typing import Any

import allauth.account.admin  # noqa: F401  (this and the next register what is unregistered below)
import django.contrib.auth.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from rules.permissions import has_perm

from connective.accounts import fresh, second_factor, views
from connective.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Who somebody is and may do; there are no passwords to change.

    Nobody but a superuser makes others more than they are themselves.
    """

    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    actions = ("reset_second_factor",)
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

    def has_reset_factor_permission(self, request: HttpRequest) -> bool:
        """Let the lead and superusers help people who lost their second factor."""
        return bool(request.user.is_superuser or has_perm("accounts.reset_second_factor", request.user))

    @admin.action(description=_("Zweiten Faktor zurücksetzen und abmelden"), permissions=["reset_factor"])
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Take away all factors of people who lost them; each sets up a new one at the next sign-in."""
        assert isinstance(request.user, User)
        if not fresh.is_fresh(request):
            return fresh.ask(request)
        for person in people:
            if person.is_superuser and not request.user.is_superuser:
                messages.error(
                    request, _("%(person)s verwaltet das Portal und bleibt, wie es ist.") % {"person": person}
                )
                continue
            second_factor.reset(person, actor=request.user)
            messages.success(request, _("Zurückgesetzt: %(person)s") % {"person": person})
        return None

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
for model in (
    Authenticator,
    SocialAccount,
    SocialApp,
    SocialToken,
):  # so are factors; the provider stands in the settings
    admin.site.unregister(model)
# Without the form for passwords, which would let whoever is signed in try those of others.
admin.site.login = secure_admin_login(require_GET(admin.site.login))  # type: ignore[method-assign]
admin.site.logout = sign_out  # type: ignore[assignment,method-assign]
