"""Keys in the keyring: read once, never waited for longer than the deadline, never asked where nobody would see it."""

import logging
import threading

import pytest
import trio

from node.ai.providers import keychain, remote
from node.ai.providers.errors import ProviderError
from node.ai.providers.keychain import Keychain, NoKeyringError
from node.ai.providers.openai import OpenAI
from node.ai.providers.request import Request, Turn
from node.ai.providers.settings import ServerSettings
from tests.fakes.openai_server import openai_server, refusing, saying
from tests.unit.node.ai.providers.vendors import KEY, collect

pytestmark = pytest.mark.trio
REQUEST = Request("m", (Turn("user", "hi"),))


class Ring:
    """Stands in for the library's way into the system's keyring."""

    def __init__(self, keys=None, *, hangs=False, fails=None):
        self.keys = keys or {}
        self.asked = []
        self.unlocked = threading.Event()
        self.fails = fails
        if not hangs:
            self.unlocked.set()

    def read(self, account):
        self.asked.append(account)
        assert self.unlocked.wait(30)
        if self.fails:
            raise self.fails
        return self.keys.get(account)


@pytest.fixture
def ring():
    made = []

    def make(*args, **kwargs):
        made.append(Ring(*args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.unlocked.set()


async def test_a_key_is_read_once_and_a_missing_one_again(ring):
    held = ring({"openai": f" {KEY}\n"})
    chain = Keychain(held.read)
    assert [await chain.key("openai") for _ in range(2)] == [KEY, KEY]
    assert [await chain.key("anthropic") for _ in range(2)] == ["", ""]
    assert held.asked == ["openai", "anthropic", "anthropic"]
    held.keys["anthropic"] = "new"
    assert await chain.key("anthropic") == "new"
    chain.forget("openai")
    held.keys["openai"] = "changed"
    assert await chain.key("openai") == "changed"


async def test_a_keyring_that_hangs_holds_nobody_up_and_takes_one_thread(ring):
    locked = ring({"openai": KEY}, hangs=True)
    chain = Keychain(locked.read, deadline_s=0.05)
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(chain.key, "openai")
        assert [await chain.key(account) for account in ("openai", "anthropic")] == ["", ""]
    assert locked.asked == ["openai"]
    locked.unlocked.set()
    with trio.fail_after(5):
        while not await chain.key("openai"):  # as soon as somebody unlocked it, the key is there
            await trio.lowlevel.checkpoint()
    assert locked.asked == ["openai"]


async def test_a_keyring_that_fails_is_not_asked_again_and_tells_nothing(ring, caplog):
    caplog.set_level(logging.DEBUG)
    broken = ring(fails=RuntimeError(f"no {KEY}"))
    chain = Keychain(broken.read)
    assert [await chain.key("openai") for _ in range(2)] == ["", ""]
    assert broken.asked == ["openai"]
    assert "RuntimeError" in caplog.text
    assert KEY not in caplog.text


async def test_a_provider_takes_its_key_from_there_and_asks_again_after_a_refusal(ring):
    async with openai_server(refusing(401), saying("ok")) as server:
        account = f"openai@{server.url.split('/')[2]}"
        held = ring({account: "old", "openai": "the vendor's own"})
        openai = OpenAI(ServerSettings(server.url), keychain=Keychain(held.read))
        with pytest.raises(ProviderError) as caught:
            await collect(openai, REQUEST)
        assert caught.value.code == "unauthorized"
        held.keys[account] = KEY
        await collect(openai, REQUEST)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", f"Bearer {KEY}"]
    assert held.asked == [account, account]


async def test_the_environment_comes_first(ring):
    held = ring({"openai": "other"})
    async with openai_server(saying("ok")) as server:
        await collect(OpenAI(ServerSettings(server.url, KEY), keychain=Keychain(held.read)), REQUEST)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert held.asked == []


async def test_a_provider_is_not_available_while_the_keyring_is_locked(ring, monkeypatch):
    monkeypatch.setattr(remote, "AVAILABILITY_S", 0.3)
    locked = ring({"openai": KEY}, hangs=True)
    with trio.fail_after(5):
        availability = await OpenAI(ServerSettings(), keychain=Keychain(locked.read)).availability()
    assert not availability.available
    assert "keyring" in availability.reason


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"PYTHON_KEYRING_BACKEND": "x.Y"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
async def test_nobody_is_asked_where_nobody_would_see_it(environment, platform, expected):
    assert keychain._may_ask(environment, platform) is expected


class FakeLibrary:
    def __init__(self, *keyrings):
        self.keyrings = keyrings

    def get_keyring(self):
        if len(self.keyrings) == 1:
            return self.keyrings[0]
        return type("Chain", (), {"backends": list(self.keyrings)})()


def keyring_of(module):
    class Keyring:
        __module__ = module

        def __init__(self):
            self.held = {}

        def get_password(self, service, account):
            return self.held.get((service, account))

        def set_password(self, service, account, key):
            self.held[service, account] = key

        def delete_password(self, service, account):
            del self.held[service, account]

    return Keyring()


async def test_only_the_systems_keyrings_are_used(monkeypatch):
    terminal, system = keyring_of("keyrings.alt.file"), keyring_of("keyring.backends.SecretService")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setattr(keychain, "import_module", lambda _: FakeLibrary(terminal, system))
    keychain.store("openai", KEY)
    assert (terminal.held, list(system.held)) == ({}, [("peer2peer", "openai")])
    assert keychain.stored("openai") == KEY
    assert keychain.remove("openai")
    assert not keychain.remove("openai")
    for unusable in (terminal, keyring_of("keyring.backends.fail"), keyring_of("keyring.backends.null")):
        monkeypatch.setattr(keychain, "import_module", lambda _, only=unusable: FakeLibrary(only))
        with pytest.raises(NoKeyringError):
            keychain.stored("openai")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.Keyring")
    monkeypatch.setattr(keychain, "import_module", lambda _: FakeLibrary(terminal))
    keychain.store("openai", KEY)
    assert terminal.held


async def test_the_library_may_be_missing(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(keychain, "import_module", missing)
    with pytest.raises(NoKeyringError):
        keychain.stored("openai")
    assert await Keychain().key("openai") == ""


async def test_the_real_library(monkeypatch):
    library = pytest.importorskip("keyring")

    class Memory(library.backend.KeyringBackend):
        priority = 1

        def __init__(self):
            super().__init__()
            self.held = {}

        def get_password(self, service, username):
            return self.held.get((service, username))

        def set_password(self, service, username, password):
            self.held[service, username] = password

        def delete_password(self, service, username):
            del self.held[service, username]

    before = library.get_keyring()
    library.set_keyring(Memory())
    try:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "chosen")
        keychain.store("openai", KEY)
        assert await Keychain().key("openai") == KEY
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        monkeypatch.setenv("DISPLAY", ":0")
        with pytest.raises(NoKeyringError):  # no keyring of the system, and nobody chose it
            keychain.stored("openai")
    finally:
        library.set_keyring(before)
