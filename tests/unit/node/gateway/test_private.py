"""Private sessions on the channel: their own topic, their own AI, their own limits."""

from typing import Any

import pytest

from node.client import CallRefused
from node.gateway.message_rate import Rates
from node.gateway.wishes import Wishes
from tests.unit.node.gateway.clients import TOPIC, client, refused
from tests.unit.node.gateway.fake_backend import ME, TS, FakeBackend, serving
from tests.unit.node.gateway.test_ai_pushes import heard

pytestmark = pytest.mark.trio
ROOM = "conversation:my-room"


def nested(levels: int) -> Any:
    """Return an object in an object, so many levels."""
    made: Any = {}
    for _ in range(levels - 1):
        made = {"a": made}
    return made


async def test_a_session_is_joined_asked_and_begun_anew() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c:
        joined = await c.join(ROOM, {"user_id": "web-7", "preferences": {"language": "de"}})
        assert (joined["conversation_id"], joined["user_id"]) == ("my-room", "web-7")
        assert (joined["session_id"], joined["history"]) == ("5" * 32, [{"role": "user", "text": "before"}])
        assert await c.call(ROOM, "message", {"content": "Why?", "options": {"include_examples": True}}) == {}
        wishes = Wishes(options={"include_examples": True}, preferences={"language": "de"})
        assert backend.calls[-1] == ("ask", "my-room", "Why?", wishes)
        assert (await c.next_event()).event == "thinking"
        assert (await c.call(ROOM, "set_context", {"context": {"a": 1}}))["context"] == {"a": 1}
        assert (await c.next_event()).payload == {"context": {"a": 1}, "timestamp": TS}
        assert (await c.call(ROOM, "new_conversation"))["session_id"] == "6" * 32
        assert (await c.next_event()).event == "conversation_reset"
        assert await c.call(ROOM, "typing", {"typing": True}) == {}
        assert (await c.call(ROOM, "history"))["history"][0]["text"] == "before"


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\u202e"])
async def test_a_name_that_is_none(name: str) -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        assert await refused(c.join(f"conversation:{name}")) == "bad_request"


async def test_an_id_in_capitals_is_no_conversation_of_mine_but_a_session() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        joined = await c.join(f"conversation:{'AB' * 32}")
        assert joined["user_id"] == ME
        assert "messages" not in joined


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("message", {}, "bad_request"),
        ("message", {"content": " "}, "blank"),
        ("message", {"content": "x" * 4001}, "too_long"),
        ("message", {"content": "x", "llm_config": {"temperature": 3}}, "bad_request"),
        ("message", {"content": "x", "context": nested(33)}, "bad_request"),
        ("message", {"content": "x", "options": nested(40)}, "bad_request"),
        ("set_context", {}, "bad_request"),
        ("set_context", {"context": nested(33)}, "bad_request"),
        ("typing", {}, "bad_request"),
        ("pin", {"id": "0"}, "bad_request"),
    ],
)
async def test_refused_before_the_ai_is_asked(event: str, payload: dict[str, Any], code: str) -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway) as c:
        await c.join(ROOM)
        assert await refused(c.call(ROOM, event, payload)) == code
        assert backend.calls == []


async def test_a_context_may_be_nested_as_far_as_is_said() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway) as c:
        await c.join(ROOM)
        assert (await c.call(ROOM, "set_context", {"context": nested(32)}))["context"] == nested(32)


async def test_too_many_questions_and_what_is_told_of_them() -> None:
    backend = FakeBackend()
    async with (
        serving(backend, rates=Rates(asks_at_once=2, asks_per_s=0.01)) as gateway,
        client(gateway, events=True) as c,
    ):
        await c.join(ROOM)
        for _ in range(2):
            await c.call(ROOM, "message", {"content": "more"})
            assert (await c.next_event()).event == "thinking"
        with pytest.raises(CallRefused) as caught:
            await c.call(ROOM, "message", {"content": "too much"})
        assert caught.value.code == "rate_limited"
        event = await c.next_event()
        assert (event.event, event.payload["type"]) == ("error", "rate_limit")
        assert 0 < event.payload["details"]["retry_after_ms"] <= 100_000
        assert len(backend.calls) == 2


async def test_what_is_wrong_with_a_message_is_told_as_an_error_too() -> None:
    async with serving(FakeBackend()) as gateway, client(gateway, events=True) as c:
        await c.join(TOPIC)
        await refused(c.call(TOPIC, "message", {"content": 7}))
        event = await heard(c, "error")
        assert (event.event, event.payload["type"]) == ("error", "validation")
        assert event.payload["details"] == {"code": "bad_request", "event": "message"}
        assert "content" in event.payload["message"]


async def test_who_asked_is_told_of_the_answer_and_nobody_else() -> None:
    backend = FakeBackend()
    async with serving(backend) as gateway, client(gateway, events=True) as c, client(gateway, events=True) as other:
        await c.join(TOPIC)
        await other.join(TOPIC)
        asked = (await c.call(TOPIC, "message", {"content": "How do I fix it?"}))["id"]
        conversation = TOPIC.partition(":")[2]
        delta = {"ai": "a1", "name": "Leaf", "stream": "s1", "reply_to": asked, "text": "", "state": "thinking"}
        backend.emit(conversation, "ai_delta", delta)
        backend.emit(conversation, "ai_delta", {**delta, "state": "growing", "text": "The"})
        how = {"id": "a1", "provider": "p", "model": "m", "kind": "problem_solving", "ms": 7, "ignored": ["top_p"]}
        fields = {"root_cause": ["A short circuit."], "model_used": ["evil"]}
        how |= {"rule": "failure", "constrained": True, "fields": fields}
        text = "Root cause: the fuse is blown.\n\nSolution:\n1. Take it out.\n2. Put a new one in."
        answer = {"id": "f" * 64, "kind": "ai", "reply_to": asked, "text": text, "deleted": False, "ai": how}
        backend.emit(conversation, "message", answer)
        backend.emit(conversation, "message", {**answer, "reactions": []})
        backend.emit(conversation, "ai_delta", {**delta, "state": "failed", "reason": "No.", "code": "timeout"})
        seen = []
        while not seen or seen[-1].event != "error":
            seen.append(await c.next_event())
        told = [each for each in seen if each.event in ("thinking", "response", "error")]
        assert [each.event for each in told] == ["thinking", "response", "error"]
        payload = told[1].payload
        assert (payload["query"], payload["response"]) == ("How do I fix it?", text)
        assert (payload["conversation_type"], payload["routed_to"]) == ("problem_solving", "problem_solver")
        metadata = payload["metadata"]
        assert (metadata["processing_time"], metadata["model_used"], metadata["ignored"]) == (7, "m", ["top_p"])
        assert (metadata["rule"], metadata["constrained"]) == ("failure", True)
        assert metadata["root_cause"] == "A short circuit."
        assert metadata["solution_steps"] == ["Take it out.", "Put a new one in."]
        assert told[2].payload["type"] == "timeout"
        backend.emit(conversation, "gone", {"id": "0" * 64})
        heard = []
        while not heard or heard[-1] != "gone":
            heard.append((await other.next_event()).event)
        assert not {"thinking", "response", "error"} & set(heard)
