"""What somebody of the office has to know before people notice: sentences for the cockpit."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connective import scanning
from connective.mail.board import board
from connective.mail.models import Message
from connective.observe.metrics import seconds_since_beat
from connective.site.models import SitePage

BEAT_SECONDS = 300
"""After so long without a beat nothing goes out by itself: the beat comes each minute."""

LOW_DISK = 0.1
"""Less than this part of the disk free asks for somebody of the operation."""

GAPS = ("ergänzen]", "[please add", "themenaufruf@example.org")
"""What shows that a page still has the text that comes with the portal (`connective/site/texts/`)."""


def warnings(at: datetime) -> list[str]:
    """Return what is wrong with mail, worker, queue, scanner, disk and pages at `at` (aware), in sentences for the office."""
    return [
        *_about_mail(at),
        *_about_the_beat(),
        *_about_the_scanner(),
        *_about_the_disk(),
        *_about_the_pages(),
    ]


def _about_mail(at: datetime) -> Iterator[str]:
    found = board(at)
    if found.without_worker:
        yield ngettext(
            "%(count)s E-Mail wartet seit über fünf Minuten, ohne dass jemand sie sendet: Der Hintergrunddienst läuft nicht.",
            "%(count)s E-Mails warten seit über fünf Minuten, ohne dass jemand sie sendet: Der Hintergrunddienst läuft nicht.",
            found.without_worker,
        ) % {"count": found.without_worker}
    if found.unreachable:
        yield ngettext(
            "%(count)s E-Mail konnte noch nicht gesendet werden: Der Mailserver nimmt sie zurzeit nicht an.",
            "%(count)s E-Mails konnten noch nicht gesendet werden: Der Mailserver nimmt sie zurzeit nicht an.",
            found.unreachable,
        ) % {"count": found.unreachable}
    failed = found.counts[Message.State.FAILED]
    if failed:
        yield ngettext("%(count)s E-Mail ist gescheitert.", "%(count)s E-Mails sind gescheitert.", failed) % {
            "count": failed
        }
    if found.uncertain:
        yield ngettext(
            "Bei %(count)s E-Mail ist ungewiss, ob sie ankam. Bitte entscheiden Sie auf der Tafel der E-Mails.",
            "Bei %(count)s E-Mails ist ungewiss, ob sie ankamen. Bitte entscheiden Sie auf der Tafel der E-Mails.",
            found.uncertain,
        ) % {"count": found.uncertain}


def _about_the_beat() -> Iterator[str]:
    try:
        since = seconds_since_beat()
    except redis.RedisError:
        yield _("Die Warteschlange (Redis) antwortet nicht. E-Mails gehen erst wieder hinaus, wenn sie läuft.")
        return
    if since is None or since > BEAT_SECONDS:
        yield _(
            "Der Zeitgeber hat sich seit über fünf Minuten nicht gemeldet. Erinnerungen und E-Mails können liegen bleiben."
        )


def _about_the_scanner() -> Iterator[str]:
    if scanning.is_there() is False:
        yield _(
            "Der Virenscanner antwortet nicht. Unterstützungsschreiben werden angenommen, aber erst geöffnet, wenn er wieder "
            "läuft."
        )


def _about_the_disk() -> Iterator[str]:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    if usage.free < LOW_DISK * usage.total:
        yield _("Der Speicherplatz für Dokumente wird knapp: Es sind nur noch %(free)s GB frei.") % {
            "free": f"{usage.free / 1e9:.1f}"
        }


def _about_the_pages() -> Iterator[str]:
    if settings.PORTAL_MODE != "production":
        return
    pages = [page for page in SitePage.objects.all() if any(gap in page.text + page.text_en for gap in GAPS)]
    if pages:
        names = ", ".join(page.localised("title") for page in pages)
        yield _("Unter „Seiten“ sind noch Lücken zu füllen: %(pages)s.") % {"pages": names}
