"""The submissions app."""

from collections.abc import Iterator

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

    def erased_documents(self) -> Iterator[str]:
        """Yield the documents whose time had come: rows name them still, the files are gone (`submissions.domain.erase`)."""
        from submissions.models import LetterOfSupport, OfficialPdf

        letters = LetterOfSupport.objects.filter(proposal__versions__erased_at__isnull=False)
        yield from letters.values_list("file", flat=True)
        yield from OfficialPdf.objects.filter(version__erased_at__isnull=False).values_list("file", flat=True)
