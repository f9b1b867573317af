"""Whatever a server sends, an answer is chunks, a finish, or a ProviderError."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.ai.providers.chat_answer import ChatAnswer
from node.ai.providers.errors import ProviderError
from node.ai.providers.event_stream import Event
from node.ai.providers.messages_answer import MessagesAnswer
from node.ai.providers.ollama_answer import OllamaAnswer
from node.ai.providers.refusal import Wording, refusal, refused_parameter
from node.ai.providers.request import Chunk, Finish

FIELDS = """
    type error message delta content choices index finish_reason usage model text code param done done_reason
    content_block stop_reason input_tokens output_tokens role
"""
EVENTS = """
    message_start content_block_start content_block_delta message_delta message_stop error ping text_delta text
"""
WORDS, KINDS = st.sampled_from(FIELDS.split()), st.sampled_from(EVENTS.split())
LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=9)
JSON = st.recursive(
    LEAVES | KINDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)
WORDING = Wording("X", "X")
ANSWERS = [ChatAnswer, MessagesAnswer, OllamaAnswer]


@pytest.mark.parametrize("kind", ANSWERS)
@given(st.lists(st.tuples(KINDS, JSON), max_size=6), st.booleans())
def test_any_json_is_an_answer_or_an_error(kind, messages, whole):
    answer = kind(WORDING, model="m", ignored=())
    with suppress(ProviderError):
        for name, message in messages:
            data = orjson.dumps(message)
            pieces = answer.take_whole(data) if whole else answer.take(Event(name, data.decode()))
            assert all(isinstance(piece, Chunk | Finish) for piece in pieces)
            assert all(piece.text for piece in pieces if isinstance(piece, Chunk))
        finish = answer.end()
        assert isinstance(finish.reason, str)
        assert finish.prompt_tokens is None or finish.prompt_tokens >= 0


@given(st.integers(300, 599) | st.just(0), JSON)
def test_any_refusal_is_understood_somehow(status, body):
    error = refusal(status, {}, body, WORDING)
    assert error.message.endswith(".")
    found = refused_parameter(status, body, ("param", "max_tokens"), form="format")
    assert found is None or found.name in {"param", "max_tokens"}
