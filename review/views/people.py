"""Who has which role in the review, and where reviewers come from."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from connective.accounts import parking
from connective.accounts.fresh import fresh_sign_in_required
from connective.accounts.models import User
from connective.errors import DomainError
from review.domain.profile import DeputyRefused, describe
from review.domain.roles import roles_of, set_roles
from review.forms.call import PersonForm
from review.models import ReviewerProfile, ReviewRole
from review.views.access import page, reader, staff_page

PER_PAGE = 50


@require_safe
@staff_page("review.set_roles")
def people(request: HttpRequest) -> HttpResponse:
    """List the people with a role, or those that are searched for."""
    text = request.GET.get("q", "").strip()
    listed = User.objects.filter(is_active=True).prefetch_related("groups").order_by("name", "email")
    if text:
        listed = listed.filter(Q(name__icontains=text) | Q(email__icontains=text))
    else:
        listed = listed.filter(groups__name__in=ReviewRole.values).distinct()
    found = Paginator(listed, PER_PAGE).get_page(request.GET.get("seite"))
    rows = [(person, [role.label for role in ReviewRole if role in roles_of(person)]) for person in found]
    return page(request, "people.html", {"rows": rows, "listed": found, "q": text}, title=_("Personen und Rollen"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("review.set_roles")
@fresh_sign_in_required
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show and change the roles of a person, and where the person comes from."""
    subject = get_object_or_404(User, pk=user_id, is_active=True)
    profile = ReviewerProfile.objects.filter(user=subject).first() or ReviewerProfile(user=subject)
    initial = {
        "roles": list(roles_of(subject)),
        "organisation": profile.organisation_id,
        "land": profile.land,
        "employer": profile.employer,
        "deputises_for": profile.deputises_for_id,
    }
    typed_before = None if request.method == "POST" else parking.take(request, request.path)
    form = PersonForm(request.POST if request.method == "POST" else typed_before, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            with transaction.atomic():
                set_roles(subject, [ReviewRole(role) for role in typed["roles"]], actor=reader(request))
                describe(
                    subject,
                    organisation=typed["organisation"],
                    land=typed["land"],
                    employer=typed["employer"],
                    deputises_for=typed["deputises_for"],
                    actor=reader(request),
                )
        except DomainError as refusal:
            form.add_error("deputises_for" if isinstance(refusal, DeputyRefused) else "roles", str(refusal.text))
        else:
            messages.success(request, _("Gespeichert: %(person)s") % {"person": subject})
            return redirect("review:people")
    status = 422 if request.method == "POST" else 200
    return page(request, "person.html", {"form": form, "person": subject}, title=str(subject), status=status)
