"""Taking a proposal back, opening it again for changes, and giving changes up."""

import json
from datetime import datetime

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from submissions.domain.errors import DeadlinePassed, NotSubmitted, UnderDecision
from submissions.domain.save import save_section
from submissions.models import Call, Proposal, Section

State = Proposal.State


@transaction.atomic
def withdraw(proposal: Proposal, *, actor: User, at: datetime) -> Proposal:
    """Take a submitted proposal back; its versions stay. Doing it twice has one effect.

    From the opening of the vote on nothing is withdrawn here: the office records that an acceptance lapses.
    Raises UnderDecision and NotSubmitted.
    """
    locked = _locked(proposal)
    if locked.state == State.WITHDRAWN:
        return locked
    if locked.call.voting_since is not None:
        raise UnderDecision
    if locked.version_in_force_id is None:
        raise NotSubmitted
    version = locked.version_in_force
    locked.state, locked.version_in_force, locked.slot, locked.slot_limit = State.WITHDRAWN, None, None, None
    return _write(locked, "proposal.withdrawn", actor, at, version.number if version else 0)


@transaction.atomic
def reopen(proposal: Proposal, *, actor: User, at: datetime) -> Proposal:
    """Open a submitted or withdrawn proposal for changes until the deadline.

    What was submitted stays in force until a new version is submitted. Doing it twice has one effect.
    Raises DeadlinePassed and UnderDecision.
    """
    locked = _locked(proposal)
    if locked.state in Proposal.EDITABLE:
        return locked
    if not locked.is_open(at):
        raise DeadlinePassed
    if locked.call.voting_since is not None:
        raise UnderDecision
    locked.state = State.REOPENED if locked.state == State.SUBMITTED else State.DRAFT
    return _write(locked, "proposal.reopened", actor, at, locked.versions.count())


@transaction.atomic
def discard_changes(proposal: Proposal, *, actor: User, at: datetime) -> Proposal:
    """Give up the changes since the version in force, which stays as it was received; the changes stay as
    earlier versions of their sections. Raises NotSubmitted.
    """  # noqa: D205
    locked = _locked(proposal)
    if locked.state == State.SUBMITTED:
        return locked
    if locked.state != State.REOPENED or locked.version_in_force is None:
        raise NotSubmitted
    frozen = json.loads(locked.version_in_force.content)
    for section in Section.objects.filter(proposal=locked):
        save_section(locked, section.key, frozen[section.key], base_version=section.version, actor=actor, at=at)
    locked.refresh_from_db()
    locked.state = State.SUBMITTED
    return _write(locked, "proposal.changes_discarded", actor, at, locked.version_in_force.number)


def _locked(proposal: Proposal) -> Proposal:
    """Lock the call first and the proposal second, in the order of every writer (no deadlock)."""
    call = Call.objects.select_for_update().get(pk=proposal.call_id)
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    locked.call = call
    return locked


def _write(proposal: Proposal, action: str, actor: User, at: datetime, version: int) -> Proposal:
    proposal.save(update_fields=["state", "version_in_force", "slot", "slot_limit"])
    record(
        action,
        actor=actor,
        subject=proposal,
        payload={"reference": proposal.reference, "version": version, "at": at.isoformat()},
    )
    return proposal
