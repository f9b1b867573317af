"""Nodes that ask vendors for answers: how they are set up, and that the key is seen by nobody but the vendor."""

from pathlib import Path

import pytest
import trio

from node.client import Event
from tests.e2e.nodes import agree, cli, fails_to_start, init, let_in, listening, running, say, until, until_text
from tests.fakes.anthropic_server import anthropic_server, refusing, saying

KEY = "sk-ant-verysecret-1234567890"


def set_up(home: Path, content: str) -> None:
    (home / "config.toml").write_text(content, encoding="utf-8")


def is_failure(event: Event) -> bool:
    return event.event == "ai_delta" and event.payload["state"] == "failed"


@pytest.mark.trio
async def test_the_key_is_in_the_header_of_requests_and_nowhere_else(tmp_path: Path) -> None:
    anna, ben = tmp_path / "anna", tmp_path / "ben"
    init(anna, "Anna")
    init(ben, "Ben")
    refused = refusing(401, "authentication_error", f"invalid x-api-key {KEY}")
    async with anthropic_server(saying("Basil, ", "and thyme."), refused) as server:
        set_up(
            anna,
            f"""
            default_provider = "anthropic"
            [base_url]
            anthropic = "{server.url}"
            [default_model]
            anthropic = "claude-haiku-5"
            """,
        )
        with running() as nodes:
            host = await nodes.start_beside(anna, variables={"ANTHROPIC_API_KEY": KEY, "PEER2PEER_LOG": "debug"})
            guest = await nodes.start_beside(ben, variables={"PEER2PEER_LOG": "debug"})
            known = {one["name"]: one for one in await trio.to_thread.run_sync(cli, anna, "ai", "providers")}
            assert (known["anthropic"]["available"], known["anthropic"]["default_model"]) == (True, "claude-haiku-5")
            async with listening(anna) as a, listening(ben) as b:
                conversation = (await a.call("node", "create", {"title": "Herbs"}))["id"]
                await a.join(f"conversation:{conversation}")
                await let_in(a, b, conversation)
                await agree(conversation, a, b)
                await say(b, conversation, "Which herbs, @Assistant?")
                reply = await until_text(b, "Basil, and thyme.", within_s=20)
                assert reply["ai"]["provider"] == "anthropic"
                await say(b, conversation, "And besides, @Assistant?")
                for client in (a, b):
                    failed = (await until(client, is_failure, within_s=20)).payload
                    assert failed["code"] == "unauthorized"
                    assert KEY not in str(failed)
            host.check_calm()
            logged = host.stderr() + guest.stderr()
    assert "node.ai" in logged
    assert KEY not in logged
    held = [path for home in (anna, ben) for path in home.rglob("*") if path.is_file()]
    assert len(held) > 6
    assert not [path for path in held if KEY.encode() in path.read_bytes()]
    asked = [request for request in server.requests if request.path == "/v1/messages"]
    assert [request.json["model"] for request in asked] == ["claude-haiku-5"] * 2
    assert asked[0].json["messages"][-1]["content"].endswith("Ben: Which herbs, @Assistant?")
    for request in server.requests:
        assert [name for name, value in request.headers.items() if KEY in value] == ["x-api-key"]
        assert KEY.encode() not in request.body


def test_a_node_does_not_start_with_a_provider_that_is_none(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    init(home, "Anna")
    set_up(home, 'default_provider = "clippy"')
    assert "openai, anthropic, ollama, local" in fails_to_start(home)
    set_up(home, '[base_url]\nollama = "localhost"')
    assert "base_url.ollama" in fails_to_start(home)
