"""Keeps the words of all conversations in memory while somebody searches (docs/decisions/021).

The index is made when somebody first searches, from the newest messages to the oldest, in a thread; followed up with
everything that changes; and forgotten when nobody has searched for a while.
"""

from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from heapq import heappop, heappush
from pathlib import Path
from typing import Final, TypeVar

import trio

from crypto.ids import OpId
from node import garbage
from node.conversations.conversation import Conversation
from node.conversations.events import Json
from node.conversations.library import Library
from node.conversations.timeline import MESSAGE_KINDS
from node.store.backlog import Backlog, Line
from node.store.fulltext import Entry, FullText
from node.store.shown import Place
from protocol.bodies.ai import AiReply
from protocol.bodies.content import Message

IDLE_S: Final = 300.0
"""Without a search for this long, the index is forgotten."""
TELL_EVERY_S: Final = 0.25
SMALLEST: Final = 100
LARGEST: Final = 1_000
"""Messages indexed at one go: few at first, that the first answer comes soon."""

Written = tuple[Place, str | None]
"""A message as it was first written; without a text where it is none."""

T = TypeVar("T")


class Indexing:
    """The index of a profile's conversations, and how far it is; `run` must be running."""

    def __init__(self, library: Library, path: Path, *, idle_s: float = IDLE_S) -> None:
        """Index the conversations of `library`, stored in the database at `path`, once `use` was called."""
        self._library = library
        self._path = path
        self._idle_s = idle_s
        self._index: FullText | None = None
        self._lock = trio.Lock()
        self._wake = trio.Event()
        self.moved = trio.Event()
        """Set, and another in its place, whenever the index knows more."""
        self._used_s = 0.0
        self.known: dict[int, Conversation] = {}
        """The conversations whose messages are in the index, or soon will be, by their keys."""
        self._ahead: list[tuple[int, int, Place | None]] = []
        """What is still to be indexed of each conversation, the newest first: `(-vts_ms, its key, before)`."""
        self._met: list[Conversation] = []
        """Those of which it is being looked up how much there is to index."""
        self._changed: dict[int, dict[OpId, None]] = {}
        self.noted = 0
        """How many changes of messages were noted since the start."""
        self.followed = 0
        """Up to which of them the index says what the messages say."""
        self._done = self._of = 0
        self._is_awaited = False
        self._told_s = 0.0

    def use(self) -> None:
        """Make the index if there is none, and keep it for another while."""
        self._used_s = trio.current_time()
        self._wake.set()

    def tell_progress(self) -> None:
        """Tell `search` events until the index is complete."""
        self._is_awaited = True
        self._wake.set()

    async def ask(self, question: Callable[[FullText], list[T]]) -> list[T]:
        """Return what the index answers, asked in a thread; nothing while there is none."""
        async with self._lock:
            return [] if self._index is None else await beside(question, self._index)

    @property
    def is_complete(self) -> bool:
        """Whether everything that can be found is in the index, as it reads now."""
        return self._index is not None and not (self._ahead or self._met or self._changed or self._unknown())

    def progress(self) -> Json:
        """Return `{complete, done, of}`, as docs/channel.md says."""
        return {"complete": self.is_complete, "done": self._done, "of": max(self._of, self._done)}

    async def run(self) -> None:
        """Keep an index while somebody searches; run until cancelled."""
        while True:
            await self._wake.wait()
            try:
                with closing(Backlog(self._path)) as backlog:
                    self._index = FullText()
                    await self._keep(backlog)
            finally:
                await self._forget()

    async def _forget(self) -> None:
        """Let go of the index and of the memory it took."""
        for conversation in self.known.values():
            conversation.hooks.on_shown = _nobody
        self.known, self._ahead, self._met, self._changed = {}, [], [], {}
        self.followed, self._done, self._of = self.noted, 0, 0
        self._wake = trio.Event()
        with trio.CancelScope(shield=True):
            async with self._lock:
                index, self._index = self._index, None
                if index is not None:
                    index.close()
        await beside(garbage.give_back)

    async def _keep(self, backlog: Backlog) -> None:
        """Index everything and follow it up; return when nobody has searched for a while."""
        at_once = SMALLEST
        while True:
            self._wake = trio.Event()
            if self._unknown():
                await self._meet(backlog)
            if self._changed:
                await self._follow(backlog)
            if self._ahead:
                await self._go_on(backlog, at_once)
                at_once = min(at_once * 2, LARGEST)
            self._tell()
            self.moved.set()
            self.moved = trio.Event()
            if self._ahead or self._changed or self._unknown():
                continue
            with trio.move_on_at(self._used_s + self._idle_s):
                await self._wake.wait()
            if trio.current_time() >= self._used_s + self._idle_s:
                return

    def _unknown(self) -> list[Conversation]:
        """Return the conversations that were made or joined since the index was begun."""
        known, conversations = self.known, self._library.conversations.values()
        return [each for each in conversations if known.get(each.listed.key) is not each]

    async def _meet(self, backlog: Backlog) -> None:
        """Hear of every change in new conversations from now on, and have them indexed."""
        self._met = self._unknown()
        for conversation in self._met:
            self.known[conversation.listed.key] = conversation
            conversation.hooks.on_shown = partial(self._note, conversation.listed.key)
        extents = await beside(backlog.extents)
        for key in (conversation.listed.key for conversation in self._met):
            if key in extents:
                heappush(self._ahead, (-extents[key].newest_ms, key, None))
                self._of += extents[key].places
        self._met = []

    async def _go_on(self, backlog: Backlog, at_once: int) -> None:
        """Index a page of the conversation with the newest messages that are not in the index."""
        _, key, before = self._ahead[0]
        page = partial(backlog.page, key, MESSAGE_KINDS, before=before, limit=at_once)
        found = await beside(_read, self.known[key], page)
        await self._put(self._entries(key, found))
        self._done += len(found)
        heappop(self._ahead)
        if len(found) == at_once:
            last = found[-1][0]
            heappush(self._ahead, (-last[0], key, last))

    def _note(self, key: int, names: Collection[OpId]) -> None:
        """Note that messages are new, read differently, or are gone."""
        self._changed.setdefault(key, {}).update(dict.fromkeys(names))
        self.noted += 1
        self._wake.set()

    async def _follow(self, backlog: Backlog) -> None:
        """Bring the index up to what changed."""
        noted = self.noted
        for key in list(self._changed):
            changed = list(self._changed[key])
            del self._changed[key]
            for at in range(0, len(changed), LARGEST):
                names = changed[at : at + LARGEST]
                found = await beside(_read, self.known[key], partial(backlog.named, key, MESSAGE_KINDS, names))
                there = {name for (_, _, name), _ in found}
                gone = [Entry(key, name, 0, 0, None) for name in names if name not in there]
                await self._put(self._entries(key, found) + gone)
        self.followed = noted

    def _entries(self, key: int, found: list[Written]) -> list[Entry]:
        """Return messages for the index as they read now."""
        current = self.known[key].view.timeline.current
        return [
            Entry(key, OpId(name), vts_ms, depth, current(OpId(name), text) if text is not None else None)
            for (vts_ms, depth, name), text in found
        ]

    async def _put(self, entries: list[Entry]) -> None:
        async with self._lock:
            if self._index is not None:
                await beside(self._index.put, entries)

    def _tell(self) -> None:
        """Tell how far the index is, where somebody was told that it is not complete."""
        now_s = trio.current_time()
        if self._is_awaited and (self.is_complete or now_s - self._told_s >= TELL_EVERY_S):
            self._told_s, self._is_awaited = now_s, not self.is_complete
            self._library.events.tell(None, "search", self.progress())


def _nobody(_names: Collection[OpId]) -> None:
    """Hear of changes while there is no index."""


async def beside(work: Callable[..., T], *arguments: object) -> T:
    """Return what `work` returns, done in a thread."""
    return await trio.to_thread.run_sync(lambda: work(*arguments))


def _read(conversation: Conversation, lines: Callable[[], list[Line]]) -> list[Written]:
    """Return lines of a timeline with what they said when they were written; None for what is no message."""
    read = conversation.replica.read
    found: list[Written] = []
    for place, op in lines():
        body = read(op) if op is not None else None
        found.append((place, body.text if isinstance(body, Message | AiReply) else None))
    return found
