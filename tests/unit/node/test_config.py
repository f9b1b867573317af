"""Settings: every key optional, every mistake named."""

from pathlib import Path

import pytest

from node.config import FILE, Config, read_config
from node.errors import StartError
from node.relay_limits import RelayLimits


def test_no_file_and_an_empty_file_give_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()
    (tmp_path / FILE).write_text("# nothing yet\n", encoding="utf-8")
    assert read_config(tmp_path) == Config()


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('default_provider = "openai"\nlocal_weights = "/models/a.gguf"\n', encoding="utf-8")
    assert read_config(tmp_path) == Config("openai", Path("/models/a.gguf"))


def test_each_provider_has_a_model_and_an_address(tmp_path: Path) -> None:
    content = """
        default_provider = "ollama"
        [default_model]
        openai = "gpt-4o"
        ollama = "llama3.2"
        [base_url]
        openai = "http://127.0.0.1:1234/v1"
    """
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    config = read_config(tmp_path)
    assert config.default_provider == "ollama"
    assert config.default_model == {"openai": "gpt-4o", "ollama": "llama3.2"}
    assert config.base_url == {"openai": "http://127.0.0.1:1234/v1"}


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ('default_provider = "clippy"', "openai, anthropic, ollama, local"),
        ('[default_model]\nclippy = "x"', "openai, anthropic, ollama"),
        ('[base_url]\nlocal = "http://x"', "openai, anthropic, ollama"),
    ],
)
def test_an_unknown_provider_is_refused_naming_the_known(tmp_path: Path, content: str, known: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(StartError) as told:
        read_config(tmp_path)
    assert told.value.code == "unknown_provider"
    assert told.value.reason.endswith(f"use one of {known}")


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[base_url]\nopenai = "http://ana:hunter2@host/v1"', encoding="utf-8")
    with pytest.raises(StartError, match="password") as told:
        read_config(tmp_path)
    assert "hunter2" not in told.value.reason


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'default_model = "gpt-4o"', "default_model"),
        (b"[default_model]\nopenai = 7", "default_model.openai"),
        (b'[base_url]\nopenai = ""', "base_url.openai"),
        (b'[base_url]\nopenai = "localhost:1234"', "base_url.openai"),
        (b"this is = = not toml", "Expected|Invalid"),
        (b"\xff\xfe\x00", "decode"),
        (b'colour = "red"', "colour"),
        (b"default_provider = 7", "default_provider"),
        (b"default_provider = true", "default_provider"),
        (b"local_weights = []", "local_weights"),
        (b'[default_provider]\nname = "x"', "default_provider"),
    ],
)
def test_a_mistake_is_named_with_its_file_in_one_line(tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StartError, match=word) as told:
        read_config(tmp_path)
    assert told.value.code == "damaged_config"
    assert FILE in told.value.reason
    assert "\n" not in told.value.reason


def test_a_relay_gives_what_its_person_allows(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[relay]\nreservations = 4\nhours = 0.5\n", encoding="utf-8")
    limits = read_config(tmp_path).relay
    assert limits == RelayLimits(reservations=4, hours=0.5)
    assert (limits.duration_s, limits.data_bytes) == (1800, 1_024_000_000)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("relay = true", "must be a table"),
        ("[relay]\nspeed = 7", "there is no limit speed"),
        ("[relay]\ncircuits = 0", "above 0"),
        ("[relay]\ncircuits = 1.5", "a whole number"),
        ("[relay]\ncircuits = true", "above 0"),
    ],
)
def test_a_wrong_limit_of_a_relay_is_named(tmp_path: Path, content: str, word: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(StartError, match=word):
        read_config(tmp_path)
