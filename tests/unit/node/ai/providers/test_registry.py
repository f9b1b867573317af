import pytest

from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.openai import OpenAISettings
from node.ai.providers.provider import Availability
from node.ai.providers.registry import ProviderSettings, Registry, open_registry
from tests.fakes.openai_server import Reply, openai_server, refusing

pytestmark = pytest.mark.trio
MODELS = Reply(body=(b'{"data": [{"id": "fake-1"}]}',), kind="application/json")


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


async def test_a_key_comes_before_the_local_model_and_a_setting_before_both(tmp_path):
    weights = tmp_path / "tiny.gguf"
    weights.write_bytes(b"GGUF")
    async with openai_server(MODELS, refusing(401), MODELS) as server:
        with_key = OpenAISettings(server.url, "key")
        async with open_registry(ProviderSettings(openai=with_key, weights=weights)) as opened:
            assert opened.names == ("openai", "local")
            assert (await opened.choose()).name == "openai"
            assert (await opened.choose()).name == "local"
        async with open_registry(ProviderSettings("local", with_key, weights)) as opened:
            assert (await opened.choose()).name == "local"
        async with open_registry(ProviderSettings(weights=weights)) as opened:
            assert (await opened.choose()).name == "local"


async def test_an_unknown_default_is_refused():
    with pytest.raises(UnknownProviderError):
        async with open_registry(ProviderSettings("clippy")):
            pass
