"""What the stories of whole nodes begin with."""

from collections.abc import Iterator

import pytest

from tests.e2e.pair import Pair, two_who_talk


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_who_talk(tmp_path_factory.mktemp("profiles")) as made:
        yield made
