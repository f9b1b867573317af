"""Coming in by an invite, and letting somebody in: both ends of `/peer2peer/join/1` (docs/protocol.md, "Joining")."""

from collections.abc import Callable
from logging import getLogger
from secrets import token_bytes
from typing import Final

import trio

from crypto.certificates import Certificate, parse_certificate
from crypto.epochs import wrap
from crypto.errors import CryptoError, SignatureError
from crypto.ids import ConversationId, OpId
from crypto.signatures import JOIN_CONTEXT, verify
from node.clock import Clock
from node.conversations.conversation import Conversation
from node.conversations.library import Library
from node.conversations.membership import JOINING, OUTSIDE, readmission_objection
from node.network.errors import DialError, NetworkError
from node.network.frames import Frames
from node.network.host import Network
from protocol.bodies.control import Admit, EpochWrap, Level
from protocol.compose import own_member
from protocol.errors import RemoteError, UsageError
from protocol.invite import Invite, parse_link
from protocol.join import (
    NONCE_BYTES,
    PROTOCOL,
    Admitted,
    Ask,
    Challenge,
    Frame,
    Proof,
    Refused,
    Transcript,
    dump,
    load,
)
from protocol.replica import Replica
from protocol.sentence import Sentence

log = getLogger("node.join")

FRAME_S: Final = 10.0
WHOLE_S: Final = 45.0
"""For being let in; what follows has a time of its own."""
TITLE_S: Final = 20.0
SHORT_S: Final = 2.0
"""A join waits this long for the first sync to end: most are over by then, and the newcomer can write at once."""

Want = Callable[[str, Conversation], trio.Event]


class Doorway:
    """Joins conversations and admits others to ours."""

    def __init__(self, network: Network, library: Library, *, clock: Clock, want: Want) -> None:
        self._network = network
        self._library = library
        self._clock = clock
        self._want = want

    def open(self) -> None:
        """Answer those who come with a link, from now on."""
        self._network.serve(PROTOCOL, self._admit)

    # --- joining -----------------------------------------------------------------------------------------------------

    async def join(self, link: str) -> Conversation:
        """Return the conversation of an invite link, admitted.

        Mostly it has its title by then; where not, it is `joining`, and comes as soon as a member can be reached.

        Raises:
            UsageError: `bad_invite`, `expired_invite`, or `unreachable`; each says what to do.
        """
        invite = parse_link(link)
        if self._network.peer_id in _by_peer(invite):
            raise UsageError("bad_invite", "that link is an invite of your own: send it to somebody else")
        held = self._library.conversations.get(invite.conversation)
        if held is not None and held.view.title and held.status not in OUTSIDE:
            return held
        refusal: UsageError | None = None
        admitter = ""
        with trio.move_on_after(WHOLE_S):
            for peer_id, addresses in _by_peer(invite).items():
                try:
                    await self._network.dial(peer_id, addresses)
                    await self._ask(peer_id, invite)
                except (DialError, NetworkError) as error:
                    log.info("join attempt failed peer=%s error=%s", peer_id[-8:], type(error).__name__)
                    continue
                except UsageError as error:
                    refusal = error
                    continue
                admitter = peer_id
                break
        if admitter:
            return await self._fill(admitter, invite)
        if refusal is not None:
            raise refusal
        raise UsageError(
            "unreachable",
            "nobody in this link could be reached: ask the one who sent it to start the program, and try again",
        )

    async def _ask(self, peer_id: str, invite: Invite) -> None:
        """Show one member the link; return when admitted (UsageError where refused)."""
        secrets = self._library.profile.secrets
        certificate = self._library.profile.certificate(now_ms=self._clock.now_ms())
        nonce = token_bytes(NONCE_BYTES)
        stream = await self._network.open_stream(peer_id, PROTOCOL)
        try:
            await stream.send(dump(Ask(invite.conversation, invite.signing.public, certificate.encoded, nonce)))
            challenge = await self._expect(stream)
            if isinstance(challenge, Admitted):
                return
            if not isinstance(challenge, Challenge):
                raise RemoteError("out_of_turn", "a join was answered with the wrong frame")
            signed = Transcript(
                conversation=invite.conversation,
                invite=invite.signing.public,
                identity=secrets.identity.public,
                device=secrets.device.public,
                admitter_peer_id=peer_id.encode(),
                joiner_nonce=nonce,
                admitter_nonce=challenge.nonce,
            ).encode()
            await stream.send(
                dump(
                    Proof(
                        invite.signing.sign(signed, context=JOIN_CONTEXT),
                        secrets.device.signing.sign(signed, context=JOIN_CONTEXT),
                    )
                )
            )
            if not isinstance(await self._expect(stream), Admitted):
                raise RemoteError("out_of_turn", "a join was answered with the wrong frame")
        except RemoteError as error:
            raise UsageError(
                "unreachable", "the member who answered speaks another version: both should update the program"
            ) from error
        finally:
            with trio.move_on_after(1, shield=True):
                await stream.aclose()

    async def _expect(self, stream: Frames) -> Frame:
        frame = load(await stream.receive(timeout_s=FRAME_S))
        if isinstance(frame, Refused):
            raise frame.error()
        return frame

    async def _fill(self, peer_id: str, invite: Invite) -> Conversation:
        """Return the conversation once its title is here, or does not come for a while; the rest goes on by itself."""
        addresses = tuple(_by_peer(invite)[peer_id])
        self._library.catalogue.remember_peer(peer_id, addresses, seen_ms=self._clock.now_ms())
        conversation = self._library.conversations.get(invite.conversation)
        if conversation is None:
            conversation = self._library.begin_joining(invite.conversation)
        elif conversation.status in OUTSIDE:
            conversation.set_status(JOINING)
        synced = self._want(peer_id, conversation)
        with trio.move_on_after(TITLE_S):
            await _first_of(conversation.titled, synced)
        if conversation.view.title:
            with trio.move_on_after(SHORT_S):
                await synced.wait()
        else:
            log.info("admitted, and still to be fetched conversation=%s", conversation.name[:8])
        return conversation

    # --- admitting ---------------------------------------------------------------------------------------------------

    async def _admit(self, peer_id: str, stream: Frames) -> None:
        try:
            admitted = await self._check_in(peer_id, stream)
        except UsageError as error:
            await stream.send(dump(Refused(error.code, error.reason)))
            return
        except RemoteError as error:
            log.info("join refused peer=%s code=%s", peer_id[-8:], error.code)
            await stream.send(dump(Refused("bad_invite", "that join was malformed: update the program")))
            return
        await stream.send(dump(Admitted(admitted)))

    async def _check_in(self, peer_id: str, stream: Frames) -> OpId:
        ask = load(await stream.receive(timeout_s=FRAME_S))
        if not isinstance(ask, Ask):
            raise RemoteError("out_of_turn", "a join begins with a question")
        certificate = _certificate(ask.certificate)
        if certificate.peer_id != peer_id.encode():
            raise RemoteError("foreign", "a join shows the certificate of another node")
        conversation = self._library.conversations.get(ask.conversation)
        if conversation is None:
            raise UsageError("bad_invite", "the one you reached does not have that conversation: ask for a new link")
        member = conversation.replica.authority.member(certificate.identity)
        if member is not None and any(held.device == certificate.device for held in member.certificates):
            return member.proof
        refused = readmission_objection(
            conversation.replica.authority, certificate.identity, self._check_invite(conversation, ask.invite)
        )
        if refused is not None:
            raise UsageError("expired_invite", refused)
        nonce = token_bytes(NONCE_BYTES)
        await stream.send(dump(Challenge(nonce)))
        proof = load(await stream.receive(timeout_s=FRAME_S))
        if not isinstance(proof, Proof):
            raise RemoteError("out_of_turn", "a join's challenge was answered with the wrong frame")
        transcript = (self._network.peer_id.encode(), ask.nonce, nonce)
        _check_proof(conversation.id, ask, certificate, transcript, proof)
        return self._let_in(conversation, ask, certificate, transcript, proof)

    def _check_invite(self, conversation: Conversation, key: bytes) -> OpId:
        """Return the invite if it can be used now (UsageError where not)."""
        authority = conversation.replica.authority
        found = authority.invite(key)
        if found is None:
            raise UsageError("bad_invite", "that invite is not known here: ask for a new link")
        name, invite = found
        if invite.expires_ms <= self._clock.now_ms():
            raise UsageError("expired_invite", "that invite has expired: ask for a new link")
        if invite.max_uses and authority.uses(name) >= invite.max_uses:
            raise UsageError("expired_invite", "that invite was used already: ask for a new link")
        return name

    def _let_in(
        self,
        conversation: Conversation,
        ask: Ask,
        certificate: Certificate,
        transcript: tuple[bytes, bytes, bytes],
        proof: Proof,
    ) -> OpId:
        """Write the admit, and with it the keys for the newcomer; return the admit."""
        invite = self._check_invite(conversation, ask.invite)  # somebody else may have used it up meanwhile
        own = own_member(conversation.replica, level=Level.MEMBER, to=Sentence("let people in"))
        admit = Admit(
            proof=own.proof,
            subject=certificate.identity,
            certificate=certificate.encoded,
            invite=invite,
            transcript=transcript,
            invite_signature=proof.invite_signature,
            device_signature=proof.device_signature,
        )
        admitted = conversation.rule_all([admit, *_keys_for(conversation.replica, certificate, proof=own.proof)])[0]
        log.info("admitted conversation=%s identity=%s", conversation.name[:8], certificate.identity.hex()[:8])
        return admitted.id


def _keys_for(replica: Replica, certificate: Certificate, *, proof: OpId) -> list[EpochWrap]:
    """Return what gives a device every key that is held here."""
    keys = replica.keyring.keys
    return [
        EpochWrap(proof, rule.id, ((certificate.device, wrap(keys[rule.id].key, certificate.box)),))
        for rule in replica.authority.epochs()
        if rule.id in keys
    ]


async def _first_of(*events: trio.Event) -> None:
    """Return when one of these has happened."""
    async with trio.open_nursery() as nursery:

        async def wait(event: trio.Event) -> None:
            await event.wait()
            nursery.cancel_scope.cancel()

        for event in events:
            nursery.start_soon(wait, event)


def _by_peer(invite: Invite) -> dict[str, list[str]]:
    """Return the link's addresses by the peer they lead to (UsageError where it names none)."""
    found: dict[str, list[str]] = {}
    for address in invite.addresses:
        _, separator, peer_id = address.rpartition("/p2p/")
        if separator and peer_id:
            found.setdefault(peer_id, []).append(address)
    if not found:
        raise UsageError("bad_invite", "that invite link names no address: ask for a new one")
    return found


def _certificate(encoded: bytes) -> Certificate:
    try:
        return parse_certificate(encoded)
    except CryptoError as error:
        raise RemoteError("bad_certificate", f"a join's {error}") from error


def _check_proof(
    conversation: ConversationId,
    ask: Ask,
    certificate: Certificate,
    transcript: tuple[bytes, bytes, bytes],
    proof: Proof,
) -> None:
    peer_id, joiner_nonce, admitter_nonce = transcript
    signed = Transcript(
        conversation=conversation,
        invite=ask.invite,
        identity=certificate.identity,
        device=certificate.device,
        admitter_peer_id=peer_id,
        joiner_nonce=joiner_nonce,
        admitter_nonce=admitter_nonce,
    ).encode()
    try:
        verify(ask.invite, signed, signature=proof.invite_signature, context=JOIN_CONTEXT)
        verify(certificate.device, signed, signature=proof.device_signature, context=JOIN_CONTEXT)
    except SignatureError as error:
        raise UsageError("bad_invite", "that link's proof is false: ask for a new link") from error
