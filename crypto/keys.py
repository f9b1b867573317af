"""A person's identity and this machine's device: the keys that exist, and where each is used (PROTOCOL section 7)."""

from dataclasses import dataclass
from functools import cached_property

from nacl.bindings import crypto_box_seed_keypair

from crypto.ids import BoxKey, DeviceKey, IdentityKey
from crypto.signatures import SigningKey


@dataclass(frozen=True)
class Identity:
    """A person: a long-term signing key that certifies devices and nothing else."""

    seed: bytes

    @cached_property
    def signing(self) -> SigningKey:
        """The key pair that signs certificates."""
        return SigningKey(self.seed)

    @property
    def public(self) -> IdentityKey:
        """The 32-byte name of this person."""
        return IdentityKey(self.signing.public)


@dataclass(frozen=True)
class Device:
    """One machine of a person: signs operations, opens sealed epoch keys."""

    signing_seed: bytes
    box_seed: bytes

    @cached_property
    def signing(self) -> SigningKey:
        """The key pair that signs operations, registers and ephemeral frames."""
        return SigningKey(self.signing_seed)

    @cached_property
    def _box(self) -> tuple[bytes, bytes]:
        public, secret = crypto_box_seed_keypair(self.box_seed)
        return public, secret

    @property
    def public(self) -> DeviceKey:
        """The 32-byte name of this device in the log."""
        return DeviceKey(self.signing.public)

    @property
    def box_public(self) -> BoxKey:
        """The X25519 key that epoch keys are sealed to, 32 bytes."""
        return BoxKey(self._box[0])

    @property
    def box_secret(self) -> bytes:
        """The X25519 secret that opens them, 32 bytes."""
        return self._box[1]
