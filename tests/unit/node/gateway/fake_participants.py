"""The AIs of the fake backend: literal data, and a list of what was asked."""

from collections.abc import Sequence
from typing import Any

from node.gateway.refusal import Refusal

Json = dict[str, Any]

AI = "a1" + "0" * 62


class FakeParticipants:
    def __init__(self, conversation_id: str, me: str, calls: list[tuple[Any, ...]]) -> None:
        self._id = conversation_id
        self._me = me
        self._calls = calls

    def _ai(self) -> Json:
        return {"id": AI, "name": "Assistant", "provider": "local", "model": "m", "host": self._me, "policy": "every"}

    def all(self) -> list[Json]:
        return [self._ai()]

    async def offers(self, ai: str) -> Json:
        self._calls.append(("ai_offers", self._id, ai))
        return {"providers": [], "default": None}

    async def add(self, settings: Json) -> Json:
        self._calls.append(("ai_add", self._id, settings))
        if settings.get("provider") == "nope":
            raise Refusal("unknown_provider", "there is no provider nope; known are local")
        return {"id": AI, **settings}

    def set(self, ai: str, settings: Json) -> Json:
        self._calls.append(("ai_set", self._id, ai, settings))
        return {**self._ai(), **settings}

    def set_hosts(self, ai: str, people: Sequence[str]) -> Json:
        self._calls.append(("ai_hosts", self._id, ai, list(people)))
        return self._ai()

    def accept(self, ai: str, *, on: bool) -> Json:
        self._calls.append(("ai_accept", self._id, ai, on))
        return self._ai()

    async def remove(self, ai: str) -> None:
        self._calls.append(("ai_remove", self._id, ai))

    def pause(self, *, on: bool) -> None:
        self._calls.append(("ai_pause", self._id, on))

    def retry(self, message: bytes, ai: str | None) -> list[Json]:
        self._calls.append(("retry", self._id, message.hex(), ai))
        return [self._ai()]

    def stop(self, message: bytes, ai: str) -> Json:
        self._calls.append(("stop", self._id, message.hex(), ai))
        return self._ai()
