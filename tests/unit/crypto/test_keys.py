"""Identities and devices come from their seeds."""

from nacl.bindings import crypto_scalarmult_base

from crypto.keys import Device, Identity
from crypto.sealed import open_sealed, seal_to
from tests.builders import fixed


def test_keys_depend_on_their_seeds_only() -> None:
    one, same, other = Identity(fixed("a")), Identity(fixed("a")), Identity(fixed("b"))
    assert one == same
    assert one.public == same.public != other.public
    device = Device(fixed("sign"), fixed("box"))
    assert device == Device(fixed("sign"), fixed("box"))
    assert bytes(device.public) == bytes(Identity(fixed("sign")).public)
    assert device.public != Device(fixed("box"), fixed("box")).public
    assert device.box_public != Device(fixed("sign"), fixed("sign")).box_public


def test_box_keys_belong_together() -> None:
    device = Device(fixed("sign"), fixed("box"))
    assert crypto_scalarmult_base(device.box_secret) == device.box_public
    assert open_sealed(device.box_secret, seal_to(device.box_public, b"key")) == b"key"
