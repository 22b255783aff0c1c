"""The submissions app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    """Calls and the proposals that answer them."""

    name = "submissions"
    verbose_name = _("Themenaufrufe und Vorschläge")

    def warm_up(self) -> None:
        """Make the first measurement of a process quick; says in the log if the page meter has to be slow."""
        from submissions.domain import page_limit

        page_limit.warm_up()
