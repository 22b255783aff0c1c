"""Who may do what in the review: small predicates, in one table, for pages, admin and templates alike.

Ask through `rules.permissions.has_perm(name, user, object)`, never through `user.has_perm`: that one says yes to every
superuser, and a conflict of interest closes a proposal to administrators as well.

Predicates about a proposal read what `review.domain.visible.proposals_for` put on it; an object that was fetched for
somebody else, or elsewhere, is closed.
"""

import rules

from review.domain.roles import DECLARES, REVIEWS, roles_of
from review.models import ReviewRole
from submissions.models import Proposal


def _has(*wanted: ReviewRole) -> rules.predicates.Predicate:
    """Return the predicate "has one of these roles"."""

    @rules.predicate(name=f"has {' or '.join(wanted)}")
    def has_role(user: object, _target: object = None) -> bool:
        return bool(roles_of(user) & frozenset(wanted))

    return has_role


is_office = _has(ReviewRole.OFFICE)
is_lead = _has(ReviewRole.LEAD)
is_chair = _has(ReviewRole.CHAIR)
is_auditor = _has(ReviewRole.AUDITOR)
in_office = _has(ReviewRole.OFFICE, ReviewRole.LEAD)
takes_part = _has(*REVIEWS)
declares = _has(*DECLARES)
votes = _has(ReviewRole.COMMITTEE, ReviewRole.CHAIR, ReviewRole.DEPUTY)
has_any_role = _has(*ReviewRole)


@rules.predicate
def administers(user: object) -> bool:
    """The person set the portal up, and so gives the first roles."""
    return bool(getattr(user, "is_superuser", False) and getattr(user, "is_active", False))


def _of_reader(user: object, proposal: object) -> bool:
    return isinstance(proposal, Proposal) and getattr(proposal, "reader", None) == getattr(user, "pk", object())


@rules.predicate
def is_open_to(user: object, proposal: Proposal | None) -> bool:
    """The proposal was fetched for this person."""
    return _of_reader(user, proposal)


@rules.predicate
def may_read(user: object, proposal: Proposal | None) -> bool:
    """The person declared "no conflict", or is the auditor."""
    return _of_reader(user, proposal) and bool(getattr(proposal, "may_read", False))


@rules.predicate
def may_see_scores(user: object, proposal: Proposal | None) -> bool:
    """The person may see the submitted sheets of others."""
    return _of_reader(user, proposal) and bool(getattr(proposal, "may_see_scores", False))


@rules.predicate
def may_see_identity(user: object, proposal: Proposal | None) -> bool:
    """Organisation, contact and places are not hidden by blind mode."""
    return _of_reader(user, proposal) and not getattr(proposal, "identity_hidden", True)


@rules.predicate
def is_assigned(user: object, proposal: Proposal | None) -> bool:
    """The person is asked to review the proposal."""
    return _of_reader(user, proposal) and bool(getattr(proposal, "is_assigned", False))


@rules.predicate
def has_not_declared(user: object, proposal: Proposal | None) -> bool:
    """The person has still to declare whether there is a conflict."""
    return _of_reader(user, proposal) and getattr(proposal, "my_declaration", "") is None


writes = ~is_auditor

TABLE = {
    # The call
    "review.enter": has_any_role,
    "review.see_cockpit": has_any_role,
    "review.see_ranking": has_any_role,
    "review.export": has_any_role,
    "review.change_settings": writes & is_lead,
    "review.change_criteria": writes & is_lead,
    "review.override_country": writes & in_office,
    "review.assign": writes & in_office,
    "review.choose_shortlist": writes & in_office,
    "review.fix_shortlist": writes & is_lead,
    "review.vote": writes & votes,
    "review.see_vote": has_any_role,
    "review.see_turnout": in_office | is_auditor,
    "review.hold_vote": writes & in_office,
    "review.draw_lot": writes & (in_office | is_chair),
    "review.certify_vote": writes & (is_lead | is_chair),
    "review.see_decisions": in_office | is_auditor | is_chair,
    "review.prepare_decision": writes & in_office,
    "review.record_decisions": writes & is_lead,
    "review.rule": writes & is_chair,
    "review.make_minutes": writes & (in_office | is_chair),
    "review.see_minutes": is_auditor,
    "review.see_letters": in_office | is_auditor,
    "review.write_letters": writes & in_office,
    "review.release_letters": writes & is_lead,
    "review.see_events": in_office | is_auditor,
    "review.edit_plans": writes & in_office,
    "review.see_interests": in_office | is_auditor,
    "review.make_paper": writes & has_any_role,
    "review.set_roles": administers | (writes & is_lead),
    "review.see_declarations": is_lead | is_auditor,
    "review.correct_declaration": writes & is_lead,
    # A proposal, as `proposals_for` gives it
    "review.see_proposal": is_open_to,
    "review.read_proposal": may_read,
    "review.see_identity": may_see_identity,
    "review.see_scores": may_see_scores,
    "review.declare": writes & declares & has_not_declared,
    "review.check_formally": writes & in_office & may_see_identity,
    "review.score": writes & takes_part & may_read & is_assigned,
    "review.comment": writes & takes_part & may_see_scores,
    "review.reopen_sheet": writes & is_lead & is_open_to,
}
for permission, predicate in TABLE.items():
    rules.add_perm(permission, predicate)
