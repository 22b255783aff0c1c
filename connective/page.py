"""What every page shows around its content."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from connective.accounts.sessions import store_of


@dataclass(frozen=True)
class Page:
    """The frame of a page, as `page` in every template.

    `signed_in_until` is the instant (aware) at which the session ends without a further request, or None for
    somebody who is not signed in; `address` is the local address of the page, for the way back after a change of language.
    """

    demo: bool
    signed_in_until: datetime | None
    address: str


def page(request: HttpRequest) -> dict[str, object]:
    """Give every template `page` and `csp_nonce`.

    Error pages also pass here, so a request that did not get as far as its session must do.
    """
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "page": Page(
            demo=settings.DEMO,
            signed_in_until=store_of(request).ends_at() if signed_in else None,
            address=request.get_full_path(),
        ),
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }
