import datetime

import pytest

from gui.state import times

ZONE = datetime.timezone(datetime.timedelta(hours=2))
NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "stamp", "day", "in_list"),
    [
        ("2026-11-21T09:30:00+00:00", "11:30", "Today", "11:30"),
        ("2026-11-20T22:30:00+00:00", "00:30", "Today", "00:30"),
        ("2026-11-20T20:30:00+00:00", "Nov 20, 22:30", "Yesterday", "Yesterday"),
        ("2026-11-17T10:00:00+00:00", "Nov 17, 12:00", "Tuesday", "Tue"),
        ("2026-03-02T10:00:00+00:00", "Mar 2, 12:00", "Mar 2", "Mar 2"),
        ("2025-11-21T10:00:00+00:00", "Nov 21, 2025, 12:00", "Nov 21, 2025", "Nov 21, 2025"),
    ],
)
def test_a_moment_is_written_shorter_the_nearer_it_is(moment: str, stamp: str, day: str, in_list: str) -> None:
    then = datetime.datetime.fromisoformat(moment)
    assert times.stamp(then, NOW) == stamp
    assert times.day_label(then, NOW) == day
    assert times.in_list(then, NOW) == in_list


def test_created_dates() -> None:
    assert times.date(datetime.datetime(2026, 11, 21, tzinfo=ZONE), NOW) == "Nov 21, 2026"
