"""What the clients of this node are told of one conversation (docs/channel.md, "Events")."""

from collections.abc import Sequence
from typing import Final

from crypto.ids import OpId
from node.conversations.events import Events, Json
from node.conversations.held import Held
from protocol.ops import Op
from protocol.outcome import Outcome

RENAMED: Final = 20
"""Messages told again when a name in them changes: the page that a client shows at first."""


class Telling:
    """Tells of one conversation whoever listens, and makes nothing where nobody does."""

    def __init__(self, conversation: str, events: Events, held: Held) -> None:
        """Tell of the conversation of this id, `held` in memory, by the node's events."""
        self._conversation = conversation
        self._events = events
        self._held = held

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens."""
        return self._events.is_heard

    def tell(self, event: str, payload: Json) -> None:
        """Tell whoever listens on the conversation's topic."""
        self._events.tell(self._conversation, event, payload)

    def tell_summary(self) -> None:
        """Tell soon how the conversation stands."""
        if self.is_heard:
            self._events.tell_soon(self._conversation, "conversation", self.summary)

    def summary(self) -> Json:
        """Return the summary object; where mentions are still to be counted, another one is told when they are."""
        summary = self._held.view.summary()
        if self._held.view.unread.is_counting:
            self._events.tell_soon(self._conversation, "mentions", self._count_mentions)
        return summary

    def _count_mentions(self) -> None:
        """Look through a few more unread messages, then on, or tell what came of it."""
        if self._held.view.unread.count_on():
            self._events.tell_soon(self._conversation, "mentions", self._count_mentions)
        else:
            self.tell_summary()

    def tell_members(self) -> None:
        """Tell soon who belongs and how each of them is here."""
        if self.is_heard:
            self._events.tell_soon(self._conversation, "members", self._members)

    def tell_members_now(self) -> None:
        """Tell who belongs and how each of them is here."""
        if self.is_heard:
            self.tell("members", self._members())

    def _members(self) -> Json:
        return {"members": self._held.view.members()}

    def tell_ais(self) -> None:
        """Tell how the AI participants are set."""
        self.tell("ai", {"ai": self._held.view.ais()})

    def tell_states(self) -> None:
        """Tell soon how own messages stand by receipts that came; a burst of them is told as a few."""
        if self.is_heard:
            self._events.tell_soon(self._conversation, "states", self._states)

    def _states(self) -> Json | None:
        states = self._held.view.timeline.states(self._held.receipts.changed())
        return {"messages": states} if states else None

    def tell_newest(self) -> None:
        """Tell the newest messages once more: somebody they name goes by another name now, or by one at all."""
        self._events.tell_messages(self._conversation, self._held.view.page(before=None, limit=RENAMED)[0])
        self.tell_summary()

    def tell_preview(self, ops: Sequence[Op]) -> None:
        """Tell the messages among these, newest of a long log, whose rest is still to come."""
        look = self._held.view.timeline.preview
        messages = [message for op in ops if (message := look(op)) is not None]
        if messages:
            self.tell("preview", {"messages": messages})

    def tell_outcome(self, outcome: Outcome) -> None:
        """Tell what operations that were stored have changed."""
        if not self.is_heard:
            return
        view = self._held.view
        messages = [view.timeline.entered(row) for row in outcome.rows.values() if row.is_shown]
        messages += [message for name in _changed(outcome) if (message := view.message(name)) is not None]
        self._events.tell_messages(self._conversation, messages)
        for name, is_shown in outcome.shown.items():
            if not is_shown:
                self.tell("gone", {"id": name.hex()})
        if outcome.control_changed or outcome.keys:
            self.tell_members_now()
            self.tell_ais()
        self.tell_summary()


def _changed(outcome: Outcome) -> set[OpId]:
    """Return the messages that were there before, and are shown again or read differently."""
    again = {name for name, is_shown in outcome.shown.items() if is_shown}
    return again | {name for name in outcome.touched if not (name in outcome.rows and outcome.rows[name].is_shown)}
