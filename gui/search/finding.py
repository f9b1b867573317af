"""One search as it is typed: names at once, messages a moment later; the newest answer wins (S18)."""

from __future__ import annotations

import asyncio

from gui.api.client import Client
from gui.api.errors import ApiError
from gui.api.frames import Payload
from gui.observe import Signal
from gui.requests import people as people_requests
from gui.requests import search as search_requests
from gui.state.conversations import Conversations
from gui.state.found import Hit, Person
from gui.state.matching import Match, match
from gui.state.objects import Summary
from gui.tasks import spawn

PAUSE_S = 0.12
MOST_NAMES = 8
"""Conversations, and people, that are listed before the messages."""


class Finding:
    """What is looked for, and what was found so far.

    Signals:
        changed: something of it is different.

    Attributes:
        text: what was typed.
        within: the conversation to which the search is restricted, or None.
        conversations, people: those whose title or name matches, the best first, with how.
        hits: messages, newest first.
        waiting: whether an answer about messages is still to come.
        done, of: how much was looked through where that is not everything yet; else both are 0.
        problem: why messages could not be searched; empty where they could.
    """

    def __init__(self, client: Client, conversations: Conversations) -> None:
        self.changed: Signal[()] = Signal()
        self.text = ""
        self.within: Summary | None = None
        self.conversations: list[tuple[Summary, Match]] = []
        self.people: list[tuple[Person, Match]] = []
        self.hits: list[Hit] = []
        self.waiting = False
        self.done = self.of = 0
        self.problem = ""
        self._client = client
        self._all = conversations
        self._known: tuple[Person, ...] = ()
        self._cursor = ""
        self._asked = 0
        self._paging = False
        client.channel("node").event.connect(self._node_event)

    @property
    def active(self) -> bool:
        """Whether somebody searches."""
        return bool(self.text.strip()) or self.within is not None

    @property
    def nothing(self) -> bool:
        """Whether all is known and nothing was found."""
        found = self.conversations or self.people or self.hits
        return bool(self.text.strip()) and not (found or self.waiting or self.of or self.problem)

    def ask(self, text: str) -> None:
        """Search for what was typed; the messages as soon as no key was pressed for a moment."""
        if text == self.text:
            return
        if not self.text.strip():
            spawn(self._meet(), name="people")
        self.text = text
        self._begin()

    def restrict(self, conversation: Summary | None) -> None:
        """Search in one conversation alone, or everywhere again."""
        if (conversation and conversation.id) != (self.within and self.within.id):
            self.within = conversation
            self._begin()

    def end(self) -> None:
        """Search no more."""
        self.text, self.within = "", None
        self._begin()

    def more(self) -> None:
        """Fetch the next page of messages, if there is one."""
        if self._cursor and not self._paging and not self.waiting:
            self._paging = True
            spawn(self._page(self._asked), name="search")

    def _begin(self) -> None:
        self._asked += 1
        self._names()
        self._cursor, self._paging = "", False
        self.done = self.of = 0
        self.problem = ""
        self.waiting = bool(self.text.strip())
        if self.waiting:
            spawn(self._messages(self._asked, PAUSE_S), name="search")
        else:
            self.hits = []
        self.changed.emit()

    def _names(self) -> None:
        """Match titles and names, which needs no answer from the node."""
        self.conversations, self.people = [], []
        if self.within is not None or not self.text.strip():
            return
        titles = [(item, how) for item in self._all.all() if (how := match(self.text, item.title)) is not None]
        names = [(one, how) for one in self._known if (how := match(self.text, one.name)) is not None]
        self.conversations = sorted(titles, key=lambda each: (each[0].put_away, each[1].rank[:2]))[:MOST_NAMES]
        self.people = sorted(names, key=lambda each: each[1].rank)[:MOST_NAMES]

    async def _meet(self) -> None:
        try:
            self._known = await people_requests.people(self._client)
        except ApiError:
            return  # names are found among the conversations then
        self._names()
        self.changed.emit()

    async def _messages(self, asked: int, pause_s: float = 0.0) -> None:
        await asyncio.sleep(pause_s)
        if asked != self._asked:
            return
        within = self.within.id if self.within is not None else ""
        try:
            page = await search_requests.search(self._client, self.text, conversation=within)
        except ApiError as error:
            if asked == self._asked:
                self.hits, self.waiting, self.problem = [], False, error.reason
                self.changed.emit()
            return
        if asked != self._asked:
            return
        self.hits, self._cursor, self.waiting = list(page.hits), page.cursor, False
        self.done, self.of = (0, 0) if page.complete else (page.done, max(page.of, 1))
        self.changed.emit()

    async def _page(self, asked: int) -> None:
        within = self.within.id if self.within is not None else ""
        try:
            page = await search_requests.search(self._client, self.text, conversation=within, after=self._cursor)
        except ApiError as error:
            if asked == self._asked:
                self._cursor, self.problem, self._paging = "", error.reason, False
                self.changed.emit()
            return
        if asked != self._asked:
            return
        known = {hit.id for hit in self.hits}
        self.hits += [hit for hit in page.hits if hit.id not in known]
        self._cursor, self._paging = page.cursor, False
        self.changed.emit()

    def _node_event(self, event: str, payload: Payload) -> None:
        """Follow how far the index has come; once it is complete, ask again."""
        if event != "search" or not self.of:
            return
        if payload.get("complete") is True:
            self.done = self.of = 0
            self.waiting = True
            spawn(self._messages(self._asked), name="search")
        else:
            done, of = payload.get("done"), payload.get("of")
            if isinstance(done, int) and isinstance(of, int):
                self.done, self.of = done, max(of, 1)
        self.changed.emit()
