"""What one open conversation shows, from top to bottom: its messages, my unsent ones, and AI replies that are growing.

Messages keep the node's order. Rows that no node has yet (mine while they are sent, AI text while it grows) stand after
all messages; the row of a message of mine keeps its key when the message becomes real, so that nothing jumps.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from gui.state.message import Count, Message
from gui.state.ordered_rows import OrderedRows
from gui.state.row import FAILED as FAILED
from gui.state.row import SENDING as SENDING
from gui.state.row import WAITING as WAITING
from gui.state.row import Row as Row
from gui.state.row import row_of

LATE_ROWS = 200  # rows are in the order of the node, which is nearly that of time: near the end this counts


class Timeline(OrderedRows):
    """The rows of one conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.more = False  # there are older messages than those here
        self.newer = False  # there are newer ones; only where this is a window into the middle
        self._settled = 0  # rows before this index are messages; after it: mine unsent and streams

    def oldest_id(self) -> str | None:
        """Return the message id to ask older ones before."""
        return self._rows[0].message_id if self._settled else None

    def newest_id(self) -> str | None:
        """Return the newest message that the node has."""
        return self._rows[self._settled - 1].message_id if self._settled else None

    def load(self, messages: Sequence[Message], *, more: bool) -> None:
        """Show the newest messages, as after a join; what is not yet sent and what grows is kept.

        Where the newest known message is among `messages`, or they overlap, older pages already loaded stay.
        """
        unsettled = self._rows[self._settled :]
        settled = self._rows[: self._settled]
        fresh = [self._from_message(message) for message in messages]
        known = {row.message_id: at for at, row in enumerate(settled)}
        overlap = next((known[row.message_id] for row in fresh if row.message_id in known), None)
        if overlap is not None and fresh[0].message_id in known:
            settled = [*settled[: known[fresh[0].message_id]], *fresh]
        else:
            settled = fresh
            self.more = more
        unsettled = [row for row in unsettled if not _outdated(row, fresh)]
        self._rows = [*settled, *unsettled]
        self._settled = len(settled)
        self._reindex()
        self.reset.emit()

    def prepend(self, messages: Sequence[Message], *, more: bool) -> None:
        """Add an older page on top; messages already shown are left out."""
        self.more = more
        rows = [self._from_message(item) for item in messages if self.index_of(item.id) is None]
        if rows:
            self._put_on_top(rows)
            self._settled += len(rows)
            self.inserted.emit(0, len(rows))

    def append(self, messages: Sequence[Message], *, newer: bool) -> None:
        """Add a newer page to a window into the middle; messages already shown are left out."""
        self.newer = newer
        rows = [self._from_message(item) for item in messages if self.index_of(item.id) is None]
        if rows:
            at = self._settled
            self._put_in(at, rows)
            self._settled += len(rows)
            self.inserted.emit(at, len(rows))

    def adopt(self, window: Timeline) -> bool:
        """Take over the rows of a window which reaches up to what is here; False where a gap is between them."""
        rows = window._rows[: window._settled]
        if not any(self.index_of(row.message_id) is not None for row in rows):
            return False
        first = next(at for at, row in enumerate(rows) if self.index_of(row.message_id) is not None)
        if first:
            self._put_on_top(rows[:first])
            self._settled += first
            self.more = window.more
            self.inserted.emit(0, first)
        return True

    def put(self, message: Message, *, client_id: str | None = None) -> None:
        """Show a new message where it belongs, or the new content of one that is shown."""
        if self.update(message):
            return
        if client_id is not None and self.index_of(client_id) is not None:
            self._settle(client_id, self._from_message(message, key=client_id))
            return
        stream = next((row for row in self._rows[self._settled :] if _became(row, message)), None)
        if stream is not None:
            self._settle(stream.key, self._from_message(message, key=stream.key))
            return
        if not self._is_above(message):
            self._insert(self._place_for(message), self._from_message(message))
            self._settled += 1

    def put_all(self, messages: Sequence[Message]) -> None:
        """Show many messages at once, in their order: observers hear of one change, not of each."""
        fresh: list[Message] = []
        for message in messages:
            if self.index_of(message.id) is not None or any(
                _became(row, message) for row in self._rows[self._settled :]
            ):
                self.put(message)
            elif not self._is_above(message):
                fresh.append(message)
        if not fresh:
            return
        at = self._place_for(min(fresh, key=lambda each: each.ts))
        together = at == self._settled or self._rows[at].ts >= max(each.ts for each in fresh)
        if together:
            self._put_in(at, [self._from_message(each) for each in fresh])
        else:
            mixed = [*self._rows[at : self._settled], *(self._from_message(each) for each in fresh)]
            self._rows[at : self._settled] = sorted(mixed, key=lambda row: row.ts)
            self._reindex(at)
        self._settled += len(fresh)
        if together:
            self.inserted.emit(at, len(fresh))
        else:
            self.reset.emit()

    def update(self, message: Message) -> bool:
        """Show the new content of a message that is here; False where it is not."""
        at = self.index_of(message.id)
        if at is None:
            return False
        self._replace(at, self._from_message(message, key=self._rows[at].key))
        return True

    def reached(self, message_id: str, state: str, delivered: Count | None = None, read: Count | None = None) -> None:
        """Note how far a message of mine has come; one that is not shown is passed over."""
        at = self.index_of(message_id)
        if at is not None and at < self._settled:
            self._replace(at, replace(self._rows[at], state=state, delivered=delivered, read=read))

    def remove(self, message_id: str) -> None:
        """Take a message away, such as an AI's reply that lost to another."""
        at = self.index_of(message_id)
        if at is not None:
            self._drop(at)

    def sending(self, client_id: str, text: str, ts: datetime.datetime, *, name: str, reply_to: str | None) -> None:
        """Show my message at once, before the node has it."""
        row = Row(client_id, "mine", "", name, text, ts, state=SENDING, reply_to=reply_to)
        self._insert(len(self._rows), row)

    def stored(self, client_id: str, message_id: str, state: str) -> None:
        """Note that the node has my message; its event may come before or after this."""
        at = self.index_of(client_id)
        if at is None or self._rows[at].message_id:
            return
        if self.index_of(message_id) is not None:
            self._drop(at)  # the event came first and was shown as a message of its own
            return
        self._settle(client_id, replace(self._rows[at], message_id=message_id, state=state, problem=""))

    def failed(self, client_id: str, problem: str) -> None:
        """Note that my message could not be sent; its text stays."""
        self._change(client_id, state=FAILED, problem=problem)

    def waits(self, client_id: str) -> None:
        """Note that my message waits for my node to be there."""
        self._change(client_id, state=WAITING, problem="")

    def retry(self, client_id: str) -> Row | None:
        """Return my failed message, shown as being sent again; None where it is not there."""
        return self._change(client_id, state=SENDING, problem="")

    def discard(self, key: str) -> None:
        """Take away a row that no node has."""
        at = self.index_of(key)
        if at is not None and at >= self._settled:
            self._drop(at)

    def stream(self, key: str, row: Row) -> None:
        """Show AI text so far under `key`; text already shown is never taken back by a failure."""
        at = self.index_of(key)
        if at is None:
            self._insert(len(self._rows), row)
        elif at >= self._settled:
            kept = self._rows[at]
            self._rows[at] = replace(row, text=row.text or kept.text, ts=kept.ts)
            self.changed.emit(at)

    def streams(self) -> list[Row]:
        """Return the AI replies that are growing or have failed."""
        return [row for row in self._rows[self._settled :] if row.kind == "stream"]

    def _from_message(self, message: Message, *, key: str | None = None) -> Row:
        key = key or self._keys.get(message.id) or message.id
        if key != message.id:
            self._keys[message.id] = key
        return row_of(message, key=key)

    def _is_above(self, message: Message) -> bool:
        """Tell whether a message belongs to an older page that is not loaded; it comes with that."""
        return self.more and self._settled > 0 and message.ts < self._rows[0].ts

    def _place_for(self, message: Message) -> int:
        """Return where a new message belongs by its time."""
        at = self._settled
        while at > 0 and self._rows[at - 1].ts > message.ts:
            if self._settled - at >= LATE_ROWS:
                return bisect_right(self._rows, message.ts, 0, at, key=lambda row: row.ts)
            at -= 1
        return at

    def _settle(self, key: str, row: Row) -> None:
        """Turn an unsettled row into a message, in place where it is the next one, else moved there."""
        at = self.index_of(key)
        assert at is not None
        if at == self._settled:
            if row.message_id and row.message_id != key:
                self._keys[row.message_id] = key
            self._rows[at] = row
            self._settled += 1
            self.changed.emit(at)
        elif at > self._settled:
            self._drop(at)
            if row.message_id and row.message_id != key:
                self._keys[row.message_id] = key
            self._insert(self._settled, row)
            self._settled += 1

    def _change(self, key: str, *, state: str, problem: str) -> Row | None:
        at = self.index_of(key)
        if at is None or at < self._settled:
            return None
        self._rows[at] = replace(self._rows[at], state=state, problem=problem)
        self.changed.emit(at)
        return self._rows[at]

    def _drop(self, at: int) -> None:
        self._take_out(at)
        if at < self._settled:
            self._settled -= 1
        self.removed.emit(at)


def _became(row: Row, message: Message) -> bool:
    """Tell whether `message` is what the growing text has become."""
    return (
        row.kind == "stream"
        and message.kind == "ai"
        and row.author == message.author
        and (row.reply_to is None or message.reply_to is None or row.reply_to == message.reply_to)
    )


def _outdated(row: Row, fresh: Sequence[Row]) -> bool:
    """Tell whether a row that no node had is over, once the node has said what it has.

    A growing AI text comes again whole with its next event. A message of mine is outdated where the node has it after
    all: its reply was lost with the connection.
    """
    if row.kind == "stream":
        return row.state != FAILED
    return any(
        item.kind == "mine" and item.text == row.text and item.ts >= row.ts - datetime.timedelta(seconds=2)
        for item in fresh
    )
