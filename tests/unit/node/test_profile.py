"""Profiles: made once, private, unlocked or refused with a reason, used by one node at a time."""

from pathlib import Path

import pytest

from node.errors import StartError
from node.profile import KEYSTORE, ProfileLock, change_passphrase, create_profile, open_profile, write_private
from protocol.errors import UsageError


def test_a_profile_is_made_once_and_opens_as_what_it_was_made(tmp_path: Path) -> None:
    made = create_profile(tmp_path / "anna", "  Anna   Maria ", None)
    assert made.name == "Anna Maria"
    opened = open_profile(tmp_path / "anna", passphrase=None)
    assert (opened.secrets.identity.public.hex(), opened.peer_id) == (made.identity, made.peer_id)
    with pytest.raises(UsageError) as told:
        create_profile(tmp_path / "anna", "Anna", None)
    assert told.value.code == "profile_exists"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x07b", "a\u202eb"])
def test_a_name_that_nobody_could_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as told:
        create_profile(tmp_path / "anna", name, None)
    assert told.value.code == "bad_request"
    assert not (tmp_path / "anna").exists()


def test_a_wrong_and_a_missing_passphrase_and_damage_are_told_apart(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    create_profile(home, "Anna", "correct horse")
    assert open_profile(home, passphrase="correct horse").secrets.name == "Anna"
    with pytest.raises(StartError, match="does not open") as told:
        open_profile(home, passphrase="battery staple")
    assert told.value.code == "wrong_passphrase"
    with pytest.raises(StartError, match="--passphrase-file"):
        open_profile(home, passphrase=None)
    good = (home / KEYSTORE).read_bytes()
    for damaged in (b"", b"garbage", good[:-1], good + b"x", good[:50] + bytes((good[50] ^ 1,)) + good[51:]):
        (home / KEYSTORE).write_bytes(damaged)
        with pytest.raises(StartError) as told:
            open_profile(home, passphrase="correct horse")
        assert told.value.code != "wrong_passphrase", damaged[:10]
    (home / KEYSTORE).unlink()
    with pytest.raises(StartError, match="peer2peer init"):
        open_profile(home, passphrase=None)


def test_every_file_of_a_profile_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    create_profile(home, "Anna", None)
    with ProfileLock(home):
        for path in (home, *home.iterdir()):
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, b"long before")
    path.chmod(0o644)
    write_private(path, b"short")
    assert path.read_bytes() == b"short"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_profile_is_locked_by_one_and_free_again_after(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    create_profile(home, "Anna", None)
    with ProfileLock(home):
        with pytest.raises(StartError) as told, ProfileLock(home):
            pass
        assert told.value.code == "already_running"
    with ProfileLock(home):
        pass


def test_a_passphrase_is_set_changed_and_removed_and_the_keys_stay(tmp_path: Path) -> None:
    home = tmp_path / "anna"
    made = create_profile(home, "Anna", None)
    change_passphrase(home, before=None, after="first words")
    with pytest.raises(StartError) as told:
        change_passphrase(home, before="other words", after="x")
    assert told.value.code == "wrong_passphrase"
    with pytest.raises(UsageError, match="remove"):
        change_passphrase(home, before="first words", after="")
    change_passphrase(home, before="first words", after="second words")
    with pytest.raises(StartError):
        open_profile(home, passphrase="first words")
    assert open_profile(home, passphrase="second words").secrets.identity.public.hex() == made.identity
    assert (home / KEYSTORE).stat().st_mode & 0o777 == 0o600
    change_passphrase(home, before="second words", after=None)
    assert open_profile(home, passphrase=None).peer_id == made.peer_id
