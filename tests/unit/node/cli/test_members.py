"""The commands about who belongs, against a real gateway: what they print, what they ask, how they fail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from node.cli import members as commands
from node.cli.main import peer2peer
from tests.unit.node.cli.gateway_thread import GatewayThread
from tests.unit.node.gateway.fake_backend import FIRST
from tests.unit.node.gateway.fake_people import BOB, INVITE


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayThread]:
    thread = GatewayThread(tmp_path / "profile")
    thread.start()
    yield thread
    thread.stop()


def run(gateway: GatewayThread, *args: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(peer2peer, ["--home", str(gateway.home), *args], prog_name="peer2peer", input=typed)


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("args", "keys"),
    [
        (["members", "c1"], "identity name role presence me"),
        (["members", "c1", "--former"], "identity name how by_name kept hidden"),
        (["remove", "c1", "Bob"], "who invited kept invites done"),
        (["remove", "c1", "Bob", "--dry-run"], "who invited kept invites done"),
        (["role", "c1", "Bob", "admin"], "identity name role"),
        (["hand-over", "c1", "Bob"], "identity name role"),
        (["leave", "c1"], "status"),
        (["invites", "c1"], "id by by_name uses used expires expired"),
        (["revoke-invite", "c1", "e1"], "id"),
    ],
)
def test_a_script_gets_one_document_and_a_person_clean_lines(
    gateway: GatewayThread, args: list[str], keys: str
) -> None:
    found = document(run(gateway, "--json", *args))
    assert set(keys.split()) <= set(found[0] if isinstance(found, list) else found)
    human = run(gateway, *args)
    assert human.exit_code == 0
    assert human.stdout.strip()
    assert not any(ord(character) < 32 and character != "\n" for character in human.stdout)
    assert "\u202e" not in human.stdout


def test_a_removal_says_first_what_it_does_and_then_does_it_to_the_one_it_named(gateway: GatewayThread) -> None:
    lines = run(gateway, "remove", "c1", "Bo", "--with-invited").stdout.splitlines()
    assert lines[0].startswith("removes Bob")
    assert "stays (only an owner can do that to an admin)" in lines[1]
    assert lines[2:] == ["keeps 7 message(s) that were seen here", "takes back 1 open invite(s)", "removed"]
    assert gateway.backend.calls == [("removal", FIRST, "Bo", True), ("remove", FIRST, BOB, True)]


def test_a_dry_run_removes_nobody(gateway: GatewayThread) -> None:
    assert document(run(gateway, "remove", "c1", "Bob", "--dry-run", "--json"))["done"] is False
    assert run(gateway, "remove", "c1", "Bob", "--dry-run").stdout.splitlines()[-1] == "nothing done"
    assert {call[0] for call in gateway.backend.calls} == {"removal"}


@pytest.mark.parametrize(("typed", "args", "is_done"), [("n\n", [], False), ("y\n", [], True), ("", ["--yes"], True)])
def test_at_a_terminal_a_person_is_asked(
    gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch, typed: str, args: list[str], is_done: bool
) -> None:
    class Terminal:
        stdin = type("Stdin", (), {"isatty": staticmethod(lambda: True)})

    monkeypatch.setattr(commands, "sys", Terminal)
    result = run(gateway, "remove", "c1", "Bob", *args, typed=typed)
    assert result.exit_code == (0 if is_done else 1)
    assert ("remove" in {call[0] for call in gateway.backend.calls}) is is_done


def test_refusals_are_one_line(gateway: GatewayThread) -> None:
    refused = run(gateway, "remove", "c1", "nobody")
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == ["peer2peer: there is nobody named nobody here"]
    wrong = run(gateway, "role", "c1", "Bob", "king")
    assert wrong.exit_code == 2
    assert INVITE[:8] in run(gateway, "invites", "c1").stdout
