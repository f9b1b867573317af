"""Full-text search over all conversations of this profile (S18).

What was said lies encrypted on the disk and stays so: the index is in memory alone. It is made when somebody first
searches, from the newest messages to the oldest, in a thread; followed up with everything that changes; and forgotten
when nobody has searched for a while. Until it is complete an answer says so.
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
from node.conversations.cursor import Cursor
from node.conversations.events import Json
from node.conversations.library import Library
from node.conversations.snippet import snippet
from node.conversations.timeline import MESSAGE_KINDS
from node.store.backlog import Backlog
from node.store.fulltext import RELEVANCE, Entry, FullText, Match
from node.store.shown import Place
from node.store.wanted import Wanted, parse_wanted
from protocol.bodies.content import AiReply, Message

IDLE_S: Final = 300.0
"""Without a search for this long, the index is forgotten."""
FIRST_S: Final = 0.1
"""How long an answer waits for an index that is not complete."""
TELL_EVERY_S: Final = 0.25
SMALLEST: Final = 100
LARGEST: Final = 1_000
"""Messages indexed at one go: few at first, that the first answer comes soon."""
CHANGES: Final = 50
"""Changed messages read at one go on the event loop."""
_RENDERED: Final = 20

T = TypeVar("T")


class Search:
    """Finds messages by their words; `run` must be running."""

    def __init__(self, library: Library, path: Path, *, idle_s: float = IDLE_S) -> None:
        """Search in the conversations of `library`, stored in the database at `path`."""
        self._library = library
        self._path = path
        self._idle_s = idle_s
        self._index: FullText | None = None
        self._lock = trio.Lock()
        self._wanted = trio.Event()
        self._moved = trio.Event()
        """Set, and made anew, whenever the index knows more."""
        self._used_s = 0.0
        self._known: dict[int, Conversation] = {}
        self._ahead: list[tuple[int, int, Place | None]] = []
        """What is still to be indexed of each conversation, the newest first: `(-vts_ms, its key, before)`."""
        self._met: list[Conversation] = []
        """Those of which it is being looked up how much there is to index."""
        self._changed: dict[tuple[int, OpId], None] = {}
        self._noted = self._followed = 0
        self._done = self._of = 0
        self._is_awaited = False
        self._told_s = 0.0

    # --- answering ---------------------------------------------------------------------------------------------------

    async def find(
        self, query: str, *, conversation: Conversation | None, order: str, limit: int, after: Cursor | None
    ) -> Json:
        """Return `{results, cursor, complete, done, of}`, as docs/channel.md says."""
        self._used_s = trio.current_time()
        self._wanted.set()
        wanted, noted = parse_wanted(query), self._noted
        deadline = trio.current_time() + FIRST_S
        while True:
            moved, progress, is_followed = self._moved, self._progress(), self._followed >= noted
            results, cursor = await self._page(wanted, conversation, order, limit, after)
            is_settled = is_followed and (cursor is not None or progress["complete"])
            if is_settled or not wanted.terms or trio.current_time() >= deadline:
                break
            with trio.move_on_at(deadline):
                await moved.wait()
        self._is_awaited |= not progress["complete"]
        self._wanted.set()
        return {"results": results, "cursor": str(cursor) if cursor else None, **progress}

    @property
    def is_complete(self) -> bool:
        """Whether everything that can be found is in the index, as it reads now."""
        return self._index is not None and not (self._ahead or self._met or self._changed or self._unknown())

    def _progress(self) -> Json:
        return {"complete": self.is_complete, "done": self._done, "of": max(self._of, self._done)}

    async def _page(
        self, wanted: Wanted, conversation: Conversation | None, order: str, limit: int, after: Cursor | None
    ) -> tuple[list[Json], Cursor | None]:
        """Return a page of results, and where the next one begins; None where there is none."""
        found: list[tuple[Json, Cursor]] = []
        at = after or Cursor()
        within = conversation.listed.key if conversation is not None else None
        while len(found) <= limit:
            asked = limit + 1 - len(found)
            matches = await self._ask(partial(_look, wanted=wanted, limit=asked, within=within, order=order, at=at))
            for match, result in await self._results(matches, wanted):
                at = at.next(match, order)
                if result is not None:
                    found.append((result, at))
            if len(matches) < asked:
                break
        more = found[limit - 1][1] if len(found) > limit else None
        return [result for result, _ in found[:limit]], more

    async def _results(self, matches: list[Match], wanted: Wanted) -> list[tuple[Match, Json | None]]:
        """Return what is told of each match; None where it is not to be found by now."""
        messages: list[Json | None] = []
        for number, match in enumerate(matches):
            if number % _RENDERED == _RENDERED - 1:
                await trio.lowlevel.checkpoint()
            known = self._known.get(match.conversation)
            message = known.view.message(match.id) if known is not None else None
            messages.append(message)
        marked = await _beside(_marked, [message["text"] if message else "" for message in messages], wanted)
        return [
            (match, self._result(match, message, marks) if message and marks else None)
            for match, message, marks in zip(matches, messages, marked, strict=True)
        ]

    def _result(self, match: Match, message: Json, marks: Json) -> Json | None:
        known = self._known.get(match.conversation)
        if known is None:
            return None
        told = {key: message[key] for key in ("id", "author", "author_name", "kind", "ts", "edited", "mine")}
        where = {"conversation": known.name, "title": known.view.title, "status": known.view.standing}
        return where | told | marks

    async def _ask(self, ask: Callable[[FullText], list[Match]]) -> list[Match]:
        async with self._lock:
            return [] if self._index is None else await _beside(ask, self._index)

    # --- indexing ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep an index while somebody searches; run until cancelled."""
        while True:
            await self._wanted.wait()
            try:
                with closing(Backlog(self._path)) as backlog:
                    self._index = FullText()
                    await self._keep(backlog)
            finally:
                await self._forget()

    async def _forget(self) -> None:
        """Let go of the index and of the memory it took."""
        for conversation in self._known.values():
            conversation.on_shown = _nobody
        self._known, self._ahead, self._met, self._changed = {}, [], [], {}
        self._followed, self._done, self._of = self._noted, 0, 0
        self._wanted = trio.Event()
        with trio.CancelScope(shield=True):
            async with self._lock:
                index, self._index = self._index, None
                if index is not None:
                    index.close()
        await _beside(garbage.give_back)

    async def _keep(self, backlog: Backlog) -> None:
        """Index everything and follow it up; return when nobody has searched for a while."""
        at_once = SMALLEST
        while True:
            self._wanted = trio.Event()
            if self._unknown():
                await self._meet(backlog)
            if self._changed:
                await self._follow()
            if self._ahead:
                await self._go_on(backlog, at_once)
                at_once = min(at_once * 2, LARGEST)
            self._tell()
            self._moved.set()
            self._moved = trio.Event()
            if self._ahead or self._changed or self._unknown():
                continue
            with trio.move_on_at(self._used_s + self._idle_s):
                await self._wanted.wait()
            if trio.current_time() >= self._used_s + self._idle_s:
                return

    def _unknown(self) -> list[Conversation]:
        """Return the conversations that were made or joined since the index was begun."""
        known, conversations = self._known, self._library.conversations.values()
        return [each for each in conversations if known.get(each.listed.key) is not each]

    async def _meet(self, backlog: Backlog) -> None:
        """Hear of every change in new conversations from now on, and have them indexed."""
        self._met = self._unknown()
        for conversation in self._met:
            self._known[conversation.listed.key] = conversation
            conversation.on_shown = partial(self._note, conversation.listed.key)
        extents = await _beside(backlog.extents)
        for key in (conversation.listed.key for conversation in self._met):
            if key in extents:
                heappush(self._ahead, (-extents[key].newest_ms, key, None))
                self._of += extents[key].places
        self._met = []

    async def _go_on(self, backlog: Backlog, at_once: int) -> None:
        """Index a page of the conversation with the newest messages that are not in the index."""
        _, key, before = self._ahead[0]
        conversation = self._known[key]
        page = await _beside(_read, backlog, conversation, before, at_once)
        current = conversation.view.timeline.current
        entries = [
            Entry(key, OpId(name), vts_ms, depth, current(OpId(name), text) if text is not None else None)
            for (vts_ms, depth, name), text in page
        ]
        await self._put(entries)
        self._done += len(page)
        heappop(self._ahead)
        if len(page) == at_once:
            last = page[-1][0]
            heappush(self._ahead, (-last[0], key, last))

    def _note(self, key: int, names: Collection[OpId]) -> None:
        """Note that messages are new, read differently, or are gone."""
        for name in names:
            self._changed[(key, name)] = None
        self._noted += 1
        self._wanted.set()

    async def _follow(self) -> None:
        """Bring the index up to what changed."""
        noted, changed = self._noted, list(self._changed)
        for at in range(0, len(changed), CHANGES):
            part = changed[at : at + CHANGES]
            for each in part:
                self._changed.pop(each, None)
            await self._put([self._entry(key, name) for key, name in part])
        self._followed = noted

    def _entry(self, key: int, name: OpId) -> Entry:
        conversation = self._known[key]
        shown = conversation.records.shown.get(name)
        if shown is None:
            return Entry(key, name, 0, 0, None)
        return Entry(key, name, shown.vts_ms, shown.op.header.depth, conversation.view.timeline.text(shown))

    async def _put(self, entries: list[Entry]) -> None:
        async with self._lock:
            if self._index is not None:
                await _beside(self._index.put, entries)

    def _tell(self) -> None:
        """Tell how far the index is, where somebody was told that it is not complete."""
        now_s = trio.current_time()
        if self._is_awaited and (self.is_complete or now_s - self._told_s >= TELL_EVERY_S):
            self._told_s, self._is_awaited = now_s, not self.is_complete
            self._library.events.tell(None, "search", self._progress())


def _nobody(_names: Collection[OpId]) -> None:
    """Hear of changes while there is no index."""


async def _beside(work: Callable[..., T], *arguments: object) -> T:
    return await trio.to_thread.run_sync(lambda: work(*arguments))


def _look(index: FullText, *, wanted: Wanted, limit: int, within: int | None, order: str, at: Cursor) -> list[Match]:
    if order == RELEVANCE:
        return index.weigh(wanted, limit=limit, conversation=within, skip=at.skip)
    return index.find(wanted, limit=limit, conversation=within, after=at.place)


def _marked(texts: list[str], wanted: Wanted) -> list[Json | None]:
    """Return `{snippet, highlights}` of each text; None where it has not what is wanted."""
    marked: list[Json | None] = []
    for text in texts:
        ranges = wanted.ranges(text)
        part = snippet(text, ranges) if ranges else None
        marked.append({"snippet": part.text, "highlights": [[*each] for each in part.highlights]} if part else None)
    return marked


def _read(
    backlog: Backlog, conversation: Conversation, before: Place | None, limit: int
) -> list[tuple[Place, str | None]]:
    """Return what stands in a timeline as it was first written, newest first; None for what is no message."""
    read = conversation.replica.read
    found: list[tuple[Place, str | None]] = []
    for place, op in backlog.page(conversation.listed.key, MESSAGE_KINDS, before=before, limit=limit):
        body = read(op) if op is not None else None
        found.append((place, body.text if isinstance(body, Message | AiReply) else None))
    return found
