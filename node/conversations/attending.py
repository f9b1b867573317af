"""Whether this node's person is here, by the clients that are attached; keeps the presence of every conversation going.

A person is as present as the most present of their clients, the same in all conversations. Without a client they are
offline, whatever the node does for others meanwhile (docs/decisions/017-presence.md).
"""

import math
from collections.abc import Callable, Iterable
from typing import Final

import trio

from node.conversations.presence import Presence
from protocol.bodies.signals import State

LINGER_S: Final = 10.0
"""How long a person stays here after their last client has gone: it may only be starting again."""


class Attending:
    """The clients of this node, and one timer for the presence of all its conversations."""

    def __init__(self, presences: Callable[[], Iterable[Presence]]) -> None:
        self._presences = presences
        self._clients: dict[object, State] = {}
        self._state = State.OFFLINE
        self._until_s = math.inf
        """When a person whose clients have all gone is offline."""
        self._woken = trio.Event()

    @property
    def state(self) -> State:
        """How this node's person is."""
        return self._state

    def attend(self, client: object, state: State) -> None:
        """Note that a client is attached, or how its person is now."""
        self._clients[client] = state
        self._until_s = math.inf
        self._be(max(self._clients.values()))

    def part(self, client: object) -> None:
        """Note that a client is gone; one that never attended is none."""
        if self._clients.pop(client, None) is None:
            return
        if self._clients:
            self._be(max(self._clients.values()))
        else:
            self._until_s = trio.current_time() + LINGER_S
            self.wake()

    def wake(self) -> None:
        """Look again at what is due."""
        self._woken.set()

    def leave(self) -> None:
        """Say goodbye in every conversation."""
        self._clients.clear()
        self._state = State.GOODBYE
        for presence in self._presences():
            presence.leave()

    async def run(self) -> None:
        """Do what is due when it is, until cancelled."""
        while True:
            now_s = trio.current_time()
            if self._until_s <= now_s:
                self._until_s = math.inf
                self._be(State.OFFLINE)
            due_s = self._until_s
            for presence in list(self._presences()):
                if presence.due_s() <= now_s:
                    presence.look()
                due_s = min(due_s, presence.due_s())
            with trio.move_on_at(due_s):
                await self._woken.wait()
            self._woken = trio.Event()

    def _be(self, state: State) -> None:
        if self._state not in (state, State.GOODBYE):
            self._state = state
            for presence in self._presences():
                presence.be(state)
