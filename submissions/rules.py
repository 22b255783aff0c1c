"""Who may do what with a proposal and an organisation: small predicates, in one table.

The predicates read `my_role`, which `submissions.domain.queries` puts on each proposal; an object that did not come from
there is nobody's.
"""

import rules

from connective.accounts.models import User
from connective.accounts.rules import is_auditor, is_office
from submissions.models import Membership, Organisation, Proposal, Role


@rules.predicate
def works_on_it(_user: object, proposal: Proposal) -> bool:
    """The person has any role for the proposal, or it is a draft of their browser."""
    return bool(getattr(proposal, "my_role", None))


@rules.predicate
def writes_on_it(_user: object, proposal: Proposal) -> bool:
    """The person may change the proposal's text."""
    return getattr(proposal, "my_role", None) in {Role.MANAGE, Role.EDIT}


@rules.predicate
def has_proved_address(user: object) -> bool:
    """The person is signed in, so a code has proved the e-mail address."""
    return isinstance(user, User) and user.is_active


@rules.predicate
def manages(user: User, organisation: Organisation) -> bool:
    """The person manages the organisation."""
    return Membership.objects.filter(user=user, organisation=organisation, role=Role.MANAGE).exists()


@rules.predicate
def belongs_to(user: User, organisation: Organisation) -> bool:
    """The person works for the organisation."""
    return Membership.objects.filter(user=user, organisation=organisation).exists()


TABLE = {
    "submissions.read_proposal": works_on_it,
    "submissions.edit_proposal": writes_on_it,
    "submissions.submit_proposal": has_proved_address & writes_on_it,
    "submissions.see_team": has_proved_address & belongs_to,
    "submissions.manage_team": has_proved_address & manages,
}
EDITED_BY_OFFICE = (
    "call",
    "theme",
    "pastevent",
    "countrylist",
    "countrylistentry",
    "organisation",
    "membership",
    "proposal",
)
"""What the office adds, changes and deletes in the admin, as far as its pages offer it; the auditor reads it."""
READ_BY_OFFICE = ("municipality", "deadlineextension")

TABLE["submissions"] = is_office | is_auditor
for model in EDITED_BY_OFFICE:
    TABLE |= {f"submissions.{action}_{model}": is_office for action in ("add", "change", "delete")}
for model in (*EDITED_BY_OFFICE, *READ_BY_OFFICE):
    TABLE[f"submissions.view_{model}"] = is_office | is_auditor

for permission, predicate in TABLE.items():
    rules.add_perm(permission, predicate)
