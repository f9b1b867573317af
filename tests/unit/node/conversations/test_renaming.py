"""Somebody goes by another name: the others are told, and it lasts."""

from pathlib import Path

import pytest

from node.profile import DATABASE, open_profile
from node.store.database import open_database
from node.store.own_name import OwnName
from tests.unit.node.conversations.people import person
from tests.unit.node.conversations.test_people import circle


@pytest.mark.trio
async def test_all_learn_the_new_name_and_it_is_there_after_a_restart(tmp_path: Path) -> None:
    async with circle(tmp_path, "anna", "ben") as made:
        made.say("ben", "Hello")
        made.meet()
        made.heard["ben"].clear()
        made.people["ben"].library.rename("Benjamin")
        assert list(made.roles("ben")) == ["Anna", "Benjamin"]
        told = [event for event, _ in made.heard["ben"]]
        assert "message" in told, "what I wrote bears the new name in my own window"
        made.meet()
        assert made.roles("anna").keys() == {"Anna", "Benjamin"}
        page, _ = made.at("anna").view.page(before=None, limit=10)
        assert next(one["author_name"] for one in page if one["text"] == "Hello") == "Benjamin"
        assert len(made.states()) == 1
    with person(tmp_path / "ben") as ben:
        assert ben.library.profile.secrets.name == "Benjamin"
        conversation = next(iter(ben.library.conversations.values()))
        assert {member["name"] for member in conversation.view.members()} == {"Anna", "Benjamin"}
        assert ben.library.create(title="Next", description="").view.members()[0]["name"] == "Benjamin"


def test_the_name_lies_closed_in_the_database(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna:
        anna.library.rename("Anastasia Unusual")
    assert b"Unusual" not in (tmp_path / "anna" / DATABASE).read_bytes()
    key = open_profile(tmp_path / "anna", passphrase=None).secrets.storage_key
    database = open_database(tmp_path / "anna" / DATABASE)
    try:
        assert OwnName(database, storage_key=key).get() == "Anastasia Unusual"
        assert OwnName(database, storage_key=bytes(32)).get() is None
    finally:
        database.close()
