from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.ai.providers.event_stream import Event, EventStream, JsonLines
from node.ai.providers.lines import MAX_LINE_BYTES, OversizeError

PIECES = (
    *(b"data: a\n", b"data:b\r\n", b"\n", b"\r\n", b": ping\n", b"event: error\n", b"id: 1\n", b"data\n", b"x\n"),
    *('data: {"a":"\u2028\u0085 é😀"}\n'.encode(), b"data: \xff\n", b"data: a\rb\n"),
)
LINES = st.lists(st.sampled_from(PIECES))


def events(*portions: bytes, splitter: type = EventStream) -> list[Event]:
    stream = splitter()
    found = [event for portion in portions for event in stream.feed(portion)]
    return found + stream.finish()


@pytest.mark.parametrize("splitter", [EventStream, JsonLines])
@given(LINES, st.lists(st.integers(0, 400)), st.booleans())
def test_where_the_bytes_are_cut_makes_no_difference(splitter, lines, cuts, marked):
    data = (b"\xef\xbb\xbf" if marked else b"") + b"".join(lines)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    portions = [data[start:end] for start, end in pairwise(edges)]
    whole = events(data, splitter=splitter)
    assert events(*portions, splitter=splitter) == whole
    assert events(*(bytes([byte]) for byte in data), splitter=splitter) == whole


@pytest.mark.parametrize("splitter", [EventStream, JsonLines])
@given(st.binary(max_size=300))
def test_any_bytes_give_events_or_nothing(splitter, data):
    assert all(isinstance(event, Event) for event in events(data, splitter=splitter))


def test_lines_end_at_line_feeds_alone():
    text = '{"text":"one\u2028two\u0085three\x0b\x1c"}'
    assert events(f"data: {text}\n\n".encode()) == [Event("message", text)]
    assert events(f"{text}\n\r\n  \n{text}".encode(), splitter=JsonLines) == [Event("message", text)] * 2


def test_data_lines_are_joined_and_comments_skipped():
    assert events(b": hello\nevent: done\ndata: a\ndata: b\n\ndata: c\n\n") == [
        Event("done", "a\nb"),
        Event("message", "c"),
    ]


def test_the_last_empty_line_may_be_missing():
    assert events(b"data: a\n") == events(b"data: a") == [Event("message", "a")]


@pytest.mark.parametrize(
    ("unit", "splitter"),
    [(b"data: " + b"x" * 5000 + b"\n", EventStream), (b"x" * 5000, EventStream), (b"x" * 5000, JsonLines)],
)
def test_an_endless_event_is_refused(unit, splitter):
    stream = splitter()
    for _ in range(MAX_LINE_BYTES // 5000):
        stream.feed(unit)
    with pytest.raises(OversizeError):
        stream.feed(unit)


def test_a_line_that_comes_whole_is_no_longer_than_one_in_portions():
    with pytest.raises(OversizeError):
        JsonLines().feed(b"x" * (MAX_LINE_BYTES + 1) + b"\n")
