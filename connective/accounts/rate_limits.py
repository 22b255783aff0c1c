"""Who may ask for how many codes, and guess how often; counted in the shared cache by allauth.

The rates stand in `ACCOUNT_RATE_LIMITS`. "Here" means: for this address from this network. Those limits are tight, so
that a stranger elsewhere cannot lock a person out; the limits for an address from everywhere are wide.
"""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.http import HttpRequest


def may_request_code(request: HttpRequest, email: str) -> bool:
    """Count a request for a code for `email` (lower case) and say whether it may be sent. Raises RedisError."""
    return _consume(request, "request_login_code_here", _here(request, email)) and _consume(
        request, "request_login_code", email
    )


def may_try_code(request: HttpRequest, email: str, ticket: str) -> bool:
    """Count a try before it is compared, also under parallel requests; `ticket` is the code's. Raises RedisError."""
    return all(
        _consume(request, action, key)
        for action, key in (
            ("try_login_code", ticket),
            ("try_login_code_here", _here(request, email)),
            ("try_login_code_anywhere", email),
        )
    )


def _consume(request: HttpRequest, action: str, key: str) -> bool:
    return bool(ratelimit.consume(request, action=action, key=key))


def _here(request: HttpRequest, email: str) -> str:
    return f"{get_adapter().get_client_ip(request)} {email}"
