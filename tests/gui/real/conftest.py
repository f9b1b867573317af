"""Real nodes for the desktop's tests, started once."""

from collections.abc import Iterator

import pytest

from tests.gui.real.people import People, people_in


@pytest.fixture(scope="session")
def all_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Start Ana's and Bo's nodes and their model server once."""
    with people_in(tmp_path_factory.mktemp("people")) as found:
        yield found


@pytest.fixture
def people(all_people: People) -> People:
    """Give Ana and Bo, their model as it was at first."""
    all_people.model.fresh()
    return all_people
