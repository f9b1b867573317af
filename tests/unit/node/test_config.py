"""Settings: every key optional, every mistake named."""

from pathlib import Path

import pytest

from node.config import FILE, Config, read_config
from node.errors import StartError


def test_no_file_and_an_empty_file_give_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()
    (tmp_path / FILE).write_text("# nothing yet\n", encoding="utf-8")
    assert read_config(tmp_path) == Config()


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('default_provider = "openai"\nlocal_weights = "/models/a.gguf"\n', encoding="utf-8")
    assert read_config(tmp_path) == Config("openai", Path("/models/a.gguf"))


@pytest.mark.parametrize(
    ("content", "word"),
    [
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
