"""How moments are written for people: times on messages, day separators, times in the list (S12)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """How one language writes days; the places are `{day}`, `{month}`, `{year}`, `{date}` and `{time}`."""

    months: tuple[str, ...] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    days: tuple[str, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    short_days: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    today: str = "Today"
    yesterday: str = "Yesterday"
    this_year: str = "{month} {day}"
    other_year: str = "{month} {day}, {year}"
    with_time: str = "{date}, {time}"


ENGLISH = Words()
_words = ENGLISH


def speak(words: Words) -> None:
    """Write days in another language from now on."""
    global _words
    _words = words


def stamp(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return the time of a message: shorter the nearer it is; in the time zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    clock = _clock(local)
    if local.date() == now.date():
        return clock
    if local.year == now.year:
        return _words.with_time.format(date=_day(local), time=clock)
    return _words.with_time.format(date=_dated(local), time=clock)


def date(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return a date such as `Nov 21, 2026`, in the time zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    return _dated(local)


def day_label(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return the text between two days: Today, Yesterday, Friday, November 20, or with the year."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return _words.today
    if days == 1:
        return _words.yesterday
    if 1 < days < 7:
        return _words.days[local.weekday()]
    return _day(local) if local.year == now.year else _dated(local)


def in_list(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return the time for a row of the conversation list: 12:34, Yesterday, Fri, Nov 2, or Nov 2, 2025."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return _clock(local)
    if days == 1:
        return _words.yesterday
    if 1 < days < 7:
        return _words.short_days[local.weekday()]
    return _day(local) if local.year == now.year else _dated(local)


def same_day(one: datetime.datetime, other: datetime.datetime, now: datetime.datetime) -> bool:
    """Tell whether two moments are on one day in the time zone of `now`."""
    return one.astimezone(now.tzinfo).date() == other.astimezone(now.tzinfo).date()


def _day(local: datetime.datetime) -> str:
    return _words.this_year.format(month=_words.months[local.month - 1], day=local.day)


def _dated(local: datetime.datetime) -> str:
    return _words.other_year.format(month=_words.months[local.month - 1], day=local.day, year=local.year)


def _clock(local: datetime.datetime) -> str:
    return f"{local.hour:02d}:{local.minute:02d}"  # strftime is slow here: it imports on each call
