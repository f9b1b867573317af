import pytest

from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.keychain import Keychain
from node.ai.providers.provider import PROVIDERS, Availability
from node.ai.providers.registry import ProviderSettings, Registry, open_registry
from node.ai.providers.settings import ServerSettings
from tests.fakes.anthropic_server import anthropic_server, saying
from tests.fakes.ollama_server import ollama_server
from tests.fakes.openai_server import models, openai_server

pytestmark = pytest.mark.trio
MODELS = models({"id": "fake-1"})


class Fake:
    def __init__(self, name, reason=""):
        self.name = name
        self.reason = reason

    async def availability(self):
        return Availability(not self.reason, self.reason, (), "")


def registry(*providers):
    return Registry({provider.name: provider for provider in providers}, order=[each.name for each in providers])


async def test_the_first_that_works_is_taken():
    chosen = await registry(Fake("a", "No a."), Fake("b"), Fake("c")).choose()
    assert chosen.name == "b"


async def test_a_preference_counts_even_where_it_does_not_work_now():
    assert (await registry(Fake("a", "No a."), Fake("b")).choose("a")).name == "a"


async def test_an_unknown_one_is_refused_naming_the_known():
    with pytest.raises(UnknownProviderError, match=r"“z”: use one of a, b\.") as caught:
        await registry(Fake("a"), Fake("b")).choose("z")
    assert caught.value.code == "unknown_provider"
    with pytest.raises(UnknownProviderError):
        Registry({}, order=["z"])


async def test_where_none_works_all_reasons_are_told():
    with pytest.raises(ProviderError, match=r"No a\. No b\.") as caught:
        await registry(Fake("a", "No a."), Fake("b", "No b.")).choose()
    assert caught.value.code == "unavailable"


async def test_all_are_asked():
    found = await registry(Fake("a", "No a."), Fake("b")).availabilities()
    assert {name: each.available for name, each in found.items()} == {"a": False, "b": True}


async def chosen(**settings):
    async with open_registry(ProviderSettings(**settings)) as opened:
        return (await opened.choose()).name


async def test_the_order_is_the_setting_a_key_ollama_then_the_local_model(tmp_path):
    weights = tmp_path / "tiny.gguf"
    weights.write_bytes(b"GGUF")
    async with openai_server(MODELS) as one, anthropic_server(saying()) as two, ollama_server() as three:
        nowhere = {"ollama": ServerSettings("http://127.0.0.1:9")}
        running = {"ollama": ServerSettings(three.url)}
        with_two = running | {"anthropic": ServerSettings(two.url, "key")}
        with_both = with_two | {"openai": ServerSettings(one.url, "key")}
        assert await chosen(servers=nowhere, weights=weights) == "local"
        assert await chosen(servers=running, weights=weights) == "ollama"
        assert await chosen(servers=with_two, weights=weights) == "anthropic"
        assert await chosen(servers=with_both, weights=weights) == "openai"
        assert await chosen(servers=with_both, weights=weights, default_provider="ollama") == "ollama"
        assert await chosen(servers=with_both, weights=weights, default_provider="local") == "local"
        broken = with_both | {"openai": ServerSettings("http://127.0.0.1:9/v1", "key")}
        assert await chosen(servers=broken, weights=weights, default_provider="openai") == "anthropic"
        kept = Keychain({f"openai@{one.url.split('/')[2]}": "key"}.get)
        with_kept = running | {"openai": ServerSettings(one.url)}
        assert await chosen(servers=with_kept, weights=weights, keychain=kept) == "openai"


async def test_a_key_in_the_environment_comes_before_one_in_the_keyring():
    settings = ProviderSettings(servers={"anthropic": ServerSettings(api_key="key"), "openai": ServerSettings()})
    assert settings.order() == ("anthropic", "openai", "ollama", "local")


async def test_all_are_shown_with_the_reason_why_they_do_not_work(tmp_path):
    nowhere = {"ollama": ServerSettings("http://127.0.0.1:9")}
    async with open_registry(ProviderSettings(servers=nowhere, weights=tmp_path / "none.gguf")) as opened:
        assert opened.names == PROVIDERS
        found = await opened.availabilities()
    assert list(found) == list(PROVIDERS)
    for name, word in {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "ollama": "runs"}.items():
        assert not found[name].available
        assert word in found[name].reason
    assert not found["local"].available


async def test_an_unknown_default_is_refused():
    with pytest.raises(UnknownProviderError):
        async with open_registry(ProviderSettings("clippy")):
            pass
