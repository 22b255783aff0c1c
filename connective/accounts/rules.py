"""Who may do what on the ground floor's admin pages, by group; the upper floors have tables of their own.

A group needs no permission rows: belonging to it is what counts, and nobody can tick a wrong box.
"""

import rules

is_office = rules.is_group_member("office") | rules.is_group_member("lead")
is_lead = rules.is_group_member("lead")
is_auditor = rules.is_group_member("auditor")

TABLE = {
    "accounts": is_office,
    "accounts.view_user": is_office,
    "accounts.reset_second_factor": is_lead,
    "audit": is_auditor | is_lead,
    "audit.view_entry": is_auditor | is_lead,
    "mail": is_office | is_auditor,
    "mail.view_message": is_office | is_auditor,
    "mail.resolve_message": is_office,
    "site": is_office,
    "site.view_sitepage": is_office,
    "site.change_sitepage": is_office,
}
for permission, predicate in TABLE.items():
    rules.add_perm(permission, predicate)
