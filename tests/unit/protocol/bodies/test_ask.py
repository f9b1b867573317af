"""What is asked along with a message: there and back, and harmless whatever a stranger puts there."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bodies.ask import (
    CONTEXT_CHARACTERS,
    MAX_TOKENS,
    Ask,
    Config,
    dump_ask,
    dump_table,
    load_ask,
    load_config,
    load_table,
)
from protocol.bodies.content import ASK_BYTES, Message, dump_content, load_content
from tests.builders import fixed


def test_there_and_back_inside_a_message() -> None:
    ask = Ask(
        dump_table({"topic": "beds"}), dump_table({"include_examples": True}), dump_table({"top_p": 1}), fixed("m")
    )
    body = Message("Which?", ask=dump_ask(ask))
    assert load_content(dump_content(body)) == body
    assert load_ask(body.ask) == ask
    assert dump_ask(Ask()) == b""
    assert load_ask(b"") == Ask()


def test_the_longest_fits_and_a_longer_one_is_refused() -> None:
    assert len(dump_ask(Ask("x" * CONTEXT_CHARACTERS, "x" * 2_000, "x" * 2_000, fixed("m")))) <= ASK_BYTES
    with pytest.raises(ValueError, match="characters"):
        dump_ask(Ask("x" * (CONTEXT_CHARACTERS + 1)))


@given(st.binary(max_size=400) | st.builds(lambda text: dump_ask(Ask(context=text)), st.text(max_size=100)))
def test_whatever_the_bytes_are_a_message_stays_one(data: bytes) -> None:
    ask = load_ask(data)
    assert isinstance(load_table(ask.context), dict)
    assert isinstance(load_config(ask.config), Config)


def test_settings_out_of_range_do_not_count() -> None:
    sound = {"model": "m", "temperature": 2, "max_tokens": MAX_TOKENS, "top_p": 0.5}
    assert load_config(dump_table(sound)) == Config("m", 2.0, MAX_TOKENS, 0.5)
    for key, values in {
        "model": ["", " ", "m" * 201, 3, None],
        "temperature": [-0.1, 2.1, True, "1", math.nan, math.inf],
        "max_tokens": [0, MAX_TOKENS + 1, 1.5, True, "9"],
        "top_p": [-1, 1.01, False, []],
    }.items():
        for value in values:
            assert getattr(load_config(dump_table({**sound, key: value})), key) is None


@pytest.mark.parametrize("text", ["[1]", "{", "null", "[" * 5_000, '"x"', "\ud800"])
def test_what_is_no_object_is_an_empty_one(text: str) -> None:
    assert load_table(text) == {}
