"""One open conversation: its rows, people, AIs and typing, fed by the events of its channel."""

from __future__ import annotations

from typing import Any

from gui.api.frames import Payload
from gui.clock import Monotonic, Now
from gui.state import objects
from gui.state.objects import Ai, Member, Summary
from gui.state.observe import Signal
from gui.state.timeline import Row, Timeline
from gui.state.typing import Typing


class Conversation:
    """The state of one open conversation.

    Signals:
        about: title, phase, progress, members or AIs are different.
    """

    def __init__(self, summary: Summary, *, me: str, clock: Monotonic, now: Now) -> None:
        self.about: Signal[()] = Signal()
        self.summary = summary
        self.members: tuple[Member, ...] = ()
        self.ais: tuple[Ai, ...] = ()
        self.timeline = Timeline()
        self.typing = Typing(clock, me=me)
        self.loaded = False
        self.loading_older = False
        self._now = now

    @property
    def id(self) -> str:
        """The whole id, 64 hex digits."""
        return self.summary.id

    def joined(self, reply: Payload) -> None:
        """Take over the reply of a join, the first or one after a reconnect."""
        if isinstance(reply.get("summary"), dict):
            self.summary = objects.summary(reply["summary"])
        self.members = objects.members(reply.get("members"))
        self.ais = objects.ais(reply.get("ai"))
        self.typing.clear()
        self.loaded = True
        messages = [objects.message(item) for item in objects.dicts(reply.get("messages"))]
        self.timeline.load(messages, more=reply.get("more") is True)
        self.about.emit()

    def handle(self, event: str, payload: Payload) -> None:
        """Take over an event; unknown ones are ignored, a newer node may send them."""
        match event:
            case "message":
                self._message(payload)
            case "messages":
                for each in objects.dicts(payload.get("messages")):
                    self._message(each)
            case "states":
                for each in objects.dicts(payload.get("messages")):
                    self.timeline.reached(str(each.get("id", "")), str(each.get("state", "")))
            case "gone":
                self.timeline.remove(str(payload.get("id", "")))
            case "typing":
                self._typing(payload)
            case "ai_delta":
                self._delta(payload)
            case "conversation":
                self.summary = objects.summary(payload)
                self.about.emit()
            case "members":
                self.members = objects.members(payload.get("members"))
                self.about.emit()
            case "ai":
                self.ais = objects.ais(payload.get("ai"))
                self.about.emit()
            case _:
                pass

    def _message(self, payload: Payload) -> None:
        message = objects.message(payload)
        client_id = payload.get("client_id")
        self.typing.ended(message.author)
        self.timeline.put(message, client_id=client_id if isinstance(client_id, str) else None)

    def _typing(self, payload: Payload) -> None:
        user_id, name = str(payload.get("user_id", "")), str(payload.get("name", ""))
        if payload.get("typing") is True:
            self.typing.started(user_id, name, ai=payload.get("ai") is True)
        else:
            self.typing.ended(user_id)

    def _delta(self, payload: Payload) -> None:
        ai, name = str(payload.get("ai", "")), str(payload.get("name", ""))
        state = str(payload.get("state", ""))
        text = _text(payload.get("text"))
        key = f"stream:{ai}:{payload.get('stream', '')}"
        if state in ("thinking", "growing"):
            self.typing.started(ai, name, ai=True)
        else:
            self.typing.ended(ai)
        if state == "thinking" and not text:
            return  # the typing line says it; a bubble comes with the first word
        if state == "done" and self.timeline.index_of(key) is None:
            return
        reply_to = payload.get("reply_to")
        row = Row(
            key,
            "stream",
            ai,
            name,
            text,
            self._now(),
            state=state,
            problem=_text(payload.get("reason")) if state == "failed" else "",
            reply_to=reply_to if isinstance(reply_to, str) else None,
        )
        self.timeline.stream(key, row)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
