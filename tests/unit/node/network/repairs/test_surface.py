"""The start-up check names what is missing."""

import pytest
from libp2p.network.swarm import Swarm

from node.network import LibraryMismatch
from node.network.repairs.surface import check_library


def test_the_installed_libp2p_is_the_one_we_know() -> None:
    check_library()


def test_another_release_is_refused() -> None:
    with pytest.raises(LibraryMismatch, match=r"needs libp2p 0\.9\.9, but 0\.8\.1 is installed"):
        check_library(expected="0.9.9")


def test_a_name_that_is_gone_is_named() -> None:
    with pytest.raises(LibraryMismatch, match=r"has no Swarm\._gone"):
        check_library({Swarm: ("dial_addr", "_gone")})
