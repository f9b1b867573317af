"""Both hosts of an AI answer one message while they cannot hear each other; then everybody shows the same answer."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio

from node.client import Client
from tests.e2e.nodes import Nodes, agree, running, say, texts, topic, until, until_text
from tests.e2e.test_hosts import Hosts, asks, host_model
from tests.e2e.wires import Wires, laid
from tests.fakes.ai_server import AIServer, Reply
from tests.fakes.openai_server import saying

pytestmark = [pytest.mark.trio, pytest.mark.timeout(240)]
WITHIN_S = 40.0
HERE, THERE = {"anna", "cat"}, {"ben", "dan"}
HEALED_S = 70.0
"""A peer that was not to be reached is tried again after 1, 2, 4, 8 s and so on."""


class Apart(Hosts):
    """Two hosts and two people, on wires that can be cut."""

    people = ("anna", "ben", "cat", "dan")

    def __init__(self, nodes: Nodes, folder: Path, models: dict[str, AIServer], wires: Wires) -> None:
        super().__init__(nodes, folder, models)
        self.wires = wires

    async def start(self, name: str) -> None:
        await self.wires.start(self.nodes, self.homes[name], variables=self.variables(name))


async def until_linked(client: Client, names: set[str]) -> None:
    """Return once these people's nodes are connected, and no others."""
    found: set[str] = set()
    try:
        with trio.fail_after(WITHIN_S):
            while found != names:
                peers = (await client.call("node", "peers"))["peers"]
                found = {peer["name"].lower() for peer in peers if peer["path"]}
                if found != names:
                    await client.next_event()
    except trio.TooSlowError:
        raise AssertionError(f"connected with {found}") from None


async def test_two_hosts_apart_both_answer_and_when_they_meet_all_show_the_same_one(tmp_path: Path) -> None:
    may_go_on = trio.Event()
    held = Reply(body=saying("Anna's model ", "answers.").body, gate=may_go_on)
    ben_says = saying("Ben's model ", "answers.")
    with running() as nodes:
        async with (
            laid() as wires,
            host_model(held) as first,
            host_model(ben_says) as second,
            AsyncExitStack() as stack,
        ):
            apart = Apart(nodes, tmp_path, {"anna": first, "ben": second}, wires)
            await apart.set_up()
            at = {name: await stack.enter_async_context(apart.at(name)) for name in apart.people}
            conversation = apart.conversation
            for name, client in at.items():
                await until_linked(client, set(at) - {name})
            asked = await say(at["cat"], conversation, "Leaf, what do you think?")
            for client in at.values():
                await until_text(client, "Leaf, what do you think?", within_s=WITHIN_S)
            await first.asked.wait()

            wires.cut(HERE, THERE)
            for side in (HERE, THERE):
                for name in side:
                    await until_linked(at[name], side - {name})
            there = await apart.until_answered(at["dan"], asked, within_s=WITHIN_S)
            aside = {"content": "Only Anna hears this.", "not_for_ai": True}
            await at["cat"].call(topic(conversation), "message", aside)
            may_go_on.set()
            here = await apart.until_answered(at["cat"], asked, within_s=WITHIN_S)
            await until_text(at["anna"], "Only Anna hears this.", within_s=WITHIN_S)
            for side, text, host in ((HERE, "Anna's model answers.", "Anna"), (THERE, "Ben's model answers.", "Ben")):
                for name in side:
                    (shown,) = await apart.answers(at[name], asked)
                    assert (shown["text"], shown["ai"]["host_name"]) == (text, host)
                    assert shown["ai"]["alternatives"] == []
            assert "Only Anna hears this." not in await texts(at["dan"], conversation)
            assert (len(asks(first)), len(asks(second))) == (1, 1)

            wires.mend()
            await until(
                at["cat"], lambda event: event.event == "gone" and event.payload["id"] == here["id"], within_s=HEALED_S
            )
            await agree(conversation, *at.values(), within_s=HEALED_S)
            for client in at.values():
                (shown,) = await apart.answers(client, asked)
                assert (shown["id"], shown["text"]) == (there["id"], "Ben's model answers.")
                assert shown["ai"]["alternatives"] == [here["id"]]
                lost = await client.call(topic(conversation), "alternatives", {"id": shown["id"]})
                assert [(each["id"], each["text"]) for each in lost["messages"]] == [
                    (here["id"], "Anna's model answers.")
                ]
                assert "Only Anna hears this." in await texts(client, conversation)
            again = await say(at["cat"], conversation, "Leaf, and now?")
            for client in at.values():
                assert (await apart.until_answered(client, again, within_s=WITHIN_S))["ai"]["host_name"] == "Ben"
            assert len(asks(first)) == 1, "who took over goes on, and what was answered is not answered again"
