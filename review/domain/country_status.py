"""Which countries count as developing or emerging ones in a call: its list, and what the office decided otherwise."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.errors import NotPermitted, ReasonNeeded
from review.domain.roles import roles_of
from review.models import CountryOverride, ReviewRole
from submissions.domain import countries
from submissions.models import Call


class UnknownCountry(DomainError):
    """The code is no country, or Germany, which does not count."""


def developing_countries(call: Call) -> frozenset[str]:
    """Return the codes of the countries that count as developing or emerging ones in this call (two queries)."""
    overrides = dict(call.country_overrides.values_list("iso2", "developing"))
    listed = countries.developing(call.country_list)
    return frozenset(
        {iso2 for iso2 in listed if overrides.get(iso2, True)} | {iso2 for iso2, counts in overrides.items() if counts}
    )


@transaction.atomic
def override_country(
    call: Call, iso2: str, *, developing: bool, reason: str, actor: User, at: datetime
) -> CountryOverride:
    """Decide the status of a country for one call, whatever its list says; a later decision replaces an earlier one.

    The earlier ones stay in the audit log. Raises NotPermitted, ReasonNeeded and UnknownCountry.
    """
    _check(actor)
    if not reason.strip():
        raise ReasonNeeded
    if iso2 == countries.GERMANY or iso2 not in dict(countries.all_countries("de")):
        raise UnknownCountry(_("Dieser Staat ist nicht bekannt oder zählt nicht als weiteres Land."))
    decided, _new = CountryOverride.objects.update_or_create(
        call=call,
        iso2=iso2,
        defaults={"developing": developing, "reason": reason.strip(), "decided_by": actor, "decided_at": at},
    )
    record(
        "country.status_decided",
        actor=actor,
        subject=call,
        payload={"iso2": iso2, "developing": developing, "reason": decided.reason},
    )
    return decided


@transaction.atomic
def follow_the_list(call: Call, iso2: str, *, actor: User) -> None:
    """Take a decision back: the list of the call counts again. Without a decision nothing happens."""
    _check(actor)
    deleted, _rows = CountryOverride.objects.filter(call=call, iso2=iso2).delete()
    if deleted:
        record("country.follows_list", actor=actor, subject=call, payload={"iso2": iso2})


def _check(actor: User) -> None:
    roles = roles_of(actor)
    if not roles & {ReviewRole.OFFICE, ReviewRole.LEAD} or ReviewRole.AUDITOR in roles:
        raise NotPermitted
