"""The page of one's own sessions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from connective.accounts import own_sessions
from connective.accounts.models import User
from connective.accounts.views import to_sign_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """List where somebody is signed in, and sign out of one other session or of all others."""
    if not isinstance(request.user, User):
        return to_sign_in(reverse("accounts:sessions"))
    here = request.session.session_key
    if request.method != "POST":
        context = {"sessions": own_sessions.sessions_of(request.user, here)}
        return render(request, "usersessions/sessions.html", context)
    if request.POST.get("action") == "others":
        count = own_sessions.end_all(request.user, but=here)
        text = ngettext("%(count)d andere Sitzung ist beendet.", "%(count)d andere Sitzungen sind beendet.", count)
        messages.success(request, text % {"count": count})
    elif own_sessions.end(request.user, _number(request.POST.get("number", ""))):
        messages.success(request, _("Die Sitzung ist beendet."))
    return redirect("accounts:sessions")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
