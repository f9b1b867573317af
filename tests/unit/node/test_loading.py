"""What a node loads at its start, and that what waits is there when it is used."""

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from node.loading import Finder

ROOT = Path(__file__).parents[3]
NEVER = {
    "aioquic",
    "asyncio",
    "coincurve",
    "Crypto",
    "dns.quic._common",
    "http.cookiejar",
    "prometheus_client.registry",
    "requests",
    "rich",
    "zeroconf",
}
"""What the libraries would bring along, and a node without multicast DNS makes no use of."""
STARTED = f"""
import json, logging, sys
from node.loading import load_daemon
load_daemon()

import trio
from node.network import open_network
async def start():
    async with open_network(seed=bytes(32), listen=["/ip4/127.0.0.1/tcp/0"]) as network:
        return network.peer_id
peer_id = trio.run(start)
loaded = sorted({NEVER!r} & set(sys.modules))
is_quiet = not logging.getLogger("libp2p").propagate

from libp2p.crypto import rsa, secp256k1
from libp2p.crypto.serialization import deserialize_public_key
keys = [rsa.create_new_key_pair(2048).public_key, secp256k1.create_new_key_pair().public_key]
kept = [deserialize_public_key(key.serialize()) == key for key in keys]

import libp2p
from libp2p.crypto.ed25519 import create_new_key_pair
host = libp2p.new_host(key_pair=create_new_key_pair(bytes(32)))
print(json.dumps([loaded, is_quiet, kept, host.get_id().to_base58() == peer_id]))
"""
GATHERING = """
from plums.stones import *
from plums.stones import COUNT

def shine(): return polish(Stone())
"""
STONES = """
__all__ = ["EMPTY", "Stone", "polish"]
COUNT, EMPTY = 3, ()

class Stone:
    def __class_getitem__(cls, kind): return (cls, kind)

    @classmethod
    def round(cls): return cls()

def polish(stone, by=None): return (stone, by)
"""
USING = """
from plums.stones import EMPTY, Stone, polish

make = Stone.round
Some = Stone | None
Set = Stone[int]

def is_stone(value): return isinstance(value, Stone)
"""
SLOW = """
import plums.gate
plums.gate.pass_through()
def ripe(): return "ripe"
"""
GATE = """
import threading
begun, opened, passed = threading.Event(), threading.Event(), []
def pass_through():
    passed.append(1)
    begun.set()
    opened.wait(5)
"""


def test_a_node_loads_nothing_it_makes_no_use_of_and_has_it_when_it_does() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", STARTED], cwd=ROOT, capture_output=True, check=True)
    loaded, is_quiet, kept, is_same = json.loads(done.stdout)
    assert loaded == []
    assert is_quiet
    assert kept == [True, True]  # keys of strangers whose libp2p prefers another kind
    assert is_same  # the library as a whole


@pytest.fixture
def orchard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    package = tmp_path / "plums"
    package.mkdir()
    (package / "slow").mkdir()
    modules = {"__init__": GATHERING, "stones": STONES, "using": USING, "gate": GATE, "late": SLOW}
    for name, text in (*modules.items(), ("slow/__init__", SLOW)):
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    late = frozenset({"plums.stones", "plums.late"})
    monkeypatch.setattr(sys, "meta_path", [Finder(("plums.",), late), *sys.meta_path])
    yield importlib.import_module
    for name in [name for name in sys.modules if name.partition(".")[0] == "plums"]:
        del sys.modules[name]


def has_run(name: str) -> bool:
    return {"plums": "shine", "plums.stones": "COUNT"}[name] in vars(sys.modules[name])


def test_a_package_waits_until_it_is_asked_for_a_name(orchard: Callable[[str], ModuleType]) -> None:
    orchard("plums.using")
    assert not has_run("plums")
    plums = orchard("plums")
    assert plums.using is sys.modules["plums.using"]
    assert not has_run("plums")
    assert type(plums.shine()[0]).__name__ == "Stone"
    assert has_run("plums.stones")
    with pytest.raises(AttributeError, match="shadow"):
        _ = plums.shadow


def test_a_module_waits_until_a_name_of_it_is_used(orchard: Callable[[str], ModuleType]) -> None:
    using = orchard("plums.using")
    assert not has_run("plums.stones")
    assert using.polish(1, by=2) == (1, 2)
    stones = sys.modules["plums.stones"]
    assert has_run("plums.stones")
    assert not has_run("plums")
    assert type(using.make()) is stones.Stone
    assert using.is_stone(stones.Stone())
    assert bool(using.EMPTY) is False
    assert not using.is_stone(3)
    assert using.Set.count(int) == 1


def test_a_class_may_descend_from_one_that_waits(orchard: Callable[[str], ModuleType]) -> None:
    using = orchard("plums.using")

    class Pebble(using.Stone):  # type: ignore[name-defined, misc]
        pass

    assert issubclass(Pebble, sys.modules["plums.stones"].Stone)


@pytest.mark.parametrize("name", ["plums", "plums.stones"])
def test_all_names_of_what_waits_may_be_taken_at_once(orchard: Callable[[str], ModuleType], name: str) -> None:
    orchard("plums.using")
    taken: dict[str, object] = {}
    exec(f"from {name} import *", taken)
    assert {"Stone", "polish"} <= taken.keys()
    assert taken["Stone"] is sys.modules["plums.stones"].Stone


def test_a_name_that_is_nowhere_is_missed_when_it_is_used(orchard: Callable[[str], ModuleType]) -> None:
    orchard("plums.using")
    flint = orchard("plums.stones").flint
    with pytest.raises(AttributeError, match="flint"):
        flint()


@pytest.mark.parametrize("name", ["plums.slow", "plums.late"])
def test_a_thread_waits_for_what_another_one_runs(orchard: Callable[[str], ModuleType], name: str) -> None:
    module, gate = orchard(name), orchard("plums.gate")
    found: list[object] = []

    def use() -> None:
        try:
            found.append(module.ripe())
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=use, daemon=True) for _ in range(2)]
    threads[0].start()
    assert gate.begun.wait(5)
    threads[1].start()
    threads[1].join(0.2)  # one that did not wait would be through by then
    gate.opened.set()
    for thread in threads:
        thread.join(5)
    assert found == ["ripe", "ripe"]
    assert gate.passed == [1]


def test_what_could_not_run_is_run_again_when_it_is_used_again(orchard: Callable[[str], ModuleType]) -> None:
    module, gate = orchard("plums.late"), orchard("plums.gate")
    names = vars(gate)
    through = names.pop("pass_through")
    ripe = module.ripe
    with pytest.raises(AttributeError, match="pass_through"):
        ripe()
    names["pass_through"] = through
    gate.opened.set()
    assert ripe() == module.ripe() == "ripe"
