"""One open conversation: its rows, people, AIs and typing, fed by the events of its channel."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gui.api.frames import Payload
from gui.clock import Monotonic, Now
from gui.observe import Signal
from gui.state import objects
from gui.state.ai_work import AiWork
from gui.state.message import Message, count
from gui.state.objects import Ai, Member, Summary
from gui.state.row import Row
from gui.state.timeline import Timeline
from gui.state.typing import Typing
from gui.state.values import sentence


class Conversation:
    """The state of one open conversation.

    Signals:
        about: title, phase, progress, members or AIs are different.
        moved: `shown` is another timeline now.
    """

    def __init__(self, summary: Summary, *, me: str, clock: Monotonic, now: Now) -> None:
        self.about: Signal[()] = Signal()
        self.moved: Signal[()] = Signal()
        self.summary = summary
        self.members: tuple[Member, ...] = ()
        self.ais: tuple[Ai, ...] = ()
        self.timeline = Timeline()
        self.window: Timeline | None = None
        """What stands around an old message that was jumped to, as long as newer pages have not joined it up."""
        self.first_unread = ""
        """The first message that was not read when this was opened; empty where there was none."""
        self.quotes: dict[str, Message | None] = {}
        """Quoted messages that are not in the timeline, as far as they were asked for; None: they are not there."""
        self.typing = Typing(clock, me=me)
        self.work = AiWork()
        self.session_since: datetime.datetime | None = None
        """When I began my AI session anew, where that was since this was opened."""
        self.loaded = False
        self.loading_older = False
        self.loading_newer = False
        self._now = now

    @property
    def id(self) -> str:
        """The whole id, 64 hex digits."""
        return self.summary.id

    @property
    def topic(self) -> str:
        """The topic of its channel."""
        return f"conversation:{self.summary.id}"

    @property
    def shown(self) -> Timeline:
        """What is to be shown: the newest messages, or a window around an older one."""
        return self.window if self.window is not None else self.timeline

    def may(self, right: str) -> bool:
        """Tell whether I may do something here now (docs/channel.md, "Objects")."""
        return right in self.summary.may

    def row(self, key: str) -> Row | None:
        """Return the row with this key, or showing this message id, wherever it is."""
        return self.shown.find(key) or self.timeline.find(key)

    def message(self, message_id: str) -> tuple[str, str] | None:
        """Return name and text of a message that is known here, in the timeline or by a quote; None where it is not."""
        row = self.row(message_id)
        if row is not None:
            return (row.name, row.text)
        quoted = self.quotes.get(message_id)
        return (quoted.author_name, quoted.text) if quoted is not None else None

    def look_around(self, messages: Sequence[Message], *, more: bool, newer: bool) -> None:
        """Show what stands around an old message; where that reaches up to the newest, both are one."""
        window = Timeline()
        window.load(messages, more=more)
        window.newer = newer
        self.window = window
        self._join_up()
        self.moved.emit()

    def later(self, messages: Sequence[Message], *, newer: bool) -> None:
        """Add a newer page to the window."""
        if self.window is not None:
            self.window.append(messages, newer=newer and bool(messages))
            if self._join_up():
                self.moved.emit()

    def back(self) -> None:
        """Show the newest messages again."""
        if self.window is not None:
            self.window = None
            self.moved.emit()

    def _join_up(self) -> bool:
        """Return whether the window has reached the newest messages, and is one with them now."""
        if self.window is None or not (self.timeline.adopt(self.window) or not self.window.newer):
            return False
        self.window = None
        return True

    def joined(self, reply: Payload) -> None:
        """Take over the reply of a join, the first or one after a reconnect."""
        if isinstance(reply.get("summary"), dict):
            self.summary = objects.summary(reply["summary"])
        self.members = objects.members(reply.get("members"))
        self.ais = objects.ais(reply.get("ai"))
        self.typing.clear()
        if not self.loaded:
            self.first_unread = _text(reply.get("first_unread"))
        self.work.clear()
        self.loaded = True
        messages = [objects.message(item) for item in objects.dicts(reply.get("messages"))]
        self.timeline.load(messages, more=reply.get("more") is True)
        self.about.emit()

    def lost(self) -> None:
        """Note that the node is not there: how anybody is here is not known until it is."""
        members = tuple(replace(one, presence=objects.UNKNOWN) for one in self.members)
        if members != self.members:
            self.members = members
            self.about.emit()

    def stands(self, summary: Summary) -> None:
        """Take over how the conversation stands."""
        before, self.summary = self.summary, summary
        if not _only_went_on(before, summary):
            self.about.emit()

    def handle(self, event: str, payload: Payload) -> None:
        """Take over an event; unknown ones are ignored, a newer node may send them."""
        match event:
            case "message":
                self._message(payload)
            case "messages":
                with self.timeline.changing():
                    self._messages([objects.message(each) for each in objects.dicts(payload.get("messages"))])
            case "preview":
                with self.timeline.changing():
                    self.timeline.put_all([objects.message(each) for each in objects.dicts(payload.get("messages"))])
            case "states":
                with self.timeline.changing():
                    for each in objects.dicts(payload.get("messages")):
                        self._reached(each)
            case "gone":
                for timeline in self._timelines():
                    timeline.remove(str(payload.get("id", "")))
            case "typing":
                self._typing(payload)
            case "ai_delta":
                self._delta(payload)
            case "ai_line":
                waiting = payload.get("waiting")
                ids = tuple(map(str, waiting)) if isinstance(waiting, list) else ()
                self.work.line(_text(payload.get("ai")), _text(payload.get("name")), ids)
            case "conversation_reset":
                self.session_since = self._now()
                self.about.emit()
            case "presence_state":
                self._present({identity: _status(meta) for identity, meta in payload.items()}, all_of_them=True)
            case "presence_diff":
                joins, leaves = payload.get("joins"), payload.get("leaves")
                here = {one: _status(meta) for one, meta in joins.items()} if isinstance(joins, dict) else {}
                gone = dict.fromkeys(leaves, "offline") if isinstance(leaves, dict) else {}
                self._present({**gone, **here}, all_of_them=False)
            case "conversation":
                self.stands(objects.summary(payload))
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
        self._heard(message)
        self.timeline.put(message, client_id=client_id if isinstance(client_id, str) else None)

    def _messages(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.typing.ended(message.author)
            self._heard(message)
        self.timeline.put_all(messages)

    def _heard(self, message: Message) -> None:
        """Bring what else is known here into step with a message."""
        if message.kind == "ai" and message.reply_to is not None:
            self.work.answered(message.author, message.reply_to)
        if self.window is not None:
            self.window.update(message)
        if message.id in self.quotes:
            self.quotes[message.id] = message

    def _reached(self, payload: Payload) -> None:
        state, delivered, read = _text(payload.get("state")), payload.get("delivered"), payload.get("read")
        for timeline in self._timelines():
            timeline.reached(_text(payload.get("id")), state, count(delivered), count(read))

    def _timelines(self) -> list[Timeline]:
        return [self.timeline] if self.window is None else [self.timeline, self.window]

    def _present(self, statuses: dict[str, str], *, all_of_them: bool) -> None:
        """Take over who is here; whoever is not named is offline, or as before."""
        members = tuple(
            replace(one, presence=statuses.get(one.identity, "offline" if all_of_them else one.presence))
            for one in self.members
        )
        if members != self.members:
            self.members = members
            self.about.emit()

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
        stream = _text(payload.get("stream"))
        key = f"stream:{ai}:{stream}"
        self.work.delta(ai, name, stream or ai, _text(payload.get("reply_to")), state)
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
            problem=sentence(payload, "reason") if state == "failed" else "",
            reply_to=reply_to if isinstance(reply_to, str) else None,
        )
        self.timeline.stream(key, row)


def _only_went_on(before: Summary, now: Summary) -> bool:
    """Tell whether nothing but messages came, which are told of by themselves."""
    return replace(before, last=now.last, unread=now.unread, mentions=now.mentions, notify=now.notify) == now


def _status(presence: Any) -> str:
    """Return how a person is by the metas of the official client's `Presence`."""
    metas = objects.dicts(presence.get("metas")) if isinstance(presence, dict) else []
    status = metas[-1].get("status") if metas else None
    return status if status in ("online", "away") else "online" if metas else "offline"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
