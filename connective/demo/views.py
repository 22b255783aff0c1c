"""Being somebody and reading everybody's mail, in demo mode only; elsewhere these pages do not exist."""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from connective.accounts.sign_in import arrival, local_path
from connective.demo.mailbox import newest_mails, read_mail
from connective.demo.people import present_people

type_of_view = Callable[..., HttpResponseBase]


def demo_only(view: type_of_view) -> type_of_view:
    """Answer 404 outside of demo mode, whatever the method."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, **kwargs)

    return guarded


@demo_only
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become one of the demo people, without a code and, this being a demonstration, without a second factor."""
    email = request.POST.get("email", "")
    user = next((person.user for person in present_people() if person.user.email == email), None)
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record_authentication(request, user, "demo")
    return redirect(arrival(local_path(request.POST.get("next"))))


@demo_only
@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails that were sent."""
    return render(request, "demo/mailbox.html", {"mails": newest_mails()})


@demo_only
@never_cache
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail."""
    found = read_mail(name)
    if found is None:
        raise Http404
    return render(request, "demo/mail.html", {"mail": found})


@demo_only
@never_cache
@require_safe
def attachment(request: HttpRequest, name: str, number: str) -> FileResponse:  # noqa: ARG001
    """Hand out a file that came with a mail, to be saved and never shown in place."""
    found = read_mail(name)
    file = next((file for file in found.attachments if file.number == int(number)), None) if found else None
    if file is None:
        raise Http404
    return FileResponse(
        io.BytesIO(file.content), as_attachment=True, filename=file.filename, content_type=file.content_type
    )
