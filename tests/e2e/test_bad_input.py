"""Whatever is typed, or found on disk at the start: one clear line, the node stays up, nothing changes."""

import hashlib
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio

from crypto.ids import ConversationId
from node.client import CallRefused
from node.profile import DATABASE, KEYSTORE, peer_id_of
from protocol.invite import Invite, parse_link
from tests.e2e.nodes import (
    Json,
    cli,
    fails_to_start,
    init,
    listening,
    refused,
    run,
    running,
    say,
    until_text,
)
from tests.e2e.pair import Pair, check_private, still_talk, unharmed

# --- what a person types ---------------------------------------------------------------------------------------------


def silent_link() -> tuple[socket.socket, str]:
    """Return a link to an address where somebody accepts and never answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    nobody = peer_id_of(secrets.token_bytes(32))
    address = f"/ip4/127.0.0.1/tcp/{listener.getsockname()[1]}/p2p/{nobody}"
    return listener, Invite(ConversationId(secrets.token_bytes(32)), secrets.token_bytes(32), (address,)).link()


@pytest.mark.trio
async def test_a_bad_invite_is_refused_in_one_line_and_joins_nothing(pair: Pair) -> None:
    anna, carla = pair.anna.home, pair.folder / "carla"
    expiring = cli(anna, "conversations", "invite", pair.conversation, "--expires", "1s")
    good = cli(anna, "conversations", "invite", pair.conversation)["link"]
    (node,) = pair.nodes.make(carla)

    answers: dict[str, Json] = {}

    def silence() -> None:
        listener, silent = silent_link()
        with closing(listener):
            began_s = time.monotonic()
            answers["silent"] = refused(carla, "join", silent)
            assert time.monotonic() - began_s < 20

    def bad_links() -> None:
        answers.update(
            {
                "not a link": refused(carla, "join", "https://example.org/join"),
                "cut short": refused(carla, "join", good[:-9]),
                "changed": refused(carla, "join", good[:60] + ("A" if good[60] != "A" else "B") + good[61:]),
                "used up": refused(carla, "join", pair.used_link),
                "own": refused(anna, "join", good),
            }
        )
        never_made = Invite(pair.id, secrets.token_bytes(32), parse_link(good).addresses).link()
        answers["never made"] = refused(carla, "join", never_made)
        elsewhere = Invite(ConversationId(secrets.token_bytes(32)), secrets.token_bytes(32), parse_link(good).addresses)
        answers["not theirs"] = refused(carla, "join", elsewhere.link())
        left = datetime.fromisoformat(expiring["expires"]) - datetime.now(UTC)  # noqa: TID251 - the real clock
        time.sleep(max(0.0, left.total_seconds()))  # until it has expired
        answers["expired"] = refused(carla, "join", expiring["link"])

    async with unharmed(pair), trio.open_nursery() as nursery:
        for ask in (silence, bad_links):
            nursery.start_soon(trio.to_thread.run_sync, ask)
    codes = {name: answer["error"] for name, answer in answers.items()}
    assert codes == {
        "not a link": "bad_invite",
        "cut short": "bad_invite",
        "changed": "bad_invite",
        "never made": "bad_invite",
        "not theirs": "bad_invite",
        "own": "bad_invite",
        "used up": "expired_invite",
        "expired": "expired_invite",
        "silent": "unreachable",
    }
    assert all(len(answer["reason"]) > 20 for answer in answers.values())
    assert cli(carla, "conversations") == []
    node.end()
    assert run(carla, "join", good).stderr.startswith("peer2peer: no node is running")


@pytest.mark.trio
async def test_an_inviter_who_does_not_run_is_said_to_be_unreachable(pair: Pair) -> None:
    def ask() -> None:
        dora = pair.folder / "dora"
        (node,) = pair.nodes.make(dora)
        conversation = cli(dora, "conversations", "new", "Away", "--no-ai")["id"]
        link = cli(dora, "conversations", "invite", conversation)["link"]
        node.end()
        began_s = time.monotonic()
        answer = refused(pair.ben.home, "join", link)
        assert time.monotonic() - began_s < 15
        assert answer["error"] == "unreachable"
        assert "start the program" in answer["reason"]

    async with unharmed(pair):
        await trio.to_thread.run_sync(ask)


@pytest.mark.trio
async def test_an_unknown_conversation_and_texts_that_cannot_be_are_refused(pair: Pair) -> None:
    def ask() -> None:
        home, ours = pair.anna.home, pair.conversation
        unknown = [
            refused(home, *arguments)
            for arguments in (
                ("send", "0000000000", "hello"),
                ("read", "0000000000"),
                ("read", "0000000000", "--follow"),
                ("conversations", "show", "0000000000"),
                ("conversations", "invite", "0000000000"),
                ("members", "0000000000"),
                ("phase", "0000000000", "show"),
            )
        ]
        assert {answer["error"] for answer in unknown} == {"unknown_conversation"}
        assert refused(home, "send", ours, "x" * 4001)["error"] == "too_long"
        assert refused(home, "send", ours, " \n\t ")["error"] == "blank"
        assert refused(home, "send", ours, "")["error"] == "blank"
        assert refused(home, "conversations", "new", " ")["error"] == "blank"
        assert refused(home, "conversations", "new", "x" * 201)["error"] == "too_long"

    async with unharmed(pair) as (a, _):
        await trio.to_thread.run_sync(ask)
        with pytest.raises(CallRefused) as told:
            await say(a, pair.conversation, "x" * 4001)
        assert told.value.code == "too_long"
    async with listening(pair.anna.home) as a, listening(pair.ben.home, pair.conversation) as b:
        await say(a, pair.conversation, "🌱" * 4000)  # exactly the limit, in characters
        await until_text(b, "🌱" * 4000)


# --- what a node finds when it starts --------------------------------------------------------------------------------


def digest(home: Path) -> dict[str, str]:
    """Return what lies in a profile, but for the files that come and go with a node."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.iterdir())
        if path.name in (KEYSTORE, DATABASE, "config.toml", "api_key")
    }


def test_a_second_node_on_a_profile_is_refused_and_the_first_does_not_notice(pair: Pair) -> None:
    done = run(pair.anna.home, "node", "--no-mdns", "--api", "127.0.0.1:0")
    assert done.returncode == 1
    assert done.stderr.startswith("peer2peer: a node is running for the profile")
    assert len(done.stderr.splitlines()) == 1
    pair.anna.check_calm()
    trio.run(still_talk, pair)


def test_a_port_in_use_is_named(pair: Pair, tmp_path: Path) -> None:
    home = tmp_path / "emil"
    init(home, "Emil")
    line = fails_to_start(home, "--listen", pair.anna.listen)
    assert str(pair.anna.port) in line
    assert "in use" in line
    line = fails_to_start(home, "--listen", "/ip4/127.0.0.1/tcp/0", api=pair.anna.api)
    assert pair.anna.api in line
    assert "--api" in line
    with running() as nodes:
        nodes.start(home)


def test_a_damaged_setting_is_named_and_nothing_else_is_touched(tmp_path: Path) -> None:
    home = tmp_path / "frida"
    init(home, "Frida")
    config = home / "config.toml"
    for content, word in ((b"this is = = not toml", "config.toml"), (b'colour = "red"', "colour")):
        config.write_bytes(content)
        before = digest(home)
        assert word in fails_to_start(home)
        assert digest(home) == before
    config.unlink()
    with running() as nodes:
        nodes.start(home)


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def test_a_damaged_database_is_not_opened_and_not_changed(tmp_path: Path) -> None:
    home = tmp_path / "gerd"
    with running() as nodes:
        (node,) = nodes.make(home)
        conversation = cli(home, "conversations", "new", "Cellar", "--no-ai")["id"]

        async def fill() -> None:
            async with listening(home) as client:
                for number in range(60):
                    await say(client, conversation, f"bottle {number} " + "x" * 500)

        trio.run(fill)
        expected = cli(home, "conversations", "show", conversation)["state_hash"]
        node.end()
        database = home / DATABASE
        good = database.read_bytes()
        assert len(good) > 10 * 4096
        damages: dict[str, Callable[[], object]] = {
            "truncated": lambda: database.write_bytes(good[: len(good) // 2]),
            "garbage header": lambda: overwrite(database, 0, secrets.token_bytes(100)),
            "a page overwritten": lambda: overwrite(database, 4096 * 5, secrets.token_bytes(4096)),
        }
        for name, damage in damages.items():
            damage()
            damaged = digest(home)
            line = fails_to_start(home)
            assert "database" in line, name
            assert "backup" in line, name
            assert digest(home) == damaged, name
            for leftover in home.glob(f"{DATABASE}-*"):
                leftover.unlink()
            database.write_bytes(good)
        nodes.start(home)
        assert cli(home, "conversations", "show", conversation)["state_hash"] == expected


def test_a_damaged_key_file_and_a_wrong_or_missing_passphrase_are_told_apart(tmp_path: Path) -> None:
    home, right, wrong = tmp_path / "hanna", tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse\n", encoding="utf-8")
    wrong.write_text("battery staple\n", encoding="utf-8")
    cli(home, "init", "--name", "Hanna", "--passphrase-file", str(right))
    before = digest(home)
    assert "passphrase" in fails_to_start(home, "--passphrase-file", str(wrong))
    assert "--passphrase-file" in fails_to_start(home)
    assert digest(home) == before
    keystore = home / KEYSTORE
    good = keystore.read_bytes()
    for damaged in (b"garbage", good[:40] + bytes(20) + good[60:]):
        keystore.write_bytes(damaged)
        line = fails_to_start(home, "--passphrase-file", str(right))
        assert "key" in line
        assert keystore.read_bytes() == damaged
    keystore.write_bytes(good)
    with running() as nodes:
        nodes.start(home, "--passphrase-file", str(right))
        assert refused(home, "init", "--name", "Again")["error"] == "profile_exists"


def test_the_profiles_hold_no_readable_text_and_are_private(pair: Pair) -> None:
    """Last: by now both have talked about a castle, and been given every kind of garbage."""
    check_private(pair)
