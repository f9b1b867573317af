"""What was acknowledged is on disk, and what cannot be stored is refused; real processes, real SQLite."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio

from node.client import CallRefused, ClientError
from node.profile import DATABASE
from tests.e2e.nodes import agree, let_in, listening, running, say, texts, until_presence, until_text

KILLS = 3


@pytest.mark.trio
async def test_every_acknowledged_message_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    moments = random.Random(7)
    with running() as nodes:
        (node,) = nodes.make(home)
        async with listening(home) as a:
            conversation = (await a.call("node", "create", {"title": "Storm", "ai": False}))["id"]
        acknowledged: list[str] = []
        for round_ in range(KILLS):
            die_after = moments.randrange(20, 200)
            said: list[str] = []
            async with listening(home) as a:

                async def send(number: int) -> None:
                    text = f"{round_}.{number}"  # noqa: B023 - used up within the round
                    try:
                        await say(a, conversation, text)
                    except ClientError:
                        return
                    said.append(text)  # noqa: B023
                    if len(said) == die_after:  # noqa: B023
                        node.kill()  # noqa: B023

                async with trio.open_nursery() as nursery:
                    for number in range(200):
                        nursery.start_soon(send, number)
            assert len(said) >= die_after
            acknowledged += said
            node = await nodes.start_beside(home)
            async with listening(home, conversation) as a:
                found = await texts(a, conversation)
                assert set(acknowledged) <= set(found)
                assert len(found) == len(set(found))


@pytest.mark.trio
async def test_a_full_disk_refuses_texts_in_one_line_and_everything_goes_on_when_there_is_room_again(
    tmp_path: Path,
) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        first, _ = nodes.make(anna, ben)
        first.may_complain = True
        async with listening(anna) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Attic", "ai": False}))["id"]
            await a.join(f"conversation:{conversation}")
            await let_in(a, b, conversation)
            for client in (a, b):
                await until_presence(client, conversation, {"Anna": "online", "Ben": "online"})
            before = (await agree(conversation, a, b))["state_hash"]
            with closing(sqlite3.connect(anna / DATABASE, isolation_level=None)) as database:
                for table in ("operations", "registers", "conversations", "preferences", "ai_sessions"):
                    database.execute(
                        f"CREATE TRIGGER full_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
                    )
                for _ in range(2):
                    with pytest.raises(CallRefused) as told:
                        await say(a, conversation, "lost")
                    assert told.value.code == "internal"
                    assert "disk" in told.value.reason
                for event, payload in (("create", {"title": "Second", "ai": False}), ("prefer", {"ai": False})):
                    with pytest.raises(CallRefused) as told:
                        await a.call("node", event, payload)
                    assert "disk" in told.value.reason
                with pytest.raises(CallRefused) as told:
                    await a.call(f"conversation:{conversation}", "set_context", {"context": {"soil": "clay"}})
                assert "disk" in told.value.reason
                assert [each["id"] for each in (await a.call("node", "conversations"))["conversations"]] == [
                    conversation
                ]
                # what others send cannot be taken in either, and harms nothing
                await say(b, conversation, "into the void")
                shown = await a.call("node", "show", {"conversation": conversation})
                assert shown["state_hash"] == before
                assert first.process.poll() is None
                for table in ("operations", "registers", "conversations", "preferences", "ai_sessions"):
                    database.execute(f"DROP TRIGGER full_{table}")
            await say(a, conversation, "room again")
            await until_text(b, "room again")
            await say(b, conversation, "good")
            await until_text(a, "into the void", within_s=20)
            await agree(conversation, a, b)
            assert await texts(a, conversation) == await texts(b, conversation)
            assert "lost" not in await texts(a, conversation)
