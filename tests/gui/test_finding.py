"""One search as it is typed, with answers that come when the test wants."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from gui.api.frames import Payload
from gui.observe import Signal
from gui.search.finding import Finding
from gui.state import objects
from gui.state.conversations import Conversations
from tests.gui.fake_node import summary
from tests.gui.waiting import turn

Until = Callable[[Callable[[], object]], Awaitable[None]]


class Node:
    """Answers a search when the test says so."""

    def __init__(self) -> None:
        self.event: Signal[str, Payload] = Signal()
        self.asked: dict[str, asyncio.Future[Payload]] = {}

    def channel(self, _: str) -> "Node":
        return self

    async def call(self, _: str, event: str, payload: Payload | None = None, **__: Any) -> Payload:
        if event == "people":
            return {"people": []}
        assert payload is not None
        key = f"{payload['query']}|{payload.get('conversation', '')}|{payload.get('after', '')}"
        self.asked[key] = asyncio.get_running_loop().create_future()
        return await self.asked[key]

    def answers(self, key: str, *names: str, cursor: str | None = None) -> None:
        results = [{"id": name, "snippet": name, "conversation": "c"} for name in names]
        self.asked[key].set_result({"results": results, "cursor": cursor, "complete": True})


def made() -> tuple[Finding, Node]:
    node, store = Node(), Conversations()
    store.replace([objects.summary(summary(1, "Garden"))])
    return Finding(node, store), node  # type: ignore[arg-type]


def found(finding: Finding) -> list[str]:
    return [hit.id for hit in finding.hits]


async def test_s18_an_older_answer_that_comes_later_is_not_shown(qapp: Any, until: Until) -> None:
    finding, node = made()
    finding.ask("oa")
    await until(lambda: "oa||" in node.asked)
    finding.ask("oak")
    await until(lambda: "oak||" in node.asked)
    node.answers("oak||", "new")
    await until(lambda: found(finding) == ["new"])
    node.answers("oa||", "old")
    for _ in range(5):
        await turn()
    assert found(finding) == ["new"]
    assert not finding.waiting


async def test_s18_keys_pressed_quickly_are_one_question(qapp: Any, until: Until) -> None:
    finding, node = made()
    for end in range(1, 5):
        finding.ask("oak "[:end] + "x")
    await until(lambda: node.asked)
    assert list(node.asked) == ["oak x||"]


async def test_s18_a_page_of_an_earlier_search_is_dropped(qapp: Any, until: Until) -> None:
    finding, node = made()
    finding.ask("oak")
    await until(lambda: "oak||" in node.asked)
    node.answers("oak||", "1", "2", cursor="next")
    await until(lambda: found(finding) == ["1", "2"])
    finding.more()
    finding.more()
    await until(lambda: "oak||next" in node.asked)
    finding.restrict(objects.summary(summary(1, "Garden")))
    await until(lambda: f"oak|{1:064x}|" in node.asked)
    node.answers("oak||next", "3")
    node.answers(f"oak|{1:064x}|", "4")
    await until(lambda: found(finding) == ["4"])
    finding.end()
    assert (found(finding), finding.active) == ([], False)


async def test_s18_a_restricted_search_names_no_conversations(qapp: Any) -> None:
    finding, _ = made()
    finding.ask("gar")
    assert [item.title for item, _ in finding.conversations] == ["Garden"]
    finding.restrict(objects.summary(summary(1, "Garden")))
    assert finding.conversations == []
    finding.end()
