"""The harness itself: what it measures is what passed, a rival that fails is told, and no process outlives us."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic

import msgpack
import psutil
import pytest
from nacl.exceptions import BadSignatureError, CryptoError

from tests.bench.rivals import RIVALS, RivalError, cold_sync, pair, pipeline
from tests.bench.rivals import installed as installed_module
from tests.bench.rivals.bare_entry import Author, Checker, Table, chat_op
from tests.bench.rivals.installed import FOLDERS, HERE, is_installed
from tests.bench.rivals.peer import ROOT, Peer
from tests.bench.rivals.wire import tcp_bytes

CONTENT_KEY = bytes(32)


def _program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def _runs(pid: int) -> bool:
    """Return whether the process still does something; one that waits to be reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [1, 99, 12_345])
def test_an_entry_is_300_bytes_of_json(number: int) -> None:
    op = chat_op(number)
    assert len(op) == 300
    assert int(json.loads(op)["id"]) == number


def test_the_bare_pair_carries_everything_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pair("bare") as both:
        both.append(300)
        (folder,) = tmp_path.iterdir()
        assert (folder / "reader" / "data" / "entries.db").is_file()
        synced = both.cold_sync()
        live = both.live(20, pause_ms=1)
        burst = both.burst(100)
        pids = [both._writer.pid, both._reader.pid]
        with pytest.raises(RivalError, match="no longer cold"):
            both.cold_sync()
    assert 400 < synced["wire_bytes_per_op"] < 700
    assert synced["cpu_ms_per_op"] > 0
    assert (live["arrived"], burst["arrived"]) == (20, 100)
    assert 0 < live["p50_ms"] <= live["p99_ms"] < 5000
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("every_signature", [True, False])
def test_the_pipeline_takes_in_every_entry(every_signature: bool) -> None:
    assert pipeline(700, every_signature=every_signature)["ops_per_cpu_s"] > 0


@pytest.mark.parametrize("every_signature", [True, False])
@pytest.mark.parametrize("broken", ["left out", "swapped", "other author", "last signature"])
def test_the_limit_refuses_what_does_not_follow(every_signature: bool, broken: str) -> None:
    author, other = Author(CONTENT_KEY), Author(CONTENT_KEY)
    batch = [author.write()[1] for _ in range(4)]
    if broken == "left out":
        del batch[1]
    elif broken == "swapped":
        batch[1], batch[2] = batch[2], batch[1]
    elif broken == "other author":
        batch[0] = other.write()[1]
    else:
        inner, signature = msgpack.unpackb(batch[3])
        batch[3] = msgpack.packb((inner, bytes(len(signature))))
    with pytest.raises((ValueError, BadSignatureError)):
        Checker(author.public, CONTENT_KEY).take(batch, every_signature=every_signature)


def test_only_every_signature_sees_a_bad_one_in_the_middle() -> None:
    author = Author(CONTENT_KEY)
    batch = [author.write()[1] for _ in range(3)]
    inner, signature = msgpack.unpackb(batch[1])
    batch[1] = msgpack.packb((inner, bytes(len(signature))))
    assert len(Checker(author.public, CONTENT_KEY).take(batch, every_signature=False)) == 3
    with pytest.raises(BadSignatureError):
        Checker(author.public, CONTENT_KEY).take(batch, every_signature=True)


def test_the_limit_opens_what_it_takes() -> None:
    author = Author(CONTENT_KEY)
    with pytest.raises(CryptoError):
        Checker(author.public, bytes(31) + b"\1").take([author.write()[1]], every_signature=True)


def test_the_table_gives_back_what_it_was_given(tmp_path: Path) -> None:
    author = Author(CONTENT_KEY)
    rows = [author.write() for _ in range(5)]
    table = Table(tmp_path / "entries.db")
    table.add(rows[:2])
    table.add(rows[2:])
    assert table.packed(1, 3) == [row[1] for row in rows[1:4]]
    assert table.readable() == table.count == 5
    table.close()


def test_bytes_are_those_of_the_kernel() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        text = f"import socket, sys; s = socket.create_connection(('127.0.0.1', {port})); s.sendall(bytes(5000)); "
        text += "s.recv(700, socket.MSG_WAITALL); print('got', flush=True); sys.stdin.read()"
        with subprocess.Popen(_program(text), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            connection, _ = server.accept()
            with connection:
                assert len(connection.recv(5000, socket.MSG_WAITALL)) == 5000
                connection.sendall(bytes(700))
                assert process.stdout is not None
                assert process.stdout.readline() == b"got\n"
                counted = tcp_bytes(process.pid)
            process.kill()
    assert 5700 <= counted <= 5702  # the opening of a connection counts as a byte


def test_bytes_of_a_process_that_is_gone() -> None:
    process = subprocess.Popen(_program("pass"))
    process.wait()
    with pytest.raises(RivalError, match="cannot count"):
        tcp_bytes(process.pid)


def test_a_peer_that_ends_early_says_why(tmp_path: Path) -> None:
    with pytest.raises(RivalError, match=r"broken one ended early.*no such luck"):
        Peer("broken one", _program("raise SystemExit('no such luck')"), tmp_path / "peer")


def test_a_peer_that_ends_under_a_command_says_why(tmp_path: Path) -> None:
    text = "import sys; print('{\"ready\": {}}', flush=True); sys.stdin.readline(); sys.exit('gave up')"
    peer = Peer("quitter", _program(text), tmp_path / "peer")
    with pytest.raises(RivalError, match="quitter ended early: gave up"):
        peer.ask("append", 10, count=1)
    peer.stop()


def test_a_peer_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    text = "print('{\"ready\": {}}', flush=True); import time; time.sleep(60)"
    peer = Peer("mute", _program(text), tmp_path / "peer")
    with pytest.raises(RivalError, match=r"mute did not answer within 0\.05 s"):
        peer.ask("append", 0.05)
    peer.stop()
    assert not psutil.pid_exists(peer.pid)


@pytest.mark.parametrize("rival", ["bare", "hypercore"])
def test_peers_end_when_we_are_killed(rival: str, tmp_path: Path) -> None:
    if rival == "hypercore" and not is_installed(rival):
        pytest.skip("the JavaScript rivals are not set up")
    text = f"""
from pathlib import Path
from tests.bench.rivals.pair import program
from tests.bench.rivals.peer import Peer
peer = Peer("writer", [*program({rival!r}), "writer"], Path({str(tmp_path / "peer")!r}))
print(peer.pid, flush=True)
peer.ask("append", 60, count=10_000_000)
"""
    with subprocess.Popen(_program(text), cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        peer = int(process.stdout.readline())
        process.kill()
    until = monotonic() + 10
    while _runs(peer) and monotonic() < until:
        pass
    assert not _runs(peer)


def test_no_such_rival() -> None:
    with pytest.raises(RivalError, match="no rival tortoise: choose from orbitdb"):
        cold_sync("tortoise", 10)


@pytest.mark.parametrize("rival", [name for name in RIVALS if name in FOLDERS])
def test_a_rival_that_is_not_set_up(rival: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOLDERS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "package-lock.json").write_bytes((HERE / name / "package-lock.json").read_bytes())
    monkeypatch.setattr(installed_module, "HERE", tmp_path)
    monkeypatch.setattr(installed_module, "node_program", lambda: "node")
    with pytest.raises(RivalError, match=r"run `python -m tests\.bench\.rivals setup` first"):
        cold_sync(rival, 10)


@pytest.mark.parametrize("folder", FOLDERS)
def test_versions_are_pinned_and_no_registry_is_named(folder: str) -> None:
    wanted = json.loads((HERE / folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((HERE / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked[""]["dependencies"] == wanted
    packages = [package for path, package in locked.items() if path]
    assert all("resolved" not in package for package in packages)
    assert all(package["integrity"].startswith("sha") for package in packages if not package.get("inBundle"))
