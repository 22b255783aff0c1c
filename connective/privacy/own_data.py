"""Personal data of the ground floor: accounts, sessions, mail and logs (see `connective.privacy.register`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from connective.accounts.models import User
from connective.audit import log
from connective.mail.models import Message
from connective.privacy.register import PersonalField, Rule

MAILS = timedelta(days=365)
"""How long it can be shown what the portal wrote to whom."""

UNUSED = timedelta(days=2 * 365)
"""How long an account without a sign-in stays, if nothing else ties the person to the portal."""

CHANGES = timedelta(days=365)
"""How long the admin's own list of changes is kept; the audit log outlives it, without names."""

ERASED = "@erased.invalid"
"""Ends the address of a person or message that was erased (RFC 2606: no mail ever goes there)."""

_SIGN_IN = _("um Sie anzumelden und Ihnen zu schreiben")

REGISTER = [
    PersonalField(
        "accounts.user.email", _("E-Mail-Adresse des Kontos"), _SIGN_IN, _("2 Jahre ohne Anmeldung, oder auf Wunsch")
    ),
    PersonalField(
        "accounts.user.name", _("Name zum Konto"), _("damit andere wissen, wer handelt"), _("wie die Adresse")
    ),
    PersonalField("accounts.user.password", _("leer: Anmeldung mit Code"), _SIGN_IN, _("wie die Adresse")),
    PersonalField("account.emailaddress.email", _("weitere Adresse; wird nicht benutzt"), _SIGN_IN, _("wie das Konto")),
    PersonalField(
        "mail.message.recipient", _("Adresse einer Nachricht"), _("um zu senden und es nachzuweisen"), _("1 Jahr")
    ),
    PersonalField(
        "mail.message.subject", _("Betreff einer Nachricht"), _("um zu senden und es nachzuweisen"), _("1 Jahr")
    ),
    PersonalField("mail.message.body", _("Text einer Nachricht"), _("um zu senden und es nachzuweisen"), _("1 Jahr")),
    PersonalField("mail.message.server_answer", _("Antwort des Mailservers"), _("um Fehler zu finden"), _("1 Jahr")),
    PersonalField(
        "sessions.session.session_data",
        _("Sitzung, darin gerade Getipptes"),
        _("um angemeldet zu bleiben und nichts zu verlieren"),
        _("2 Stunden ohne Anfrage, ohne Anmeldung 7 Tage"),
    ),
    PersonalField(
        "accounts.signedinsession.device",
        _("Browser und System, nur grob"),
        _("damit Sie Ihre Sitzungen wiedererkennen"),
        _("wie die Sitzung"),
    ),
    PersonalField(
        "mfa.authenticator.data",
        _("zweiter Faktor: versiegelter Schlüssel, oder öffentlicher Schlüssel und Name eines Passkeys"),
        _("um Sie sicher anzumelden"),
        _("bis Sie ihn entfernen, oder wie das Konto"),
    ),
    PersonalField(
        "socialaccount.socialaccount.uid",
        _("Kennung beim Anmeldedienst Ihres Hauses"),
        _("um Sie anzumelden"),
        _("wie das Konto"),
    ),
    PersonalField(
        "audit.actorsalt.salt",
        _("Geheimwert zum Kennzeichen im Protokoll"),
        _("damit Handlungen einer Person zugeordnet werden können"),
        _("wie das Konto; danach sagt das Kennzeichen nichts mehr"),
    ),
    PersonalField(
        "admin.logentry.object_repr", _("Name dessen, was geändert wurde"), _("um Änderungen nachzusehen"), _("1 Jahr")
    ),
    PersonalField(
        "admin.logentry.change_message", _("was geändert wurde"), _("um Änderungen nachzusehen"), _("1 Jahr")
    ),
]


def _old_mails(at: datetime) -> QuerySet[Message]:
    settled = Q(state__in=(Message.State.SENT, Message.State.FAILED)) | Q(state="withdrawn")
    return Message.objects.filter(settled, created_at__lte=at - MAILS).exclude(recipient__endswith=ERASED)


def _blank(messages: QuerySet[Message]) -> int:
    """Blank addresses and texts; occasion, kind, state and times stay, so that nothing is sent a second time."""
    nobody = Concat(Value("message-"), Cast(F("pk"), CharField()), Value(ERASED))
    return messages.update(recipient=nobody, subject="", body="", server_answer="")


def _unused(at: datetime) -> QuerySet[User]:
    """Return accounts that nobody uses: no sign-in for long, no role, no organisation."""
    seen = Q(last_login__gt=at - UNUSED) | Q(last_login=None, date_joined__gt=at - UNUSED)
    return User.objects.exclude(seen).filter(
        is_active=True, is_staff=False, is_superuser=False, memberships=None, groups=None
    )


def _erase_unused(at: datetime) -> int:
    found = list(_unused(at).select_for_update(of=("self",)))
    for person in found:
        _make_nobody(person)
    return len(found)


def _make_nobody(person: User) -> None:
    """Leave of an account the number alone, which other rows refer to; the audit log loses its tie to the person."""
    log.forget(person)
    person.groups.clear()
    person.set_unusable_password()
    person.email, person.name = f"person-{person.pk}{ERASED}", ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.save()


RULES = [
    Rule("mails", _("Nachrichten, nach 1 Jahr"), lambda at: _old_mails(at).count(), lambda at: _blank(_old_mails(at))),
    Rule("accounts", _("Konten, 2 Jahre nach der letzten Anmeldung"), lambda at: _unused(at).count(), _erase_unused),
    Rule(
        "list of changes",
        _("Änderungsliste der Verwaltung, nach 1 Jahr"),
        lambda at: _changes(at).count(),
        lambda at: _changes(at).delete()[0],
    ),
]


def _changes(at: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lte=at - CHANGES)


def known_about(person: User) -> dict[str, object]:
    """Return the account and what the portal wrote to it."""
    return {
        "account": {
            "email": person.email,
            "name": person.name,
            "joined": person.date_joined,
            "last_sign_in": person.last_login,
            "roles": list(person.groups.values_list("name", flat=True)),
        },
        "messages": list(
            Message.objects.filter(recipient__iexact=person.email).values("created_at", "subject", "body", "state")
        ),
    }


def forget(person: User, at: datetime) -> Iterator[StrOrPromise]:
    """End the person's sessions and ways to sign in, blank what was written to them, and leave of the account a number."""
    for session in Session.objects.filter(expire_date__gt=at):
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    written = Message.objects.filter(recipient__iexact=person.email)
    waiting = written.filter(state__in=(Message.State.QUEUED, Message.State.SENDING, Message.State.UNCERTAIN))
    if waiting.exists():
        yield _("Nachrichten, die noch nicht gesendet sind, bleiben ein Jahr.")
    _blank(written.exclude(pk__in=waiting))
    _make_nobody(person)
