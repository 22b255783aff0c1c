"""The refusals of the submission process, each with a sentence for the person."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from connective.errors import DomainError

if TYPE_CHECKING:
    from submissions.domain.completeness import Finding
    from submissions.models import Section


class DeadlinePassed(DomainError):
    """The request arrived at or after the closing instant."""

    message = _(
        "Die Einreichungsfrist ist abgelaufen. Ihr Text ist gespeichert, kann aber nicht mehr eingereicht werden."
    )


class NotYetOpen(DomainError):
    """The call does not take proposals yet."""

    message = _("Dieser Themenaufruf ist noch nicht geöffnet.")


class CallClosed(DomainError):
    """The call does not take new proposals any more."""

    message = _(
        "Die Einreichungsfrist dieses Themenaufrufs ist abgelaufen. Es kann kein Vorschlag mehr begonnen werden."
    )


class NotEditable(DomainError):
    """The proposal is submitted or withdrawn; its sections cannot be written."""

    message = _("Dieser Vorschlag ist eingereicht oder zurückgezogen und kann zurzeit nicht bearbeitet werden.")


class SectionConflict(DomainError):
    """Somebody else, or another tab, saved the section in between; nothing was overwritten."""

    message = _(
        "Dieser Teil wurde inzwischen an anderer Stelle gespeichert. Beide Fassungen stehen unten; nichts ist verloren."
    )

    def __init__(self, current: "Section") -> None:
        """Keep the section as it stands now, so that the edge can show both."""
        super().__init__()
        self.current = current


class ContentChanged(DomainError):
    """What would be submitted is not what the person had checked."""

    message = _("Der Vorschlag wurde geändert, seit Sie ihn geprüft haben. Bitte prüfen Sie ihn noch einmal.")


class Incomplete(DomainError):
    """The completeness check found errors."""

    message = _("Der Vorschlag ist noch nicht vollständig.")

    def __init__(self, errors: "list[Finding]") -> None:
        """Keep the findings for the page."""
        super().__init__()
        self.errors = errors


class LimitReached(DomainError):
    """The organisation has submitted as many proposals as the call allows."""

    message = _("Ihre Organisation hat bereits so viele Vorschläge eingereicht, wie dieser Themenaufruf zulässt.")


class NotSubmitted(DomainError):
    """There is no version in force to withdraw or to reopen."""

    message = _("Dieser Vorschlag ist nicht eingereicht.")


class UnderDecision(DomainError):
    """The steering committee has the proposals before it: nothing is withdrawn or changed any more by the applicant."""

    message = _(
        "Der Vorschlag liegt dem Steuerungskreis zur Entscheidung vor und kann im Portal nicht mehr zurückgezogen oder "
        "geändert werden. Bitte schreiben Sie der Geschäftsstelle."
    )


class LetterRefused(DomainError):
    """An uploaded letter of support cannot be taken; the text says why."""


class LetterClosed(DomainError):
    """A letter of support is not handed out: it holds malware, or the scanner cannot say."""

    message = _(
        "Der Virenscanner antwortet gerade nicht, deshalb wird das Schreiben noch nicht geöffnet. Es ist gespeichert; "
        "bitte versuchen Sie es in einigen Minuten noch einmal."
    )


class InvitationRefused(DomainError):
    """An invitation or a change of a role is not possible; the text says why."""


class ExtensionRefused(DomainError):
    """A deadline extension is not possible; the text says why."""
