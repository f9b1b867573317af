"""The newest lines of the log are kept, counted and told once."""

import logging

from node.log import KEPT, MOST_CHARACTERS, Tail


def say(tail: Tail, text: str, *, error: Exception | None = None) -> None:
    record = logging.LogRecord(
        "node.sync", logging.INFO, "", 0, text, (), (type(error), error, None) if error else None
    )
    tail.handle(record)


def test_only_what_is_new_is_told_and_only_the_newest_are_kept() -> None:
    tail = Tail()
    assert tail.after(0) == ([], 0)
    say(tail, "one")
    lines, count = tail.after(0)
    assert (len(lines), count) == (1, 1)
    assert lines[0].endswith("INFO    node.sync one")
    assert tail.after(count) == ([], 1)
    for number in range(KEPT + 5):
        say(tail, f"line {number}")
    lines, count = tail.after(1)
    assert (len(lines), count) == (KEPT, KEPT + 6)
    assert lines[-1].endswith(f"line {KEPT + 4}")
    assert len(tail.after(10_000)[0]) == KEPT, "the node was started anew: its lines begin again"


def test_a_line_is_short_and_tells_of_an_error_its_kind_alone() -> None:
    tail = Tail()
    say(tail, "x" * 2000)
    say(tail, "it failed", error=ValueError("secret"))
    lines, _ = tail.after(0)
    assert len(lines[0]) == MOST_CHARACTERS
    assert lines[1].endswith("it failed cause=ValueError")
