"""Two people and an AI really talk: real processes, real databases, the real local model."""

import time
from pathlib import Path

import psutil
import pytest
import trio

from node.client import Event
from tests.e2e.nodes import (
    Json,
    agree,
    cli,
    following,
    init,
    let_in,
    listening,
    running,
    say,
    texts,
    topic,
    until,
    until_peers,
    until_presence,
    until_text,
)

AT_ONCE_S = 1.0
BURST = 1000


@pytest.mark.trio
async def test_two_people_talk_from_the_command_line_and_end_with_the_same_state(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        nodes.make(anna, ben)
        conversation = cli(anna, "conversations", "new", "Garden", "--no-ai")["id"]
        link = cli(anna, "conversations", "invite", conversation)["link"]
        joined = cli(ben, "join", link)
        assert joined == {"id": conversation, "title": "Garden"}

        with following(anna, conversation) as at_anna, following(ben, conversation) as at_ben:
            # the notice that Ben came in is there when both read
            assert [at_anna.next(within_s=10)["kind"], at_ben.next(within_s=10)["kind"]] == ["notice", "notice"]
            for writer, text in ((anna, "What shall we grow?"), (ben, "Beans, and päonies 🌱"), (anna, "Agreed.")):
                sent = cli(writer, "send", conversation, text)
                at_s = time.monotonic()
                heard = [each.until(text, within_s=AT_ONCE_S) for each in (at_anna, at_ben)]
                assert time.monotonic() - at_s < AT_ONCE_S
                assert {message["id"] for message in heard} == {sent["id"]}
                assert {message["author_name"] for message in heard} == {"Anna" if writer == anna else "Ben"}
            assert at_anna.end() == at_ben.end() == 0

        async with listening(anna, conversation) as a, listening(ben, conversation) as b:
            await agree(conversation, a, b)
        shown = [cli(home, "conversations", "show", conversation) for home in (anna, ben)]
        assert shown[0]["state_hash"] == shown[1]["state_hash"]
        assert [message["text"] for message in cli(ben, "read", conversation)][-3:] == [
            "What shall we grow?",
            "Beans, and päonies 🌱",
            "Agreed.",
        ]
        assert {member["name"] for member in cli(ben, "members", conversation)} == {"Anna", "Ben"}


@pytest.mark.trio
async def test_an_ai_whose_provider_fails_says_why_to_everybody_and_the_talk_goes_on(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        nodes.make(anna, ben)
        async with listening(anna) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Tea", "ai": False}))["id"]
            await a.join(f"conversation:{conversation}")
            await a.call("node", "ai_add", {"conversation": conversation, "name": "Far", "provider": "openai"})
            await let_in(a, b, conversation)
            await agree(conversation, a, b)
            asked = await say(b, conversation, "Are you there?")

            def is_failure(event: Event) -> bool:
                return event.event == "ai_delta" and event.payload["state"] == "failed"

            for client in (a, b):
                failed = (await until(client, is_failure, within_s=20)).payload
                assert (failed["name"], failed["reply_to"], failed["code"]) == ("Far", asked, "no_key")
                assert "OPENAI_API_KEY" in failed["reason"]
            await say(a, conversation, "Then we go on without it.")
            await until_text(b, "Then we go on without it.")


@pytest.mark.trio
async def test_an_ai_on_the_local_model_is_seen_thinking_and_growing_and_ends_with_one_signed_reply(
    tmp_path: Path,
) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        host, _ = nodes.make(anna, ben)
        async with listening(anna) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Tea", "ai": False}))["id"]
            await a.join(f"conversation:{conversation}")
            leaf = {"conversation": conversation, "name": "Leaf", "provider": "local", "temperature": 0.0}
            added = await a.call("node", "ai_add", leaf)
            await let_in(a, b, conversation)
            await agree(conversation, a, b)
            # long enough to be seen growing on a fast machine, and to end soon on a slow one
            question = {"content": "Tell us a long story about tea.", "llm_config": {"max_tokens": 80}}
            asked = (await b.call(topic(conversation), "message", question))["id"]

            seen: list[Event] = []

            def is_reply(event: Event) -> bool:
                seen.append(event)
                return event.event == "message" and event.payload["kind"] == "ai"

            reply = (await until(b, is_reply, within_s=90)).payload
            deltas = [event.payload for event in seen if event.event == "ai_delta"]
            assert {delta["ai"] for delta in deltas} == {added["ai"]["id"]}
            assert {delta["name"] for delta in deltas} == {"Leaf"}
            assert {delta["reply_to"] for delta in deltas} == {asked}
            assert deltas[0]["state"] in ("thinking", "growing")
            assert any(
                event.payload["typing"] and event.payload["ai"] and event.payload["name"] == "Leaf"
                for event in seen
                if event.event == "typing"
            )
            grown = [delta["text"] for delta in deltas if delta["state"] == "growing"]
            assert len(set(grown)) >= 2, [delta["state"] for delta in deltas]
            assert [len(text) for text in grown] == sorted(len(text) for text in grown)

            assert reply["reply_to"] == asked
            assert reply["author_name"] == "Leaf"
            assert reply["ai"]["provider"] == "local"
            assert reply["text"].startswith(grown[-1].strip()[:20])
            await agree(conversation, a, b)
            replies = []
            for client in (a, b):
                page = await client.call(f"conversation:{conversation}", "history", {"limit": 10})
                replies += [message for message in page["messages"] if message["kind"] == "ai"]
            assert len(replies) == 2
            assert [(each["id"], each["text"]) for each in replies] == [(reply["id"], reply["text"])] * 2
        models = psutil.Process(host.process.pid).children(recursive=True)
        assert len(models) == 1
        host.kill()
        assert psutil.wait_procs(models, timeout=5)[1] == []  # the model does not outlive its node


@pytest.mark.trio
async def test_a_killed_peer_comes_back_and_has_lost_nothing(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        _, node = nodes.make(anna, ben)
        async with listening(anna) as a:
            async with listening(ben) as b:
                conversation = (await a.call("node", "create", {"title": "Night", "ai": False}))["id"]
                await a.join(f"conversation:{conversation}")
                await let_in(a, b, conversation)
                for client in (a, b):
                    await until_presence(client, conversation, {"Anna": "online", "Ben": "online"})
                said = ["before"]
                await say(a, conversation, "before")
                await until_text(b, "before")
                said.append("mine, just before the end")
                await say(b, conversation, said[-1])
                await until_text(a, said[-1])
                for number in range(20):
                    said.append(f"while it dies {number}")
                    await say(a, conversation, said[-1])
                    if number == 5:
                        node.kill()
            for number in range(20):
                said.append(f"while it is away {number}")
                await say(a, conversation, said[-1])
            await nodes.start_beside(ben)
            async with listening(ben, conversation) as b:
                said.append("back again")
                await say(b, conversation, said[-1])
                await agree(conversation, a, b)
                found = [await texts(client, conversation) for client in (a, b)]
                assert found[0] == found[1]
                # the line from the one who came back stands where its author wrote it: before what it had not seen
                assert sorted(found[0]) == sorted(said)
                assert [text for text in found[0] if text != "back again"] == said[:-1]
                for client in (a, b):
                    await until_presence(client, conversation, {"Anna": "online", "Ben": "online"})


@pytest.mark.trio
async def test_a_third_who_joins_late_gets_everything_and_finds_the_second_when_the_first_is_gone(
    tmp_path: Path,
) -> None:
    anna, ben, carla = tmp_path / "anna", tmp_path / "ben", tmp_path / "carla"
    with running() as nodes:
        first, second = nodes.make(anna, ben)
        init(carla, "Carla")
        async with listening(anna) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Bridge", "ai": False}))["id"]
            await a.join(f"conversation:{conversation}")
            await let_in(a, b, conversation)
            for number in range(30):
                await say((a, b)[number % 2], conversation, f"early {number}")
            await agree(conversation, a, b)
        # Ben does not run when Carla comes in: all she can know of him is what Anna's copy tells
        ben_listened = second.listen
        second.end()
        await nodes.start_beside(carla)
        async with listening(carla) as c:
            async with listening(anna, conversation) as a:
                await let_in(a, c, conversation)
                await agree(conversation, a, c)
                found = await texts(c, conversation)
                assert sorted(found) == sorted(f"early {number}" for number in range(30))
                assert found == await texts(a, conversation)
            first.end()
            # nor does Ben know that Carla is a member until she finds him
            await nodes.start_beside(ben, listen=ben_listened)
            async with listening(ben, conversation) as b:
                await until_peers(b, 1)
                await say(c, conversation, "Anna is away, are you there?")
                await until_text(b, "Anna is away, are you there?")
                await say(b, conversation, "I am.")
                await until_text(c, "I am.")
                await agree(conversation, b, c)
                for client in (b, c):
                    expected = {"Anna": "offline", "Ben": "online", "Carla": "online"}
                    await until_presence(client, conversation, expected)


@pytest.mark.trio
async def test_a_burst_of_a_thousand_messages_arrives_whole_and_in_the_same_order(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    with running() as nodes:
        nodes.make(anna, ben)
        async with listening(anna) as a, listening(ben) as b:
            conversation = (await a.call("node", "create", {"title": "Rain", "ai": False}))["id"]
            await let_in(a, b, conversation)
            sent: dict[int, str] = {}
            gone: list[Json] = []
            places = trio.Semaphore(100)

            async def send(number: int) -> None:
                async with places:
                    sent[number] = await say(a, conversation, f"drop {number}")

            began_s = time.monotonic()
            with trio.fail_after(30):
                async with trio.open_nursery() as nursery:
                    for number in range(BURST):
                        nursery.start_soon(send, number)
                sent_s = time.monotonic() - began_s
                arrived: set[str] = set()
                while len(arrived) < BURST:
                    event = await b.next_event()
                    if event.event == "message" and event.payload["text"].startswith("drop "):
                        arrived.add(event.payload["id"])
                    if event.event == "gone":
                        gone.append(event.payload)
            took_s = time.monotonic() - began_s
            print(f"sent within {sent_s:.1f} s, arrived within {took_s:.1f} s")
            assert arrived == set(sent.values())
            assert gone == []
            await a.join(f"conversation:{conversation}")
            await agree(conversation, a, b)
            orders = [await texts(client, conversation) for client in (a, b)]
            assert orders[0] == orders[1]
            assert sorted(orders[0]) == sorted(f"drop {number}" for number in range(BURST))
