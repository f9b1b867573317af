"""The command line against a real gateway: what it prints, what scripts may rely on, how it fails."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import trio
from click.testing import CliRunner, Result

from node.ai.providers.keychain import NoKeyringError
from node.cli.main import peer2peer
from node.gateway.wishes import NO_WISHES
from node.options import NodeOptions
from protocol.errors import UsageError
from tests.unit.node.cli.gateway_thread import GatewayThread
from tests.unit.node.gateway.fake_backend import FIRST, ME, SECOND, message
from tests.unit.node.gateway.fake_participants import AI

DEADLINE_S = 15
ROOT = Path(__file__).parents[4]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayThread]:
    thread = GatewayThread(tmp_path / "profile")
    thread.start()
    yield thread
    if thread._thread.is_alive():
        thread.stop()


@pytest.fixture(autouse=True)
def no_profile_of_mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PEER2PEER_HOME", str(tmp_path / "elsewhere"))


def run(gateway: GatewayThread, *args: str) -> Result:
    return CliRunner().invoke(peer2peer, ["--home", str(gateway.home), *args], prog_name="peer2peer")


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.endswith("\n")
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("args", "keys"),
    [
        (["status"], "peer_id addrs api conversations peers version rss_bytes uptime_s"),
        (["peers"], "peer_id name path addr rtt_ms in_sync last_seen"),
        (["rename", "Ida"], "name"),
        (["doctor"], "sound findings"),
        (["conversations"], "id title description created status phase progress unread last"),
        (["conversations", "list"], "id title description created status phase progress unread last"),
        (["conversations", "new", "Tides"], "id title"),
        (
            ["conversations", "show", "c1"],
            "id title description state_hash ops heads members ai phase progress cycle parent children",
        ),
        (["conversations", "invite", "c1"], "link expires uses"),
        (["join", "peer2peer://invite/x"], "id title"),
        (["send", "c1", "hello"], "id state"),
        (["read", "c1"], "id author author_name kind text ts edited deleted reply_to reactions ai"),
        (["members", "c1"], "identity name role presence"),
        (["ai", "c1"], "id name provider model host"),
        (["ai", "c1", "list"], "id name provider model host"),
        (["ai", "c1", "add", "--name", "Bot"], "id name"),
        (["ai", "providers"], "name available reason models default_model memory_bytes"),
        (["phase", "c1"], "phase progress cycle"),
        (["phase", "c1", "show"], "phase progress cycle"),
        (["phase", "c1", "advance"], "phase progress cycle"),
        (["phase", "c1", "progress", "0.5"], "phase progress cycle"),
    ],
)
def test_json_keys(gateway: GatewayThread, args: list[str], keys: str) -> None:
    before = document(run(gateway, "--json", *args))
    first = before[0] if isinstance(before, list) else before
    assert set(keys.split()) <= set(first)
    document(run(gateway, *args, "--json"))
    human = run(gateway, *args)
    assert human.exit_code == 0
    assert human.stdout.strip()
    assert not any(ord(character) < 32 and character != "\n" for character in human.stdout)
    assert "\u202e" not in human.stdout


def test_providers_show_models_memory_and_what_is_missing(gateway: GatewayThread) -> None:
    lines = run(gateway, "ai", "providers").stdout.splitlines()
    assert lines[0].split() == ["NAME", "WORKS", "DEFAULT", "MODEL", "MODELS", "MEMORY", "REASON"]
    assert lines[1].split() == [
        "openai",
        "no",
        "-",
        "a,",
        "b,",
        "c",
        "and",
        "2",
        "more",
        "-",
        "It",
        "needs",
        "a",
        "key.",
    ]
    assert lines[2].split() == ["local", "yes", "m", "m", "290", "MiB"]


class KeyringStub:
    """Stands in for the keyring of the system."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: dict[str, str] = {}
        self.error: Exception | None = None
        monkeypatch.setattr("node.ai.providers.keychain.store", self.store)
        monkeypatch.setattr("node.ai.providers.keychain.remove", self.remove)

    def store(self, account: str, key: str) -> bool:
        if self.error:
            raise self.error
        self.held[account] = key
        return True

    def remove(self, account: str) -> bool:
        return self.held.pop(account, None) is not None


def test_a_key_is_kept_in_the_keyring_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = KeyringStub(monkeypatch)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    (tmp_path / "config.toml").write_text('[base_url]\nopenai = "http://box:1/v1"', encoding="utf-8")
    told = []

    def key(*args: str, given: str = "") -> Result:
        result = CliRunner().invoke(peer2peer, ["ai", "key", *args, "--home", str(tmp_path)], input=given)
        told.append(result.output + result.stderr)
        return result

    assert key("anthropic", given="sk-secret\n").stdout == "anthropic: kept\n"
    assert key("openai", given="sk-secret\n").stdout == "openai@box:1: kept\n"
    assert ring.held == {"anthropic": "sk-secret", "openai@box:1": "sk-secret"}
    assert document(key("anthropic", "--remove", "--json")) == {"account": "anthropic", "key": "removed"}
    assert key("anthropic", "--remove").stdout == "anthropic: there was none\n"
    for wrong in ("", "sk-secret two\n", "sk-secretě\n", "sk-secret" * 500):
        assert key("openai", given=wrong).exit_code == 1
    ring.error = NoKeyringError()
    assert "OPENAI_API_KEY" in key("openai", given="sk-secret\n").stderr
    ring.error = RuntimeError("cannot store sk-secret")
    assert key("openai", given="sk-secret\n").exit_code == 1
    assert key("clippy", given="sk-secret\n").exit_code == 2
    assert not any("sk-secret" in text for text in told)


@pytest.mark.parametrize("args", [["ai", "c1", "--json", "list"], ["ai", "--json", "c1"], ["ai", "c1", "--json"]])
def test_json_stands_anywhere(gateway: GatewayThread, args: list[str]) -> None:
    assert document(run(gateway, *args))[0]["id"] == AI


def test_home_stands_anywhere(gateway: GatewayThread, monkeypatch: pytest.MonkeyPatch) -> None:
    for args in (["status", "--home", str(gateway.home)], ["ai", "c1", "--home", str(gateway.home), "list"]):
        assert CliRunner().invoke(peer2peer, args).exit_code == 0
    monkeypatch.setenv("PEER2PEER_HOME", str(gateway.home))
    assert CliRunner().invoke(peer2peer, ["status"]).exit_code == 0


def test_parameters_arrive(gateway: GatewayThread) -> None:
    run(gateway, "conversations", "new", "Tides", "--description", "sea", "--no-ai")
    run(gateway, "conversations", "invite", "c1", "--uses", "0", "--expires", "12h")
    run(gateway, "ai", "c1", "add", "--name", "Bot", "--system-prompt", "be brief", "--temperature", "0.2")
    run(gateway, "ai", "c1", "remove", "Bot")
    making = ("--constrained", "never", "--second-opinion")
    run(gateway, "ai", "c1", "set", "Bot", "--policy", "never", "--hourly", "9", *making)
    run(gateway, "ai", "c1", "hosts", "Bot", "Ada", "Bob")
    run(gateway, "ai", "c1", "accept", "Bot")
    run(gateway, "ai", "c1", "accept", "Bot", "--no")
    run(gateway, "ai", "c1", "pause")
    run(gateway, "ai", "c1", "resume")
    asked = f"{0xE0:064x}"
    assert run(gateway, "ai", "c1", "retry", asked).stdout == "asked Assistant\n"
    run(gateway, "ai", "c1", "stop", asked, "Bot")
    assert gateway.backend.calls == [
        ("create", "Tides", "sea", False),
        ("invite", FIRST, 0, 12 * 3600),
        ("ai_add", FIRST, {"name": "Bot", "system_prompt": "be brief", "temperature": 0.2}),
        ("ai_remove", FIRST, "Bot"),
        ("ai_set", FIRST, "Bot", {"policy": "never", "hourly": 9, "constrained": "never", "second_opinion": True}),
        ("ai_hosts", FIRST, "Bot", ["Ada", "Bob"]),
        ("ai_accept", FIRST, "Bot", True),
        ("ai_accept", FIRST, "Bot", False),
        ("ai_pause", FIRST, True),
        ("ai_pause", FIRST, False),
        ("retry", FIRST, asked, None),
        ("stop", FIRST, asked, "Bot"),
    ]
    first = f"{0xE0:064x}"
    sent = document(run(gateway, "send", "c1", "-- re", "--reply-to", first, "--not-for-ai", "--json"))
    assert gateway.backend.asked[-1] == (True, NO_WISHES)
    assert gateway.backend.stored[FIRST][-1]["reply_to"] == first
    assert gateway.backend.stored[FIRST][-1]["id"] == sent["id"]


def test_read_pages(gateway: GatewayThread) -> None:
    gateway.backend.stored[FIRST] = [message(n, f"m{n}") for n in range(450)]
    assert [m["text"] for m in document(run(gateway, "read", "c1", "--json"))] == [f"m{n}" for n in range(430, 450)]
    assert len(document(run(gateway, "read", "c1", "--limit", "401", "--json"))) == 401
    assert len(document(run(gateway, "read", "c1", "--limit", "9999", "--json"))) == 450
    assert document(run(gateway, "read", "c2", "--json")) == []


def test_human_messages(gateway: GatewayThread) -> None:
    ai = {**message(3, "a\nb", kind="ai", author=AI, name="Assistant"), "edited": True}
    gateway.backend.stored[SECOND] = [
        message(1, "bell\x07 \x1b[2J\u202eevil\ttab", name="Eve\x1b]0;\n"),
        {**message(2, "never"), "deleted": True},
        ai,
        message(4, "Bob joined", kind="notice"),
    ]
    lines = run(gateway, "read", "c2").stdout.splitlines()
    assert [line[18:] for line in lines] == [
        "Eve\ufffd]0;: bell\ufffd \ufffd[2J\ufffdevil\ufffdtab",
        "Ada: (deleted)",
        "Assistant (AI): a",
        "b (edited)",
        "* Bob joined",
    ]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["conversations", "show", "f"], "unknown_conversation", "none with this id"),
        (["conversations", "show", "c"], "ambiguous", "2 ids begin with this"),
        (["read", "f"], "unknown_conversation", "none with this id"),
        (["read", "f", "--follow"], "unknown_conversation", "none with this id"),
        (["send", "c1", " "], "blank", "content is blank"),
        (["send", "c1", "x" * 4001], "too_long", "4,001 characters"),
        (["send", "c1", "\udcff"], "bad_request", "not valid Unicode"),
        (["join", "x"], "bad_invite", "no invite link"),
        (["ai", "c1", "add", "--name", "x", "--provider", "nope"], "unknown_provider", "known are local"),
    ],
)
def test_refusals(gateway: GatewayThread, args: list[str], code: str, words: str) -> None:
    human = run(gateway, *args)
    assert (human.exit_code, human.stdout) == (1, "")
    assert human.stderr.startswith("peer2peer: ")
    assert human.stderr.count("\n") == 1
    assert words in human.stderr
    machine = run(gateway, *args, "--json")
    assert (machine.exit_code, machine.stdout) == (1, "")
    assert json.loads(machine.stderr)["error"] == code


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["status", "extra"],
        ["ai"],
        ["ai", "c1", "nonsense"],
        ["phase", "c1", "progress", "1.5"],
        ["phase", "c1", "progress"],
        ["read", "c1", "--limit", "0"],
        ["conversations", "invite", "c1", "--expires", "soon"],
        ["init"],
        ["node", "--api", "nowhere"],
        ["node", "--api", "127.0.0.1:99999"],
    ],
)
def test_wrong_usage(args: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(peer2peer, ["--home", str(tmp_path), *args])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage:" in result.stderr


def test_no_node_runs(tmp_path: Path) -> None:
    words = "no node is running for this profile; start one with `peer2peer node` or open the desktop"
    (tmp_path / "stale").mkdir()
    (tmp_path / "stale" / "api.json").write_text('{"api": "ws://127.0.0.1:1/socket/websocket", "pid": 1}')
    (tmp_path / "stale" / "api_key").write_text("k")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "api.json").write_text("[")
    for name in ("none", "stale", "bad"):
        for args in (["status"], ["read", "c1", "--follow"]):
            result = CliRunner().invoke(peer2peer, ["--home", str(tmp_path / name), *args])
            assert (result.exit_code, result.stderr) == (1, f"peer2peer: {words}\n")
    result = CliRunner().invoke(peer2peer, ["--home", str(tmp_path), "--json", "peers"])
    assert json.loads(result.stderr) == {"error": "no_node", "reason": words}


def test_wrong_key(gateway: GatewayThread) -> None:
    (gateway.home / "api_key").write_text("wrong")
    result = run(gateway, "status")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "refused this profile's key" in result.stderr


# init, node, desktop


def test_init(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = []

    def create_profile(home: Path, name: str, passphrase: str | None) -> SimpleNamespace:
        made.append((home, name, passphrase))
        if name == "twice":
            raise UsageError("exists", "there is a profile already; choose another --home")
        return SimpleNamespace(identity=ME, name=name, peer_id="12D3")

    module = ModuleType("node.profile")
    module.create_profile = create_profile  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "node.profile", module)
    secret = tmp_path / "secret"
    secret.write_text("open sesame\nmore\n")
    base = ["--home", str(tmp_path), "init", "--json", "--name"]
    result = CliRunner().invoke(peer2peer, [*base, "Ada", "--passphrase-file", str(secret)])
    assert document(result) == {"identity": ME, "name": "Ada", "peer_id": "12D3"}
    assert made == [(tmp_path, "Ada", "open sesame")]
    assert CliRunner().invoke(peer2peer, ["init", "--name", "Ada"]).exit_code == 0
    assert made[-1] == (tmp_path / "elsewhere", "Ada", None)
    result = CliRunner().invoke(peer2peer, [*base, "twice"])
    assert (result.exit_code, json.loads(result.stderr)["error"]) == (1, "exists")
    secret.write_text("")
    result = CliRunner().invoke(peer2peer, [*base, "Ada", "--passphrase-file", str(secret)])
    assert (result.exit_code, json.loads(result.stderr)["error"]) == (1, "blank")


def test_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran = []

    def start(home: Path, options: NodeOptions) -> int:
        ran.append((home, options))
        return len(ran) - 1

    module = ModuleType("node.daemon")
    module.run = start  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "node.daemon", module)
    assert CliRunner().invoke(peer2peer, ["node", "--home", str(tmp_path)]).exit_code == 0
    assert ran[0] == (tmp_path, NodeOptions())
    args = "--listen /ip4/127.0.0.1/tcp/0 --listen /ip6/::1/tcp/0 --announce /y --api [::1]:0 --no-mdns --bootstrap /x"
    assert CliRunner().invoke(peer2peer, ["node", *args.split(), "--ready-fd", "5"]).exit_code == 1
    assert ran[1][1] == NodeOptions(
        listen=("/ip4/127.0.0.1/tcp/0", "/ip6/::1/tcp/0"),
        announce=("/y",),
        api="[::1]:0",
        mdns=False,
        bootstrap=("/x",),
        ready_fd=5,
    )


def test_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = []
    module = ModuleType("gui.app")
    module.main = lambda *, home, link: opened.append((home, link))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gui.app", module)
    assert CliRunner().invoke(peer2peer, ["--home", str(tmp_path)]).exit_code == 0
    assert CliRunner().invoke(peer2peer, ["--home", str(tmp_path), "peer2peer://join#abc"]).exit_code == 0
    assert opened == [(tmp_path, ""), (tmp_path, "peer2peer://join#abc")]


# As a process


def start(gateway: GatewayThread, *args: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "node.cli", "--home", str(gateway.home), *args]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


class Lines:
    """Lines of a process, with a deadline each."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._fd = process.stdout.fileno()
        self._buffer = b""

    def next(self) -> Any:
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._fd], [], [], DEADLINE_S)
            assert ready, "no line in time"
            data = os.read(self._fd, 65536)
            assert data, "the process ended"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)


def finish(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Wait for the end; return exit code and stderr."""
    assert process.stderr is not None
    errors = process.stderr.read()
    code = process.wait(DEADLINE_S)
    process.stderr.close()
    if process.stdout is not None:
        process.stdout.close()
    return code, errors


def write(gateway: GatewayThread, number: int) -> None:
    def post() -> None:
        new = message(number, f"new {number}")
        gateway.backend.stored[FIRST].append(new)
        gateway.backend.emit(FIRST, "message", new)

    gateway.call(post)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_follow(gateway: GatewayThread, end: signal.Signals) -> None:
    process = start(gateway, "read", "c1", "--follow", "--limit", "3", "--json")
    lines = Lines(process)
    assert [lines.next()["text"] for _ in range(3)] == ["message 27", "message 28", "message 29"]
    write(gateway, 0x2000)
    assert lines.next()["text"] == f"new {0x2000}"
    # a change of a message that was shown, then a new one
    gateway.call(gateway.backend.emit, FIRST, "message", {**message(0x2000, "changed"), "edited": True})
    write(gateway, 0x2001)
    assert lines.next()["text"] == f"new {0x2001}"
    process.send_signal(end)
    assert finish(process) == (0, b"")


def test_follow_over_a_restart(gateway: GatewayThread) -> None:
    process = start(gateway, "read", "c1", "--follow", "--limit", "2", "--json")
    lines = Lines(process)
    assert [lines.next()["text"] for _ in range(2)] == ["message 28", "message 29"]
    gateway.stop()
    for number in range(0x3000, 0x3000 + 250):
        gateway.backend.stored[FIRST].append(message(number, f"missed {number}"))
    gateway.start()
    assert [lines.next()["text"] for _ in range(250)] == [f"missed {n}" for n in range(0x3000, 0x3000 + 250)]
    write(gateway, 0x4000)
    assert lines.next()["text"] == f"new {0x4000}"
    process.send_signal(signal.SIGTERM)
    assert finish(process) == (0, b"")


@pytest.mark.parametrize("form", [["--json"], []])
def test_follow_into_a_closed_pipe(gateway: GatewayThread, form: list[str]) -> None:
    process = start(gateway, "read", "c1", "--follow", "--limit", "1", *form)
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], DEADLINE_S)
    assert ready
    process.stdout.close()
    process.stdout = None
    # the first write after the end of the reader is the one that fails; it may have to wait for the join
    for number in range(0x5000, 0x5003):
        write(gateway, number)
    assert finish(process) == (0, b"")


def test_status_loads_neither_network_nor_desktop(gateway: GatewayThread) -> None:
    program = (
        "import sys\n"
        "from node.cli.main import peer2peer\n"
        f"peer2peer.main(['--home', {str(gateway.home)!r}, 'status', '--json'], standalone_mode=False)\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not names & {'libp2p', 'PySide6', 'qasync', 'httpx', 'sqlite_utils', 'gui', 'nacl'}, names\n"
        "assert not {'websockets.asyncio', 'node.gateway.server'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["conversations"] == 2


def test_help_loads_no_trio() -> None:
    program = (
        "import sys\n"
        "from node.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'trio', 'websockets', 'platformdirs'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("command", ["status", "desktop"])
def test_what_may_run_long_collects_its_garbage(tmp_path: Path, command: str) -> None:
    program = (
        "import gc, sys, types\n"
        "sys.modules['gui.app'] = types.SimpleNamespace(main=lambda home, link: not gc.isenabled())\n"
        "from node.cli import main, session\n"
        "if sys.argv[1] == 'desktop': main.main(['--home', sys.argv[2]])\n"
        "gc.disable()\n"
        "session.run_trio(lambda: sys.exit(not gc.isenabled()))\n"
    )
    process = [sys.executable, "-c", program, command, str(tmp_path)]
    assert subprocess.run(process, cwd=ROOT, timeout=DEADLINE_S, check=False).returncode == 0


def test_thread_token_is_trio(gateway: GatewayThread) -> None:
    assert isinstance(gateway.call(trio.current_time), float)
