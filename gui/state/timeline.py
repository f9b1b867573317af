"""What one open conversation shows, from top to bottom: its messages, my unsent ones, and AI replies that are growing.

Messages keep the node's order. Rows that no node has yet (mine while they are sent, AI text while it grows) stand after
all messages; the row of a message of mine keeps its key when the message becomes real, so that nothing jumps.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gui.state.objects import Message
from gui.state.observe import Signal

SENDING = "sending"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in the view; `key` is stable while it is shown.

    `kind` is mine, other, ai, notice, or stream (AI text that is still growing). `state` is sending, stored, delivered,
    read, failed, or for a stream thinking, growing, done, failed. `problem` says why it failed.
    """

    key: str
    kind: str
    author: str
    name: str
    text: str
    ts: datetime.datetime
    state: str = "stored"
    problem: str = ""
    reply_to: str | None = None
    edited: bool = False
    deleted: bool = False
    reactions: tuple[tuple[str, int, bool], ...] = ()
    message_id: str = ""


class Timeline:
    """The rows of one conversation.

    Signals:
        reset: everything may be different.
        inserted: first index and count of new rows.
        changed: index of a row with new content.
        removed: index of a row that is gone.
    """

    def __init__(self) -> None:
        self.reset: Signal[()] = Signal()
        self.inserted: Signal[int, int] = Signal()
        self.changed: Signal[int] = Signal()
        self.removed: Signal[int] = Signal()
        self.more = False
        self._rows: list[Row] = []
        self._index: dict[str, int] = {}
        self._base = 0  # what to subtract from `_index` values; keeps prepending cheap
        self._keys: dict[str, str] = {}  # message id -> key, where they differ
        self._settled = 0  # rows before this index are messages; after it: mine unsent and streams

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row:
        """Return the row at `index`."""
        return self._rows[index]

    def index_of(self, key: str) -> int | None:
        """Return where the row with this key, or showing this message id, stands."""
        found = self._index.get(self._keys.get(key, key))
        return None if found is None else found - self._base

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
            self._rows[:0] = rows
            self._settled += len(rows)
            self._base -= len(rows)
            for at, row in enumerate(rows):
                self._index[row.key] = self._base + at
            # Indexes are stored relative to `_base`, so the rows that were there need no update.
            self.inserted.emit(0, len(rows))

    def put(self, message: Message, *, client_id: str | None = None) -> None:
        """Show a new message where it belongs, or the new content of one that is shown."""
        at = self.index_of(message.id)
        if at is not None:
            row = self._from_message(message, key=self._rows[at].key)
            if row != self._rows[at]:
                self._rows[at] = row
                self.changed.emit(at)
            return
        if client_id is not None and self.index_of(client_id) is not None:
            self._settle(client_id, self._from_message(message, key=client_id))
            return
        stream = next((row for row in self._rows[self._settled :] if _became(row, message)), None)
        if stream is not None:
            self._settle(stream.key, self._from_message(message, key=stream.key))
            return
        at = self._settled
        while at > 0 and self._rows[at - 1].ts > message.ts and self._settled - at < 200:
            at -= 1
        self._insert(at, self._from_message(message))
        self._settled += 1

    def reached(self, message_id: str, state: str) -> None:
        """Note how far a message of mine has come; one that is not shown is passed over."""
        at = self.index_of(message_id)
        if at is not None and at < self._settled and self._rows[at].state != state:
            self._rows[at] = replace(self._rows[at], state=state)
            self.changed.emit(at)

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
        kind = (
            "mine" if message.mine and message.kind == "human" else {"human": "other"}.get(message.kind, message.kind)
        )
        return Row(
            key=key,
            kind=kind,
            author=message.author,
            name=message.author_name,
            text=message.text,
            ts=message.ts,
            state=message.state,
            reply_to=message.reply_to,
            edited=message.edited,
            deleted=message.deleted,
            reactions=tuple((item.emoji, item.count, item.mine) for item in message.reactions),
            message_id=message.id,
        )

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

    def _insert(self, at: int, row: Row) -> None:
        self._rows.insert(at, row)
        if at == len(self._rows) - 1:
            self._index[row.key] = at + self._base
        else:
            self._reindex()
        self.inserted.emit(at, 1)

    def _drop(self, at: int) -> None:
        row = self._rows.pop(at)
        if at < self._settled:
            self._settled -= 1
        self._keys.pop(row.message_id, None)
        self._reindex()
        self.removed.emit(at)

    def _reindex(self) -> None:
        self._base = 0
        self._index = {row.key: at for at, row in enumerate(self._rows)}


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
