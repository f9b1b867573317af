"""`peer2peer read --follow`: the newest messages, then each new one, over restarts of the node, until interrupted."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import trio

from node.client import CallRefused, Client, ClientError, connect

Json = dict[str, Any]

PAGE: Final = 200
RETRY_S: Final = 0.25
TYPING_S: Final = 3.0
MARK_S: Final = 1.0
"""Between two words to the node that what was shown here is read."""
MAX_SEEN: Final = 100_000
MAX_CATCH_UP: Final = 20_000
"""Messages looked at after a restart; who missed more sees the newest of them."""


class Follower:
    """Shows each message of a conversation once.

    Args:
        home: folder of the profile.
        conversation: id or prefix.
        limit: messages to show at the start.
        show: prints and flushes one message.
        typing: told the name of whoever begins to type, an AI's with "(AI)"; None where nobody wants to know.
        marks_read: whether what is shown counts as read.
    """

    def __init__(
        self,
        home: Path,
        conversation: str,
        *,
        limit: int,
        show: Callable[[Json], None],
        typing: Callable[[str], None] | None = None,
        marks_read: bool = True,
    ) -> None:
        self._home = home
        self._conversation = conversation
        self._limit = limit
        self._show = show
        self._tell_typing = typing
        self._typing_until: dict[str, float] = {}
        self._seen: dict[str, None] = {}
        self._started = False
        self._marks_read = marks_read
        self._displayed: tuple[Client, str, str] | None = None
        self._has_displayed = trio.Event()

    async def run(self) -> None:
        """Follow until SIGINT, SIGTERM or a closed pipe.

        Raises:
            ClientError: it cannot even begin: no node runs, or the conversation is unknown.
        """
        failure: ClientError | None = None
        try:
            with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_cancel_on, signals, nursery.cancel_scope)
                    nursery.start_soon(self._mark_read)
                    failure = await self._follow()
                    nursery.cancel_scope.cancel()
        except* BrokenPipeError:
            _drop_stdout()
        if failure is not None:
            raise failure

    async def _follow(self) -> ClientError | None:
        while True:
            try:
                async with connect(self._home, events=True) as client:
                    await self._follow_on(client)
            except CallRefused as refused:
                return refused
            except ClientError as error:
                if not self._started:
                    return error
            await trio.sleep(RETRY_S)

    async def _follow_on(self, client: Client) -> None:
        await client.join("node")
        topic = await open_conversation(client, self._conversation)
        # a prefix that was unique stays with the conversation it named
        self._conversation = topic.partition(":")[2]
        missed = await (self._missed(client, topic) if self._started else newest(client, topic, self._limit))
        self._started = True
        for message in missed:
            self._show_once(message)
        if missed:
            self._note_displayed(client, topic, missed[-1])
        async for event in client.events():
            if event.topic != topic:
                continue
            if event.event == "message":
                self._typing_until.pop(event.payload["author"], None)
                self._show_once(event.payload)
                self._note_displayed(client, topic, event.payload)
            elif event.event == "typing":
                self._note_typing(event.payload)

    def _note_displayed(self, client: Client, topic: str, message: Json) -> None:
        if self._marks_read:
            self._displayed = (client, topic, message["id"])
            self._has_displayed.set()

    async def _mark_read(self) -> None:
        """Tell the node what was shown, of a burst only the last."""
        while True:
            await self._has_displayed.wait()
            self._has_displayed = trio.Event()
            assert self._displayed is not None
            client, topic, name = self._displayed
            with suppress(ClientError):  # it comes again with the next message
                await client.call(topic, "read", {"id": name})
            await trio.sleep(MARK_S)

    def _note_typing(self, payload: Json) -> None:
        """Tell once that somebody types; a signal lasts 3 s, and is repeated as long as the keys are pressed (S14)."""
        who, now_s = payload["user_id"], trio.current_time()
        if not payload["typing"]:
            self._typing_until.pop(who, None)
            return
        is_new = self._typing_until.get(who, 0.0) < now_s
        self._typing_until[who] = now_s + TYPING_S
        if is_new and self._tell_typing is not None:
            self._tell_typing(f"{payload['name']} (AI)" if payload["ai"] else payload["name"])

    async def _missed(self, client: Client, topic: str) -> list[Json]:
        """Return what came after the first message that was shown, in display order."""
        found: list[Json] = []
        more = True
        while more and len(found) < MAX_CATCH_UP:
            page, more = await _page(client, topic, found, PAGE)
            found = page + found
            known = [at for at, message in enumerate(found) if message["id"] in self._seen]
            if known:
                return found[known[0] :]
        return found

    def _show_once(self, message: Json) -> None:
        if message["id"] in self._seen:
            return
        self._show(message)
        self._seen[message["id"]] = None
        if len(self._seen) > MAX_SEEN:
            del self._seen[next(iter(self._seen))]


async def open_conversation(client: Client, prefix: str) -> str:
    """Join a conversation named by a prefix of its id; return its topic."""
    found = await client.call("node", "resolve", {"conversation": prefix})
    topic = f"conversation:{found['id']}"
    await client.join(topic)
    return topic


async def newest(client: Client, topic: str, limit: int) -> list[Json]:
    """Return the newest messages in display order, at most `limit`."""
    found: list[Json] = []
    more = True
    while more and len(found) < limit:
        page, more = await _page(client, topic, found, min(PAGE, limit - len(found)))
        found = page + found
    return found


async def _page(client: Client, topic: str, newer: list[Json], limit: int) -> tuple[list[Json], bool]:
    asked: Json = {"limit": limit}
    if newer:
        asked["before"] = newer[0]["id"]
    reply = await client.call(topic, "history", asked)
    messages: list[Json] = reply["messages"]
    return messages, bool(reply["more"]) and bool(messages)


async def _cancel_on(signals: Any, scope: trio.CancelScope) -> None:
    async for _ in signals:
        scope.cancel()


def _drop_stdout() -> None:
    """Send what is still buffered nowhere, so that the end of the process does not fail on the closed pipe."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
