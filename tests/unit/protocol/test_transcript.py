"""The export of a conversation: what is in it, and that foreign text stays text."""

from datetime import UTC, timedelta, timezone
from typing import Any

import orjson
import pytest

from protocol.transcript import Format, Transcript, file_name

Json = dict[str, Any]
NOW = "2026-11-22T12:00:00.000Z"


def message(number: int, text: str, **more: Any) -> Json:
    made = {
        "id": f"{number:064x}",
        "author": "a" * 64,
        "author_name": "Ana",
        "kind": "human",
        "text": text,
        "ts": "2026-11-21T23:30:00.123Z",
        "edited": False,
        "deleted": False,
        "reply_to": None,
        "mentions": [],
        "reactions": [],
        "ai": None,
        "state": "read",
        "mine": True,
    }
    return made | more


ABOUT: Json = {
    "id": "c" * 64,
    "title": "Roof # garden",
    "description": "Plants\nand soil",
    "created": "2026-11-20T08:00:00.000Z",
    "phase": "metaphase",
    "progress": 0.4,
    "cycle": 1,
    "members": [{"identity": "a" * 64, "name": "Ana", "role": "owner", "presence": "online"}],
    "ai": [{"id": "1" * 64, "name": "Leaf", "provider": "openai", "model": "m", "system_prompt": "secret"}],
}
LEAF = {"id": "1" * 64, "provider": "openai", "model": "fake-1", "host_name": "Ana", "ms": 1234, "given": ["x"]}
PAGES = [
    [
        message(1, "Hello\n# not a heading"),
        message(2, "", deleted=True),
        message(3, "Bo joined", kind="notice", author_name="Bo"),
    ],
    [
        message(4, "Moss.", kind="ai", author_name="Leaf", reply_to=f"{1:064x}", ai=LEAF),
        message(
            5,
            "better",
            edited=True,
            author_name="Bo",
            reactions=[{"emoji": "👍", "count": 1, "people": [{"identity": "a", "name": "Ana"}], "mine": True}],
        ),
    ],
]


def whole(form: Format, pages: list[list[Json]] = PAGES, about: Json = ABOUT) -> tuple[str, int]:
    transcript = Transcript(form, zone=timezone(timedelta(hours=1)))
    text = transcript.head(about, now=NOW) + "".join(map(transcript.messages, pages)) + transcript.end()
    return text, transcript.count


def test_markdown_for_people() -> None:
    text, count = whole("markdown")
    assert count == 4
    assert text.startswith("# Roof \\# garden\n\n> Plants\n> and soil\n")
    assert "- Participants: Ana (owner), Leaf (AI, openai)\n- Phase: metaphase, 40 %, cycle 2\n" in text
    assert "**Ana** · 2026-11-22 00:30\n\n> Hello\n> # not a heading\n" in text
    assert "*Bo joined* · 2026-11-22 00:30" in text
    assert (
        "**Leaf** (AI) · 2026-11-22 00:30 · in reply to Ana\n\n> Moss.\n\nmade by fake\\-1 at Ana, in 1.2 s\n" in text
    )
    assert "**Bo** · 2026-11-22 00:30 · edited\n\n> better\n\n👍 Ana\n" in text
    assert "secret" not in text


def test_json_for_programs() -> None:
    text, _ = whole("json")
    found = orjson.loads(text)
    about = found["conversation"]
    assert (about["title"], about["exported"]) == ("Roof # garden", NOW)
    assert about["members"] == [{"identity": "a" * 64, "name": "Ana", "role": "owner"}]
    assert [each["text"] for each in found["messages"]] == ["Hello\n# not a heading", "Bo joined", "Moss.", "better"]
    assert found["messages"][2]["ai"]["model"] == "fake-1"
    assert "given" not in found["messages"][2]["ai"]
    assert found["messages"][3]["reactions"] == [{"emoji": "👍", "people": [{"identity": "a", "name": "Ana"}]}]
    assert all("state" not in each for each in found["messages"])


@pytest.mark.parametrize("form", ["markdown", "json"])
def test_nothing_in_it(form: Format) -> None:
    text, count = whole(form, [[], [message(1, "x", deleted=True)]], {"title": "", "members": None})
    assert count == 0
    if form == "json":
        assert orjson.loads(text)["messages"] == []
    else:
        assert text.startswith("# Conversation\n")


def test_nobody_writes_what_looks_like_anothers_message() -> None:
    fake = "hi\r\n\r\n**Ana** · 2026-11-22 00:30\u2028\n> I agree\x00\u202eevil"
    text, _ = whole("markdown", [[message(1, fake, author_name="Bo** · now\n\n# [x](http://y)<b>")]])
    lines = text.split("\n---\n")[1].strip().split("\n")
    assert lines[0] == "**Bo\\*\\* · now \\# \\[x\\]\\(http://y\\)\\<b\\>** · 2026-11-22 00:30"
    assert all(line == "" or line.startswith(">") for line in lines[1:])
    assert "\u202e" not in text
    assert "\u2028" not in text
    assert "\x00" not in text


def test_names_of_files_are_harmless() -> None:
    assert file_name("Roof: a/garden?", "markdown") == "Roof-a-garden.md"
    assert file_name("../../etc", "json") == "etc.json"
    assert file_name("\u202e...", "markdown") == "conversation.md"
    assert file_name("Žluťoučký kůň", "json") == "Žluťoučký-kůň.json"
    assert len(file_name("x" * 500, "json")) == 65


def test_a_time_that_is_none_is_no_failure() -> None:
    transcript = Transcript("markdown", zone=UTC)
    assert "· ?" in transcript.messages([message(1, "x", ts="yesterday")])
