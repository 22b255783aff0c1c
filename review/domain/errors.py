"""The refusals of the review, each with a sentence for the person."""

from django.utils.translation import gettext_lazy as _

from connective.errors import DomainError
from review.models import ScoreSheet


class NotPermitted(DomainError):
    """The person's role does not allow this act."""

    message = _("Dafür fehlt Ihnen die Berechtigung. Bitte wenden Sie sich an die Leitung der Geschäftsstelle.")


class Closed(DomainError):
    """The proposal is not open to the person: a conflict, no declaration yet, or it is not there for them at all."""

    message = _("Dieser Vorschlag ist für Sie nicht zugänglich.")


class NotInReview(DomainError):
    """The proposal has no version in force, or another one than was asked for."""

    message = _("Dieser Vorschlag ist zurzeit nicht eingereicht oder liegt in einer neueren Fassung vor.")


class ReasonNeeded(DomainError):
    """An act that has to be explained came without a reason."""

    message = _("Bitte geben Sie einen Grund an.")


class RolesClash(DomainError):
    """The auditor reads everything and writes nothing, so has no other role."""

    message = _("Die Revision liest alles und ändert nichts. Sie kann keine weitere Rolle haben.")


class AlreadyDeclared(DomainError):
    """There is another declaration, which only the lead may correct."""

    message = _(
        "Sie haben sich zu diesem Vorschlag schon erklärt. Berichtigen kann das nur die Leitung der Geschäftsstelle."
    )


class CannotAssign(DomainError):
    """A person cannot be asked to review a proposal; the text says why."""


class CalibrationFirst(DomainError):
    """The proposal that all score first is not yet scored by this person."""

    message = _("Bitte bewerten Sie zuerst den Vorschlag zum Einüben. Danach stehen Ihnen die übrigen offen.")


class ReviewIsOver(DomainError):
    """The time of review has passed; the lead may set a later one."""

    message = _("Die Zeit der Bewertung ist vorbei. Ihr Bogen ist gespeichert; bitte wenden Sie sich an die Leitung.")


class SheetConflict(DomainError):
    """Another tab, or a change of the criteria, came in between; nothing was overwritten."""

    message = _(
        "Dieser Bogen wurde inzwischen an anderer Stelle gespeichert. Beide Fassungen stehen unten; nichts ist verloren."
    )

    def __init__(self, current: ScoreSheet) -> None:
        """Keep the sheet as it stands now, so that the edge can show both."""
        super().__init__()
        self.current = current


class SheetSubmitted(DomainError):
    """A submitted sheet is changed by nobody; the lead may reopen it."""

    message = _("Dieser Bogen ist abgegeben. Die Leitung der Geschäftsstelle kann ihn wieder öffnen.")


class ScoreRefused(DomainError):
    """A score is outside of the scale, or belongs to no criterion of the sheet; the text says which."""


class SheetIncomplete(DomainError):
    """Something is missing before the sheet can be submitted."""

    message = _("Der Bogen ist noch nicht vollständig.")

    def __init__(self, missing: list[str]) -> None:
        """Keep the keys of what is missing: criteria, `recommendation`, `statement`."""
        super().__init__()
        self.missing = missing


class CriteriaRefused(DomainError):
    """A set of criteria cannot be like that; the text says why."""


class CriteriaChanged(DomainError):
    """The criteria were changed or frozen since the page was shown."""

    message = _(
        "Die Anforderungen wurden inzwischen geändert oder erstmals verwendet. Bitte prüfen Sie Ihre Änderung noch einmal."
    )
