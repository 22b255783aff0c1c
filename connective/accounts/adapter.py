"""What of allauth's behaviour is ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in without allauth's messages: our pages say what is to be said."""

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse allauth's own sign-up: an account begins with a proved code (`connective.accounts.sign_in`)."""
        return False
