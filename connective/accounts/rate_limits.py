"""Who may ask for how many codes, and guess how often; counted in the shared cache by allauth.

The rates stand in `ACCOUNT_RATE_LIMITS`. "Here" means: for this address from this network. Those limits are tight, so
that a stranger elsewhere cannot lock a person out; the limits for an address from everywhere are wide.
"""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.http import HttpRequest

from connective.accounts.models import User


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


def may_try_factor(request: HttpRequest, user: User, *, is_recovery_code: bool) -> bool:
    """Count a try of a second factor before it is compared. Raises RedisError.

    Who tries has proved the address before, in this browser. The limit from everywhere would shut the person out with
    a guesser: so recovery codes have a wider one of their own (they have eight digits), and passkeys none.
    """
    action = "try_recovery_code_anywhere" if is_recovery_code else "try_factor_anywhere"
    return _consume(request, "try_factor_here", _here(request, user.email)) and _consume(request, action, str(user.pk))


def _consume(request: HttpRequest, action: str, key: str) -> bool:
    return bool(ratelimit.consume(request, action=action, key=key))


def _here(request: HttpRequest, email: str) -> str:
    return f"{get_adapter().get_client_ip(request)} {email}"
