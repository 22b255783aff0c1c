"""A draft begins: without an account in a browser session, or for an organisation."""

from datetime import datetime

from django.db import transaction

from connective.accounts.models import User
from submissions.domain import form_sheet
from submissions.domain.errors import CallClosed, NotYetOpen
from submissions.models import Call, Membership, Organisation, Proposal, Role, Section, SectionKey

NOT_COPIED = {"supported", "supported_by_name", "supported_by_function", "letter", "letter_sha256"}
"""Commitments, and the letter that supports them, are given anew for each call."""


@transaction.atomic
def start(
    call: Call,
    *,
    actor: User | None,
    at: datetime,
    organisation: Organisation | None = None,
    copy_of: Proposal | None = None,
    language: str = "de",
) -> Proposal:
    """Begin a draft at the instant `at`, blank or with the answers of an earlier proposal.

    `language` is that of the person's pages, for reminders. Without `actor` the draft belongs to no organisation; the edge
    binds it to the browser session. With `actor` and no `organisation` it belongs to one that is founded with it.
    Raises CallClosed or NotYetOpen if the call does not take proposals any more or yet.
    """
    if at >= call.closes_at:
        raise CallClosed
    if not call.is_open(at):
        raise NotYetOpen
    if actor and organisation is None:
        organisation = found(actor, "")
    proposal = Proposal.objects.create(
        call=call,
        organisation=organisation,
        copied_from=copy_of,
        created_by=actor,
        created_at=at,
        saved_by=actor,
        saved_at=at,
        language=language,
    )
    earlier = {section.key: section.content for section in copy_of.sections.all()} if copy_of else {}
    themes = set(call.themes.values_list("name", flat=True))
    sections = [
        Section(proposal=proposal, key=key, content=_copied(earlier.get(key, {}), themes), saved_at=at, saved_by=actor)
        for key in SectionKey.values
    ]
    Section.objects.bulk_create(sections)
    describe(proposal, form_sheet.assemble({section.key: section.content for section in sections}))
    return proposal


def organisations_of(user: User) -> list[Organisation]:
    """Return the organisations for which a person may propose, in the order in which they joined."""
    memberships = Membership.objects.filter(user=user, role__in=[Role.MANAGE, Role.EDIT])
    return [membership.organisation for membership in memberships.select_related("organisation").order_by("pk")]


def found(user: User, name: str) -> Organisation:
    """Create an organisation that `user` manages."""
    organisation = Organisation.objects.create(name=name)
    Membership.objects.create(organisation=organisation, user=user, role=Role.MANAGE)
    return organisation


def describe(proposal: Proposal, content: dict[str, dict[str, object]]) -> None:
    """Copy to the proposal what lists show of it: topic, organisation, Land."""
    Proposal.objects.filter(pk=proposal.pk).update(**form_sheet.shown_in_lists(content))
    proposal.refresh_from_db(fields=["title", "organisation_name", "land"])


def _copied(content: dict[str, object], themes: set[str]) -> dict[str, object]:
    kept = {name: value for name, value in content.items() if name not in NOT_COPIED}
    chosen = kept.get("themes")
    if isinstance(chosen, list):
        kept["themes"] = [theme for theme in chosen if theme in themes]
    return kept
