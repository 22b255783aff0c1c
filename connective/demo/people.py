"""The people that one can be in demo mode."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User

ABILITIES: dict[str, str | Promise] = {
    "antrag@example.org": _("schreibt Themenvorschläge für eine Kommune und reicht sie ein"),
    "kollegin@example.org": _("arbeitet in derselben Kommune und darf die Vorschläge lesen"),
    "geschaeftsstelle@example.org": _("betreut Themenaufrufe und Vorschläge in der Verwaltung"),
    "leitung@example.org": _("leitet die Geschäftsstelle"),
    "steuerungskreis@example.org": _("ist Mitglied des Steuerungskreises"),
    "vorsitz@example.org": _("führt den Vorsitz im Steuerungskreis"),
    "revision@example.org": _("prüft und darf nur lesen"),
}
"""What each of them does, by e-mail address; `manage.py demo` creates them."""


@dataclass(frozen=True)
class DemoPerson:
    """One of them, who exists."""

    user: User
    ability: str | Promise


def present_people() -> list[DemoPerson]:
    """Return those that exist, in the order above; nobody outside of demo mode."""
    if not settings.DEMO:
        return []
    users = {user.email: user for user in User.objects.filter(email__in=ABILITIES, is_active=True, is_superuser=False)}
    return [DemoPerson(users[email], ability) for email, ability in ABILITIES.items() if email in users]
