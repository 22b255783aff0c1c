"""Personal data of the submission process: what, why, how long (see `connective.privacy.register`)."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from connective.accounts.models import User
from connective.privacy.register import PersonalField, Rule
from submissions.domain import erase, purge
from submissions.models import Invitation, Membership, Organisation, Proposal, SubmittedVersion

_REPLY = _("um den Vorschlag zu bearbeiten und zu beantworten")
_TEAM = _("damit mehrere Personen einer Organisation zusammenarbeiten")
_WITH_PROPOSAL = _(
    "wie der Vorschlag: 2 Jahre nach der Rückmeldung, mit Zusage 5 Jahre; Entwürfe 90 Tage nach der Frist"
)

REGISTER = [
    PersonalField("submissions.section.content", _("Antworten im Formblatt"), _REPLY, _WITH_PROPOSAL),
    PersonalField(
        "submissions.sectionrevision.content",
        _("frühere Antworten"),
        _("um eine Änderung zurückzunehmen"),
        _WITH_PROPOSAL,
    ),
    PersonalField(
        "submissions.submittedversion.content",
        _("eingereichte Antworten, darunter Ansprechperson und Vertretung"),
        _REPLY,
        _WITH_PROPOSAL,
    ),
    PersonalField("submissions.officialpdf.file", _("amtliches PDF mit der Ansprechperson"), _REPLY, _WITH_PROPOSAL),
    PersonalField(
        "submissions.officialpdf.receipt",
        _("unterschriebene Bestätigung"),
        _REPLY,
        _("so lange wie die Vorgangsnummer; sie nennt keine Person"),
    ),
    PersonalField("submissions.letterofsupport.file", _("Unterstützungsschreiben"), _REPLY, _WITH_PROPOSAL),
    PersonalField(
        "submissions.membership.user",
        _("wer für eine Organisation arbeitet"),
        _TEAM,
        _("bis zum Austritt oder bis das Konto gelöscht wird"),
    ),
    PersonalField(
        "submissions.invitation.email", _("eingeladene E-Mail-Adresse"), _TEAM, _("90 Tage nach Ablauf der Einladung")
    ),
]

INVITATIONS = timedelta(days=90)


def _old_invitations(at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(expires_at__lte=at - INVITATIONS)


RULES = [
    Rule(
        "drafts without an address",
        _("Entwürfe ohne bestätigte Adresse, nach 7 Tagen"),
        lambda at: purge.unproved(at).count(),
        purge.purge_unproved,
    ),
    Rule(
        "unfinished drafts",
        _("nie eingereichte Entwürfe, 90 Tage nach der Frist"),
        lambda at: erase.unfinished(at).count(),
        erase.delete_unfinished,
    ),
    Rule(
        "invitations",
        _("Einladungen, 90 Tage nach ihrem Ablauf"),
        lambda at: _old_invitations(at).count(),
        lambda at: _old_invitations(at).delete()[0],
    ),
]


def known_about(person: User) -> dict[str, object]:
    """Return the organisations of a person, their invitations, and the proposals on which they worked."""
    touched = Proposal.objects.filter(
        Q(created_by=person) | Q(saved_by=person) | Q(versions__submitted_by=person)
    ).distinct()
    return {
        "organisations": [
            {"organisation": one.organisation.name, "role": one.get_role_display()}
            for one in Membership.objects.filter(user=person).select_related("organisation")
        ],
        "invitations": list(
            Invitation.objects.filter(email__iexact=person.email).values(
                "organisation__name", "invited_at", "expires_at"
            )
        ),
        "proposals": [
            {
                "reference": proposal.reference,
                "title": proposal.title,
                "begun": proposal.created_at,
                "answers": {section.key: section.content for section in proposal.sections.all()},
                "submitted": [
                    {"number": version.number, "received": version.received_at, "answers": json.loads(version.content)}
                    for version in proposal.versions.all()
                ],
            }
            for proposal in touched.prefetch_related("sections", "versions")
        ],
    }


def forget(person: User, at: datetime) -> Iterator[StrOrPromise]:  # noqa: ARG001  (signature of the register)
    """Take the person out of their organisations; drafts that nobody else works on go, too.

    What was submitted stays until its procedure is over: until then the organisation can withdraw it (Article 17,
    paragraph 3 GDPR), and afterwards it is blanked by its rule.
    """
    organisations = list(Organisation.objects.filter(memberships__user=person))
    Membership.objects.filter(user=person).delete()
    Invitation.objects.filter(email__iexact=person.email).delete()
    alone = Proposal.objects.filter(
        organisation__in=organisations, organisation__memberships=None, state=Proposal.State.DRAFT, versions=None
    )
    erase.delete_drafts(alone)
    if SubmittedVersion.objects.filter(submitted_by=person, erased_at=None).exists():
        yield _(
            "Eingereichte Vorschläge bleiben, bis ihr Verfahren abgeschlossen ist. Die Organisation kann sie bis zur "
            "Frist zurückziehen."
        )
