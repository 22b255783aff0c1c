"""What is added to responses on their way out."""

from collections.abc import Callable

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render

type_of_view = Callable[[HttpRequest], HttpResponse]


def leave_out_body_of_head(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer HEAD with the headers alone, the length of the body among them: gunicorn warns of each body that it drops."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()
        elif isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return middleware


METHODS = ("GET", "HEAD", "POST")
POLICIES = {
    # A page of ours needs none of the browser's devices; signing in with a passkey is the one exception.
    "Permissions-Policy": ", ".join(
        (
            *(f"{name}=()" for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")),
            *(f"publickey-credentials-{act}=(self)" for act in ("create", "get")),
        )
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add_policies(get_response: type_of_view) -> type_of_view:
    """Tell the browser what pages of the portal never do, and that nobody else may embed what it serves.

    No page knows other methods than `METHODS`: TRACE would send headers back, cookies among them, and Django's admin
    answers any unknown one like GET.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)
        for name, value in POLICIES.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def explain_wrong_method(get_response: type_of_view) -> type_of_view:
    """Give an empty "405 Method Not Allowed" a page that says what to do, its headers kept.

    It is met by people who reload or bookmark the address of a button.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content and request.accepts("text/html"):
            page = render(request, "405.html", status=405)
            response.content = page.content
            response["Content-Type"] = page["Content-Type"]
        return response

    return middleware


def allow_scripts_of_admin(get_response: type_of_view) -> type_of_view:
    """Let the pages of Django's admin load their scripts from this host.

    The stock admin writes its script tags without a nonce, so that `'strict-dynamic'` would block them. Inline
    scripts and other hosts stay refused there as everywhere.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.resolver_match and request.resolver_match.app_name == "admin":
            response._csp_replace = {"script-src": [SELF]}  # type: ignore[attr-defined]
        return response

    return middleware
