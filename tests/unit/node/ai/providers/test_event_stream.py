from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.ai.providers.event_stream import MAX_EVENT_BYTES, Event, EventStream, EventStreamError

PIECES = (
    *(b"data: a\n", b"data:b\r\n", b"\n", b"\r\n", b": ping\n", b"event: error\n", b"id: 1\n", b"data\n", b"x\n"),
    *('data: {"a":"\u2028\u0085 é😀"}\n'.encode(), b"data: \xff\n", b"data: a\rb\n"),
)
LINES = st.lists(st.sampled_from(PIECES))


def events(*portions: bytes) -> list[Event]:
    stream = EventStream()
    found = [event for portion in portions for event in stream.feed(portion)]
    return found + stream.finish()


@given(LINES, st.lists(st.integers(0, 400)), st.booleans())
def test_where_the_bytes_are_cut_makes_no_difference(lines, cuts, marked):
    data = (b"\xef\xbb\xbf" if marked else b"") + b"".join(lines)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    portions = [data[start:end] for start, end in pairwise(edges)]
    assert events(*portions) == events(data) == events(*(bytes([byte]) for byte in data))


@given(st.binary(max_size=300))
def test_any_bytes_give_events_or_nothing(data):
    assert all(isinstance(event, Event) for event in events(data))


def test_lines_end_at_line_feeds_alone():
    text = '{"text":"one\u2028two\u0085three\x0b\x1c"}'
    assert events(f"data: {text}\n\n".encode()) == [Event("message", text)]


def test_data_lines_are_joined_and_comments_skipped():
    assert events(b": hello\nevent: done\ndata: a\ndata: b\n\ndata: c\n\n") == [
        Event("done", "a\nb"),
        Event("message", "c"),
    ]


def test_the_last_empty_line_may_be_missing():
    assert events(b"data: a\n") == events(b"data: a") == [Event("message", "a")]


@pytest.mark.parametrize("unit", [b"data: " + b"x" * 5000 + b"\n", b"x" * 5000])
def test_an_endless_event_is_refused(unit):
    stream = EventStream()
    for _ in range(MAX_EVENT_BYTES // 5000):
        stream.feed(unit)
    with pytest.raises(EventStreamError):
        stream.feed(unit)
