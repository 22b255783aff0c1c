"""Deadlines as people read them: in German time, a whole day ending at 24:00 of that day."""

from datetime import UTC, date, datetime, time, timedelta

from django import template
from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connective import clock

register = template.Library()


@register.filter
def deadline(closes_at: datetime) -> str:
    """Return the closing instant (aware; the first refused one) with weekday, date and clock time in Germany.

    Midnight is shown as 24:00 of the day before, because that day counts in full: for the call of 2021
    "Freitag, 4. Dezember 2020, 24:00 Uhr". Seconds are shown only where there are any.
    """
    local = closes_at.astimezone(clock.BERLIN)
    if local.time() == time.min:
        return _("%(day)s, 24:00 Uhr") % {"day": day(local.date() - timedelta(days=1))}
    shown = format_date(local, "H:i:s" if local.second else "H:i")
    if _is_repeated(local):
        shown = f"{shown} {local.tzname()}"
    return _("%(day)s, %(time)s Uhr") % {"day": day(local.date()), "time": shown}


@register.filter
def instant(moment: datetime) -> str:
    """Return a moment (aware) with weekday, date and clock time in Germany; midnight belongs to the day it begins."""
    local = moment.astimezone(clock.BERLIN)
    return _("%(day)s, %(time)s Uhr") % {"day": day(local.date()), "time": format_date(local, "H:i")}


@register.filter
def day(value: date) -> str:
    """Return a date with its weekday, such as "Freitag, 4. Dezember 2020"."""
    # Translators: weekday, day, month, year in Django's date format; English: "l, j F Y"
    return str(format_date(value, _("l, j. F Y")))


@register.filter
def short_day(value: date) -> str:
    """Return a date without its weekday, such as "4. Dezember 2020"; an instant counts in German time."""
    if isinstance(value, datetime):
        value = value.astimezone(clock.BERLIN).date()
    # Translators: day, month, year in Django's date format; English: "j F Y"
    return str(format_date(value, _("j. F Y")))


@register.filter
def short_instant(moment: datetime) -> str:
    """Return a moment (aware) without its weekday, such as "4. Dezember 2020, 14:03 Uhr", in German time."""
    local = moment.astimezone(clock.BERLIN)
    return _("%(day)s, %(time)s Uhr") % {"day": short_day(local), "time": format_date(local, "H:i")}


@register.filter
def last_day(closes_at: datetime) -> date:
    """Return the last day in Germany on which something is accepted, for a closing instant (aware)."""
    return (closes_at.astimezone(UTC) - timedelta(microseconds=1)).astimezone(clock.BERLIN).date()


@register.filter
def days_left(closes_at: datetime, at: datetime | None = None) -> int:
    """Return how many midnights in Germany lie between now (or `at`) and the last accepted moment; 0 is today."""
    today = (at or clock.now()).astimezone(clock.BERLIN).date()
    return max((last_day(closes_at) - today).days, 0)


@register.filter
def time_left(closes_at: datetime, at: datetime | None = None) -> str:
    """Return in words how long something is still accepted, by the server's clock: days, on the last day hours."""
    # In UTC: the difference of two times of one zone is that of the clock on the wall, an hour off in the change.
    left = closes_at.astimezone(UTC) - (at or clock.now()).astimezone(UTC)
    if left <= timedelta(0):
        return _("Die Frist ist abgelaufen.")
    days = days_left(closes_at, at)
    if days > 0:
        return ngettext("Noch %(days)d Tag", "Noch %(days)d Tage", days) % {"days": days}
    hours, rest = divmod(int(left.total_seconds()), 3600)
    if hours:
        return ngettext("Nur noch heute: %(hours)d Stunde", "Nur noch heute: %(hours)d Stunden", hours) % {
            "hours": hours
        }
    minutes = rest // 60
    if minutes:
        return ngettext("Nur noch %(minutes)d Minute", "Nur noch %(minutes)d Minuten", minutes) % {"minutes": minutes}
    return _("Weniger als eine Minute")


def _is_repeated(local: datetime) -> bool:
    """Say whether the clock shows this time twice, as in the hour in which summer time ends."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
