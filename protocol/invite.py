"""Invite links: everything a newcomer needs, in one line of text (PROTOCOL section 6, S63).

`peer2peer://join#` and the base64url of `[1, conversation, seed32, [address, …]]` with a 4-byte check at the end, so
that a link cut short while copying says so. The seed makes the invite's signing key and the key of its preview; the
log holds only the public half. Everything lies in the URL's fragment, which a browser sends to nobody.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from crypto.codec import decode, encode
from crypto.errors import CodecError, SealError
from crypto.ids import ID_BYTES, ConversationId, blake2b
from crypto.sealed import close, open_closed
from crypto.signatures import SigningKey
from protocol.errors import UsageError
from protocol.sentence import Sentence

PREFIX: Final = "peer2peer://join#"
VERSION: Final = 1
MAX_ADDRESSES: Final = 8
_CHECK_BYTES: Final = 4
_MAX_LINK: Final = 4096
_DAMAGED: Final = Sentence("that invite link is damaged: ask for it again and copy all of it")


@dataclass(frozen=True, slots=True)
class Invite:
    """What a link says."""

    conversation: ConversationId
    seed: bytes
    addresses: tuple[str, ...]
    """Full multiaddrs, each ending in `/p2p/` and a peer id."""

    @property
    def signing(self) -> SigningKey:
        """The key whose public half stands in the log; whoever can sign with it holds the link."""
        return SigningKey(blake2b(self.seed, person=b"p2p.invite.key"))

    def close_preview(self, title: str, *, nonce: bytes) -> bytes:
        """Return the title closed for holders of the link."""
        return close(self._preview_key(), title.encode(), nonce=nonce, associated=b"")

    def open_preview(self, preview: bytes) -> str:
        """Return the title in the log's preview; empty where it is false."""
        try:
            return open_closed(self._preview_key(), preview, associated=b"").decode()
        except (SealError, UnicodeDecodeError):
            return ""

    def link(self) -> str:
        """Return the link's text."""
        data = encode([VERSION, self.conversation, self.seed, list(self.addresses)])
        return PREFIX + urlsafe_b64encode(data + _check(data)).decode().rstrip("=")

    def _preview_key(self) -> bytes:
        return blake2b(self.seed, person=b"p2p.invite.view")


def parse_link(link: str) -> Invite:
    """Return what an invite link says.

    Raises:
        UsageError: `bad_invite`: it is no link of ours, cut short, changed, or of a newer version.
    """
    text = link.strip()
    if not text.startswith(PREFIX):
        raise UsageError("bad_invite", "that is not an invite link: it begins with {prefix}", prefix=PREFIX)
    if len(text) > _MAX_LINK:
        raise UsageError("bad_invite", _DAMAGED)
    encoded = text[len(PREFIX) :]
    try:
        raw = urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4))
    except ValueError as error:
        raise UsageError("bad_invite", _DAMAGED) from error
    data, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    if check != _check(data):
        raise UsageError("bad_invite", _DAMAGED)
    try:
        fields = decode(data)
    except CodecError as error:
        raise UsageError("bad_invite", _DAMAGED) from error
    match fields:
        case [int() as version, *_] if version != VERSION:
            raise UsageError("bad_invite", "that invite link was made by a newer version of this program: update it")
        case [int(), bytes() as conversation, bytes() as seed, list() as addresses] if (
            len(conversation) == len(seed) == ID_BYTES
            and len(addresses) <= MAX_ADDRESSES
            and all(type(address) is str for address in addresses)
        ):
            return Invite(ConversationId(conversation), seed, tuple(addresses))
        case _:
            raise UsageError("bad_invite", _DAMAGED)


def _check(data: bytes) -> bytes:
    return blake2b(data, person=b"p2p.invite.chk", size=_CHECK_BYTES)
