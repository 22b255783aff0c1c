"""A process that delivers one message and is killed (SIGKILL, no clean-up of any kind) at a given point of it.

Run by `test_killed.py` as `python -m tests.connective.mail.killed <message> <point>`.
"""

import os
import signal
import smtplib
import sys
from collections.abc import Callable
from typing import Any

import django

POINTS = ("claimed", "connected", "sender named", "recipient named", "begun", "half of the text", "answered", "marked")


def die(*_args: Any, **_kwargs: Any) -> Any:
    """Die at once, as under the out-of-memory killer."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, dying when it is done."""

    def then_die(*args: Any, **kwargs: Any) -> Any:
        function(*args, **kwargs)
        die()

    return then_die


def die_at(point: str) -> None:
    """Put the death at this point of a delivery."""
    from connective.mail import delivery

    match point:
        case "claimed":
            setattr(delivery, "connected", die)  # noqa: B010  (mypy: not exported)
        case "connected":
            setattr(delivery, "compose", die)  # noqa: B010
        case "sender named":
            smtplib.SMTP.mail = after(smtplib.SMTP.mail)  # type: ignore[method-assign]
        case "recipient named":
            delivery._begin = die
        case "begun":
            delivery._begin = after(delivery._begin)
        case "half of the text":
            smtplib.SMTP.data = half_of_the_text  # type: ignore[method-assign, assignment]
        case "answered":
            smtplib.SMTP.data = after(smtplib.SMTP.data)  # type: ignore[method-assign]
        case "marked":
            delivery._write_down = after(delivery._write_down)
        case _:
            raise ValueError(point)


def half_of_the_text(smtp: smtplib.SMTP, text: bytes) -> None:
    """Send the first half of the text, then die."""
    smtp.docmd("DATA")
    smtp.send(text[: len(text) // 2])
    die()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")
    django.setup()
    from connective.mail.delivery import deliver

    die_at(sys.argv[2])
    deliver(int(sys.argv[1]))
