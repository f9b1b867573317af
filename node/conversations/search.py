"""Full-text search over all conversations of this profile (S18).

What the index finds is read again before it is shown: a result always says what its message says now. Until the index
is complete an answer says so.
"""

from functools import partial
from pathlib import Path
from typing import Final

import trio

from node.conversations.conversation import Conversation
from node.conversations.cursor import Cursor
from node.conversations.events import Json
from node.conversations.indexing import IDLE_S, Indexing, beside
from node.conversations.library import Library
from node.conversations.snippet import snippet
from node.store.fulltext import RELEVANCE, FullText, Match
from node.store.wanted import Wanted, parse_wanted

FIRST_S: Final = 0.1
"""How long an answer waits for an index that is not complete."""
_AT_ONCE: Final = 8
"""Results read at one go on the event loop."""
_OF_MESSAGE: Final = ("id", "author", "author_name", "kind", "ts", "edited", "mine")


class Search:
    """Finds messages by their words; `run` must be running."""

    def __init__(self, library: Library, path: Path, *, idle_s: float = IDLE_S) -> None:
        """Search in the conversations of `library`, stored in the database at `path`."""
        self.indexing = Indexing(library, path, idle_s=idle_s)
        self.run = self.indexing.run
        """Keeps an index while somebody searches; runs until cancelled."""

    async def find(
        self, query: str, *, conversation: Conversation | None, order: str, limit: int, after: Cursor | None
    ) -> Json:
        """Return `{results, cursor, complete, done, of}`, as docs/channel.md says."""
        indexing = self.indexing
        indexing.use()
        wanted, noted = parse_wanted(query), indexing.noted
        deadline = trio.current_time() + FIRST_S
        while True:
            moved, progress, is_followed = indexing.moved, indexing.progress(), indexing.followed >= noted
            results, cursor = await self._page(wanted, conversation, order, limit, after)
            is_settled = is_followed and (cursor is not None or progress["complete"])
            if is_settled or not wanted.terms or trio.current_time() >= deadline:
                break
            with trio.move_on_at(deadline):
                await moved.wait()
        if not progress["complete"]:
            indexing.tell_progress()
        return {"results": results, "cursor": str(cursor) if cursor else None, **progress}

    async def _page(
        self, wanted: Wanted, conversation: Conversation | None, order: str, limit: int, after: Cursor | None
    ) -> tuple[list[Json], Cursor | None]:
        """Return a page of results, and where the next one begins; None where there is none."""
        found: list[tuple[Json, Cursor]] = []
        at = after or Cursor()
        within = conversation.listed.key if conversation is not None else None
        while len(found) <= limit:
            asked = limit + 1 - len(found)
            matches = await self.indexing.ask(
                partial(_look, wanted=wanted, limit=asked, within=within, order=order, at=at)
            )
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
            if number % _AT_ONCE == _AT_ONCE - 1:
                await trio.lowlevel.checkpoint()
            known = self.indexing.known.get(match.conversation)
            message = known.view.message(match.id) if known is not None else None
            messages.append(message)
        marked = await beside(_marked, [message["text"] if message else "" for message in messages], wanted)
        return [
            (match, self._result(match, message, marks) if message and marks else None)
            for match, message, marks in zip(matches, messages, marked, strict=True)
        ]

    def _result(self, match: Match, message: Json, marks: Json) -> Json | None:
        known = self.indexing.known.get(match.conversation)
        if known is None:
            return None
        told = {key: message[key] for key in _OF_MESSAGE}
        where = {"conversation": known.name, "title": known.view.title, "status": known.view.standing}
        return where | told | marks


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
