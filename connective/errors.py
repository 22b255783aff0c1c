"""The root of all refusals that a person is told about."""

from typing import ClassVar

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the process said no; the edge shows `message` to the person.

    Subclasses name the rule and carry a sentence in the person's language that says what
    happened and what to do now.
    """

    message: ClassVar[str | Promise] = ""

    def __init__(self, message: str | Promise | None = None) -> None:
        """Take a sentence more exact than that of the class, if there is one."""
        self.text = str(message if message is not None else self.message)
        super().__init__(self.text)
