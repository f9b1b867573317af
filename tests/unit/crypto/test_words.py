"""Words that people compare."""

import hashlib

import pytest

from crypto.ids import IdentityKey
from crypto.words import WORDS, check_words, spelled

ANA, BEN, CAT = (IdentityKey(bytes((n,)) * 32) for n in (1, 2, 3))


def test_the_list_is_that_of_bip_39() -> None:
    text = "".join(f"{word}\n" for word in WORDS)
    assert hashlib.sha256(text.encode()).hexdigest().startswith("2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8")
    assert len({word[:4] for word in WORDS}) == 2048


def test_eleven_bits_are_a_word() -> None:
    assert spelled(b"\x00" * 16, 2) == ("abandon", "abandon")
    assert spelled(b"\xff" * 16, 3) == ("zoo", "zoo", "zoo")
    assert spelled(bytes.fromhex("0020040000"), 3) == ("ability", "ability", "abandon")  # 1, 1, 0
    with pytest.raises(ValueError, match="fewer than 12"):
        spelled(b"\x00" * 16, 12)


def test_two_people_see_the_same_words_and_a_third_sees_others() -> None:
    assert check_words(ANA, BEN) == check_words(BEN, ANA)
    assert len(check_words(ANA, BEN)) == 12
    assert len({check_words(ANA, BEN), check_words(ANA, CAT), check_words(BEN, CAT)}) == 3
    assert " ".join(check_words(ANA, BEN)) == (
        "night awake memory pitch pave metal crack please position vacuum lonely depend"
    )
