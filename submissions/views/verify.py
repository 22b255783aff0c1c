"""The public page on which anyone checks whether exactly this was received, and when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from connective.accounts import rate_limits
from submissions.domain import receipt, signing

MAX_BYTES = 10 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Take a PDF, or a reference with a hash, and say whether it was received; the answer tells nothing else."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        if not rate_limits.is_within(request, "verify_receipt", by_network=True):
            return rate_limits.refused(request)
        upload = request.FILES.get("pdf")
        reference, sha256 = request.POST.get("reference", ""), request.POST.get("sha256", "")
        context = {"reference": reference, "sha256": sha256}
        if upload:
            found = receipt.received_as(pdf=upload.read(MAX_BYTES))
        elif reference.strip() and sha256.strip():
            found = receipt.received_as(reference=reference, sha256=sha256)
        else:
            context["problem"] = _("Wählen Sie ein PDF aus, oder geben Sie Vorgangsnummer und Prüfsumme ein.")
            return render(request, "submissions/verify.html", context, status=422)
        context |= {"asked": True, "found": found}
    return render(request, "submissions/verify.html", context, status=status)


@require_safe
def public_key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Return the public key of the receipts in PEM."""
    return HttpResponse(signing.public_key_pem(), content_type="text/plain; charset=us-ascii")
