"""People come and go between real nodes: who is removed, who leaves, to whom a conversation belongs."""

from pathlib import Path
from typing import Any

import pytest
import trio

from node.client import CallRefused, Client
from tests.e2e.nodes import (
    Json,
    agree,
    cli,
    let_in,
    listening,
    next_of,
    refused,
    running,
    say,
    texts,
    topic,
    until,
    until_presence,
    until_text,
)


async def begin(a: Client, *guests: Client, title: str = "Garden") -> str:
    """Begin a conversation of these, all of them up to date."""
    conversation = str((await a.call("node", "create", {"title": title, "ai": False}))["id"])
    await a.join(topic(conversation))
    for guest in guests:
        await let_in(a, guest, conversation)
    await agree(conversation, a, *guests)
    return conversation


async def until_status(client: Client, conversation: str, status: str) -> None:
    await until(
        client,
        lambda event: (
            event.event == "conversation" and event.payload["id"] == conversation and event.payload["status"] == status
        ),
        within_s=30,
    )


async def roles(client: Client, conversation: str) -> dict[str, str]:
    found = await client.call("node", "members", {"conversation": conversation})
    return {member["name"]: member["role"] for member in found["members"]}


async def ask(client: Client, event: str, conversation: str, **parameters: Any) -> Json:
    """Make a call on the topic of the node, about one conversation."""
    return await client.call("node", event, {"conversation": conversation, **parameters})


async def turned_down(client: Client, event: str, conversation: str, **parameters: Any) -> tuple[str, str]:
    """Make a call that must be refused; return its code and reason."""
    with pytest.raises(CallRefused) as told:
        await ask(client, event, conversation, **parameters)
    return told.value.code, str(told.value)


async def notices(client: Client, conversation: str) -> list[str]:
    page = await client.call(topic(conversation), "history", {"limit": 50})
    return [message["text"] for message in page["messages"] if message["kind"] == "notice"]


@pytest.mark.trio
async def test_who_is_removed_while_away_is_told_and_what_they_wrote_is_shown_to_nobody(tmp_path: Path) -> None:
    anna, ben, carla = tmp_path / "anna", tmp_path / "ben", tmp_path / "carla"
    with running() as nodes:
        first, second, third = nodes.make(anna, ben, carla)
        async with listening(anna) as a, listening(ben) as b, listening(carla) as c:
            conversation = await begin(a, b, c)
            await say(b, conversation, "seen by all")
            for client in (a, c):
                await until_text(client, "seen by all")
            await agree(conversation, a, b, c)
        listened = {node.home: node.listen for node in (first, second, third)}
        first.end()
        third.end()
        async with listening(ben) as b:
            await say(b, conversation, "said to nobody")
            await say(b, conversation, "and again")
        second.end()
        for home in (anna, carla):
            await nodes.start_beside(home, listen=listened[home])
        async with listening(anna, conversation) as a, listening(carla, conversation) as c:
            await until_presence(c, conversation, {"Anna": "online", "Ben": "offline", "Carla": "online"}, within_s=30)
            before = (await ask(a, "show", conversation))["state_hash"]
            plan = cli(anna, "remove", conversation, "ben", "--dry-run")
            assert (plan["who"]["name"], plan["kept"], plan["invited"], plan["done"]) == ("Ben", 1, [], False)
            assert (await ask(a, "show", conversation))["state_hash"] == before
            assert cli(anna, "remove", conversation, "ben")["done"] is True
            await nodes.start_beside(ben, listen=listened[ben])
            async with listening(ben, conversation) as b:
                if (await ask(b, "show", conversation))["status"] != "removed":
                    await until_status(b, conversation, "removed")
                await agree(conversation, a, b, c, within_s=30)
                for client in (a, b, c):
                    assert await texts(client, conversation) == ["seen by all"]
                    assert await roles(client, conversation) == {"Anna": "owner", "Carla": "member"}
                    assert (await notices(client, conversation))[-1] == "Anna removed Ben"
                told = refused(ben, "send", conversation, "let me in")
                assert told["error"] == "removed"
                assert "by Anna" in told["reason"]
                [former] = cli(ben, "members", conversation, "--former")
                assert (former["name"], former["kept"], former["hidden"]) == ("Ben", 1, 2)

                await say(a, conversation, "we go on")
                await until_text(c, "we go on")
                await say(c, conversation, "so we do")
                await until_text(a, "so we do")
                assert await texts(b, conversation) == ["seen by all"]
                await agree(conversation, a, c)

                await b.leave(topic(conversation))
                await let_in(a, b, conversation)
                await agree(conversation, a, b, c, within_s=30)
                await say(b, conversation, "back again")
                for client in (a, c):
                    await until_text(client, "back again", within_s=20)
                await agree(conversation, a, b, c, within_s=30)
                for client in (a, b, c):
                    assert await texts(client, conversation) == ["seen by all", "we go on", "so we do", "back again"]


@pytest.mark.trio
async def test_admins_do_not_remove_each_other_and_one_who_leaves_is_let_go_for_good(tmp_path: Path) -> None:
    anna, ben, carla = tmp_path / "anna", tmp_path / "ben", tmp_path / "carla"
    with running() as nodes:
        nodes.make(anna, ben, carla)
        async with listening(anna) as a, listening(ben) as b, listening(carla) as c:
            conversation = await begin(a, b, c)
            for name in ("Ben", "Carla"):
                assert (await ask(a, "role", conversation, who=name, role="admin"))["member"]["role"] == "admin"
            await agree(conversation, a, b, c)
            for client, whom in ((b, "Carla"), (c, "Ben"), (b, "Anna")):
                code, why = await turned_down(client, "remove", conversation, who=whom)
                assert code == "not_allowed"
                assert why.startswith("only an owner can do that")
            everybody = {"Anna": "owner", "Ben": "admin", "Carla": "admin"}
            shown = await agree(conversation, a, b, c)
            assert {member["name"]: member["role"] for member in shown["members"]} == everybody

            await say(c, conversation, "goodbye")
            assert cli(carla, "leave", conversation) == {"status": "left"}
            assert (await turned_down(c, "send", conversation, content="one more thing"))[0] == "left"
            with trio.fail_after(40):
                while "Anna confirmed that Carla left" not in await notices(b, conversation):
                    await next_of(b)  # only an owner outranks an admin, so it is Anna's node that does it
            await agree(conversation, a, b)
            for client in (a, b):
                assert await roles(client, conversation) == {"Anna": "owner", "Ben": "admin"}
                assert await texts(client, conversation) == ["goodbye"]
                former = (await ask(client, "members", conversation))["former"]
                assert [(one["name"], one["how"]) for one in former] == [("Carla", "left")]
            assert (await ask(c, "show", conversation))["status"] == "left"


@pytest.mark.trio
async def test_a_conversation_is_handed_over_and_an_invite_taken_back(tmp_path: Path) -> None:
    anna, ben, carla = tmp_path / "anna", tmp_path / "ben", tmp_path / "carla"
    with running() as nodes:
        nodes.make(anna, ben, carla)
        async with listening(anna) as a, listening(ben) as b, listening(carla) as c:
            conversation = await begin(a, b)
            assert (await turned_down(a, "leave", conversation))[0] == "not_allowed"
            link = (await ask(a, "invite", conversation, uses=0))["link"]
            [invite] = [each for each in cli(anna, "invites", conversation) if each["uses"] == 0]
            assert cli(anna, "revoke-invite", conversation, invite["id"][:12]) == {"id": invite["id"]}
            with pytest.raises(CallRefused) as told:
                await c.call("node", "join", {"link": link})
            assert told.value.code == "bad_invite"
            await let_in(a, c, conversation)

            assert cli(anna, "hand-over", conversation, "Ben")["role"] == "owner"
            shown = await agree(conversation, a, b, c)
            handed = {"Anna": "member", "Ben": "owner", "Carla": "member"}
            assert {member["name"]: member["role"] for member in shown["members"]} == handed
            assert (await turned_down(a, "remove", conversation, who="Ben"))[0] == "not_allowed"
            assert (await turned_down(a, "role", conversation, who="Anna", role="owner"))[0] == "not_allowed"
            await ask(b, "remove", conversation, who="Carla")
            await say(a, conversation, "all yours")
            await until_text(b, "all yours")
            await until_status(c, conversation, "removed")
            shown = await agree(conversation, a, b)
            assert {member["name"]: member["role"] for member in shown["members"]} == {"Anna": "member", "Ben": "owner"}
            assert await ask(a, "leave", conversation) == {"status": "left"}
            with trio.fail_after(20):
                while await roles(b, conversation) != {"Ben": "owner"}:
                    await next_of(b)
