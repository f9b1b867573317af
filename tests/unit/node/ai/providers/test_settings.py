import pytest

from node.ai.providers.settings import ServerSettings, account, ollama_url, server_settings, servers, url_fault

SECRET = "sk-verysecret"


def test_the_environment_comes_before_the_file():
    environment = {
        "OPENAI_API_KEY": f" {SECRET}\n",
        "OPENAI_BASE_URL": "http://[::1]:1/v1",
        "OPENAI_MODEL": "env",
        "ANTHROPIC_API_KEY": " ",
    }
    found = servers(
        environment,
        base_url={"openai": "http://file/v1", "anthropic": "https://file"},
        default_model={"openai": "file", "ollama": "llama3.2"},
    )
    assert list(found) == ["openai", "anthropic", "ollama"]
    assert found["openai"] == ServerSettings("http://[::1]:1/v1", SECRET, "env")
    assert found["anthropic"] == ServerSettings("https://file")
    assert found["ollama"] == ServerSettings(default_model="llama3.2")
    assert SECRET not in repr(found)


def test_a_variable_that_is_no_address_is_named_and_not_repeated():
    for wrong in ("file:///etc/passwd", f"http://ana:{SECRET}@host", "localhost:1234", "http://h:99999/"):
        settings = server_settings("openai", {"OPENAI_BASE_URL": wrong}, base_url="http://file/v1")
        assert settings.fault.startswith("OPENAI_BASE_URL ")
        assert settings.fault.endswith(".")
        assert SECRET not in repr(settings)
        assert wrong not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://x",
        "http://",
        "http://[::1",
        "http://a b",
        "http://a\n",
        "http://a:0",
        "http://a?x",
        "http://u@h",
    ],
)
def test_what_is_no_base_url(url):
    assert url_fault(url)
    if url:
        with pytest.raises(ValueError, match="base URL"):
            ServerSettings(url)


@pytest.mark.parametrize("url", ["http://h", "https://h/v1/", "http://[::1]:11434", "http://127.0.0.1:1/a/b"])
def test_what_is_one(url):
    assert url_fault(url) == ""


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("box.local:1", "http://box.local:1"),
        ("[::1]", "http://[::1]:11434"),
        ("[::]:5", "http://127.0.0.1:5"),
        ("http://box", "http://box:80"),
        ("https://box/ollama/", "https://box:443/ollama"),
        ("http://box:11434", "http://box:11434"),
    ],
)
def test_ollamas_variable_takes_many_forms(host, url):
    assert ollama_url(host) == url
    assert server_settings("ollama", {"OLLAMA_HOST": host}).base_url == url


def test_the_vendors_key_is_never_kept_for_another_server():
    assert account("openai", "") == account("openai", "https://api.openai.com/v1/") == "openai"
    assert account("openai", "https://api.openai.com.evil.example/v1") == "openai@api.openai.com.evil.example"
    assert account("anthropic", "http://127.0.0.1:8080/v1") == "anthropic@127.0.0.1:8080"


def test_nobody_waits_longer_than_said():
    settings = ServerSettings()
    assert settings.connect_s == 5.0
    assert 60.0 <= settings.read_s <= 120.0
    assert settings.read_s < settings.total_s
    assert settings.retries == 1
