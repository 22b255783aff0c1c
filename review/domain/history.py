"""The history of a proposal out of the audit log, in words."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.models import Entry
from review.models import Declaration, FormalCheck, ScoreSheet
from submissions.models import Proposal

WORDS = {
    "proposal.started": _("Entwurf begonnen"),
    "proposal.claimed": _("Entwurf einer Person zugeordnet"),
    "proposal.submitted": _("Eingereicht"),
    "proposal.withdrawn": _("Zurückgezogen"),
    "proposal.reopened": _("Zum Überarbeiten geöffnet"),
    "proposal.changes_discarded": _("Änderungen verworfen"),
    "proposal.receipt_made": _("Eingangsbestätigung erstellt"),
    "proposal.deadline_extended": _("Frist dieses Vorschlags verlängert"),
    "proposal.checked_formally": _("Formal geprüft"),
    "proposal.commented": _("Kommentar im Gespräch der Bewertenden"),
    "declaration.made": _("Erklärung zur Befangenheit"),
    "declaration.corrected": _("Erklärung zur Befangenheit berichtigt"),
    "review.assigned": _("Zur Bewertung zugewiesen"),
    "review.unassigned": _("Zuweisung aufgehoben"),
    "review.calibration_begun": _("Als Vorschlag zum Einüben bestimmt"),
    "review.calibration_ended": _("Nicht mehr zum Einüben"),
    "sheet.opened": _("Bewertungsbogen begonnen"),
    "sheet.submitted": _("Bewertungsbogen abgegeben"),
    "sheet.reopened": _("Bewertungsbogen wieder geöffnet"),
}
ABOUT_DECLARATIONS = frozenset({"declaration.made", "declaration.corrected"})
LONGEST = 200
"""So many entries are shown, the newest first."""


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    what: str | Promise
    who: str
    details: tuple[str, ...]


def history_of(proposal: Proposal, *, with_declarations: bool) -> list[Line]:
    """Return what happened to a proposal, the newest first (three queries).

    What others declared about conflicts is for the lead and the auditor alone (`with_declarations`).
    """
    sheets = ScoreSheet.objects.filter(version__proposal=proposal).values_list("pk", flat=True)
    entries = Entry.objects.filter(
        Q(subject_type=proposal._meta.label_lower, subject_id=str(proposal.pk))
        | Q(subject_type=ScoreSheet._meta.label_lower, subject_id__in=[str(sheet) for sheet in sheets])
    )
    if not with_declarations:
        entries = entries.exclude(action__in=ABOUT_DECLARATIONS)
    shown = list(entries.order_by("-sequence")[:LONGEST])
    payloads = [json.loads(entry.payload) for entry in shown]
    wanted = {entry.actor_id for entry in shown} | {payload.get("person") for payload in payloads}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=[pk for pk in wanted if isinstance(pk, int)])}
    return [
        Line(
            entry.at,
            WORDS.get(entry.action, _("Änderung")),
            people.get(entry.actor_id or 0, str(_("Portal"))),
            tuple(_details(payload, people)),
        )
        for entry, payload in zip(shown, payloads, strict=True)
    ]


def _details(payload: dict[str, object], people: dict[int, str]) -> list[str]:
    """Return what of a payload means something to a person."""
    found = []
    if "result" in payload:
        found.append(str(dict(FormalCheck.Result.choices).get(str(payload["result"]), "")))
    if "kind" in payload:
        found.append(str(dict(Declaration.Kind.choices).get(str(payload["kind"]), "")))
    for name in ("person", "reviewer"):
        key = payload.get(name)
        if isinstance(key, int) and key in people:
            found.append(people[key])
    if payload.get("reason"):
        found.append(str(payload["reason"]))
    return [text for text in found if text]
