"""The conversation in which the tests of the authority rule take place."""

from collections.abc import Iterator

import pytest

from tests.unit.protocol.authority.board import ALL, Board


@pytest.fixture
def board() -> Iterator[Board]:
    """Ana is the first owner, Fay the second, Ben and Dan are admins, Cat is a member."""
    board = Board(**ALL)
    yield board
    board.check()
