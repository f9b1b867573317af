"""How moments are written for people: times on messages, day separators, times in the list (S12)."""

from __future__ import annotations

import datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def stamp(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return the time of a message: shorter the nearer it is; in the time zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    clock = _clock(local)
    if local.date() == now.date():
        return clock
    if local.year == now.year:
        return f"{_day(local)}, {clock}"
    return f"{_day(local)}, {local.year}, {clock}"


def date(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return a date such as `Nov 21, 2026`, in the time zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    return f"{_day(local)}, {local.year}"


def day_label(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return the text between two days: Today, Yesterday, Friday, November 20, or with the year."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if 1 < days < 7:
        return DAYS[local.weekday()]
    return _day(local) if local.year == now.year else f"{_day(local)}, {local.year}"


def in_list(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return the time for a row of the conversation list: 12:34, Yesterday, Fri, Nov 2, or Nov 2, 2025."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return _clock(local)
    if days == 1:
        return "Yesterday"
    if 1 < days < 7:
        return DAYS[local.weekday()][:3]
    return _day(local) if local.year == now.year else f"{_day(local)}, {local.year}"


def same_day(one: datetime.datetime, other: datetime.datetime, now: datetime.datetime) -> bool:
    """Tell whether two moments are on one day in the time zone of `now`."""
    return one.astimezone(now.tzinfo).date() == other.astimezone(now.tzinfo).date()


def _day(local: datetime.datetime) -> str:
    return f"{MONTHS[local.month - 1]} {local.day}"


def _clock(local: datetime.datetime) -> str:
    return f"{local.hour:02d}:{local.minute:02d}"  # strftime is slow here: it imports on each call
