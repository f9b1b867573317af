"""Whatever strangers send, and members who break the rules: the node stays up, nothing changes."""

import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing

import pytest
import trio
from websockets.exceptions import ConnectionClosed
from websockets.trio.client import connect as open_websocket

from crypto.codec import encode
from crypto.ids import ConversationId, DeviceKey, OpId
from crypto.signatures import JOIN_CONTEXT, SigningKey
from node.client import ClientError, connect_to
from node.clock import Clock
from node.conversations.events import Events
from node.conversations.library import Library
from node.network import Frames, Network, NetworkError, open_network
from node.profile import DATABASE, open_profile
from node.store.database import open_database
from protocol import ephemeral, gossip, join
from protocol.bodies.ai import AiSettings, dump_settings
from protocol.bodies.control import AiSet
from protocol.compose import write_control, writing_epoch
from protocol.invite import parse_link
from protocol.ops import CONTENT, Header, Op, body_hash, sign_op
from protocol.sync import frames as sync
from protocol.sync.index import END, START
from protocol.sync.ranges import ANSWER, FINGERPRINT, NONE, Range
from tests.e2e.nodes import (
    Node,
    cli,
    init,
    listening,
    say,
    topic,
    until_peers,
)
from tests.e2e.pair import Pair, check_private, still_talk, unharmed


class Stranger:
    """A libp2p peer that is no member; keeps whatever a node says to it of its own accord."""

    def __init__(self, network: Network, node: Node) -> None:
        self.network = network
        self.peer = str(node.ready["peer_id"])
        self.told: list[sync.Frame] = []
        self._asked = trio.Event()
        network.serve(sync.PROTOCOL, self._listen)

    async def _listen(self, _peer: str, stream: Frames) -> None:
        try:
            while True:
                self.told.append(sync.load(await stream.receive(timeout_s=5)))
                self._asked.set()
                await stream.send(sync.dump(sync.Failed(0, "not_member")))
        except NetworkError:
            return

    async def flood(self, name: str, data: list[bytes]) -> None:
        """Publish on a topic as it is; return when the node has taken all of it in."""
        with trio.fail_after(10):
            while self.peer not in self.network.topic_peers(name):  # libp2p has no event for it
                await trio.sleep(0.01)
            for frame in data:
                await self.network._gossip.pubsub.publish(name, frame)

    async def until_asked(self, conversation: ConversationId) -> None:
        """Return when the node has asked us for an operation that does not exist: then it has read what came before."""
        self._asked = trio.Event()
        await self.flood(gossip.ops_topic(conversation), [encode([2, [secrets.token_bytes(32)]])])
        with trio.fail_after(10):
            await self._asked.wait()

    async def converse(
        self,
        protocol: str,
        sent: list[bytes],
        *,
        raw: bool = False,
        until: Callable[[list[bytes]], bool] = lambda _answers: False,
    ) -> list[bytes]:
        """Send frames over a stream; return what is answered until the node ends it, or that is enough."""
        stream = await self.network.open_stream(self.peer, protocol)
        answers: list[bytes] = []
        try:
            for data in sent:
                if raw:
                    await stream.stream.write(data)
                else:
                    await stream.send(data)
            if raw:
                await stream.aclose()
            while not until(answers):
                answers.append(await stream.receive(timeout_s=20))
            return answers
        except NetworkError:
            return answers
        finally:
            await stream.reset()


@asynccontextmanager
async def stranger(node: Node, *, seed: bytes = b"") -> AsyncIterator[Stranger]:
    async with open_network(seed=seed or secrets.token_bytes(32), listen=[]) as network:
        await network.dial(str(node.ready["peer_id"]), [node.address])
        yield Stranger(network, node)


def forged_ops(pair: Pair, heard: Op) -> list[Op]:
    """Return operations that claim a place in the conversation without a right to it."""
    key = SigningKey(secrets.token_bytes(32))

    def made(device: bytes, *, depth: int, parents: tuple[OpId, ...]) -> Op:
        body = secrets.token_bytes(200)
        header = Header(
            plane=CONTENT,
            device=DeviceKey(device),
            seq=0,
            prev=None,
            parents=parents,
            auth=heard.header.auth,
            depth=depth,
            ts_ms=heard.header.ts_ms,
            epoch=heard.header.epoch,
            body_bytes=len(body),
            body_hash=body_hash(body),
        )
        return sign_op(header, body, conversation=pair.id, key=key)

    depth, parents = heard.header.depth + 1, (heard.id,)
    nowhere = (OpId(secrets.token_bytes(32)),)
    tampered = Op(heard.id, heard.header, heard.header_bytes, heard.signature, heard.body[:-1] + b"?")
    resigned = Op(heard.id, heard.header, heard.header_bytes, bytes(64), heard.body)
    return [
        made(key.public, depth=depth, parents=parents),  # by nobody's device
        made(heard.header.device, depth=depth, parents=parents),  # in a member's name
        made(key.public, depth=1, parents=parents),  # at a false depth
        made(key.public, depth=5, parents=nowhere),  # on top of nothing
        tampered,
        resigned,
    ]


@pytest.mark.trio
async def test_garbage_and_forgeries_over_gossip_change_nothing(pair: Pair) -> None:
    ops_topic, signals = gossip.ops_topic(pair.id), gossip.ephemeral_topic(pair.id)
    async with stranger(pair.anna) as evil, listening(pair.anna.home) as a:
        subscription = await evil.network.subscribe(ops_topic, lambda _data: True)
        await evil.flood(ops_topic, [])
        heard: list[Op] = []
        with trio.fail_after(10):
            while not heard:
                # the mesh may not reach us yet, so she says it again
                await say(a, pair.conversation, "listen, whoever can")
                with trio.move_on_after(1):
                    frame = gossip.load((await subscription.receive()).data, conversation=pair.id)
                    heard += frame.ops if isinstance(frame, gossip.Ops) else ()
        async with unharmed(pair):
            forged = forged_ops(pair, heard[-1])
            register = encode([encode([bytes(32), bytes(8), 1, bytes(32), bytes(40)]), bytes(64)])
            await evil.flood(
                ops_topic,
                [
                    b"",
                    b"\xc1",
                    secrets.token_bytes(1000),
                    secrets.token_bytes(65_536),
                    bytes(300_000),
                    b"\x91" * 60_000,
                    encode([1, []]),
                    encode([1, [1, 2, 3]]),
                    encode([1, [[b"", b"", b""]] * 1024]),
                    encode([1, [[b"x" * 1000, bytes(64), b"y" * 1000]]]),
                    encode([2, [b"short"]]),
                    encode([2, [secrets.token_bytes(32) for _ in range(1024)]]),
                    encode([3, [b"", b"\x00", register]]),
                    encode([3, [register]]),
                    encode([9, [1]]),
                    encode([1]),
                    *[gossip.pack_ops([op])[0] for op in forged],
                    gossip.pack_ops(forged)[0],
                ],
            )
            await evil.flood(
                signals,
                [
                    b"",
                    secrets.token_bytes(500),
                    bytes(64_000),
                    encode([encode([1, 2, bytes(32), bytes(8), 1, 1, bytes(32), bytes(40)]), bytes(64)]),
                    encode([b"", b""]),
                    encode([[], []]),
                ],
            )
            assert not ephemeral.looks_sound(b"\x00")
            await evil.until_asked(pair.id)
        # whoever is no member learns nothing from being asked, not even how much there is
        check_told_nothing(evil)


MALFORMED = [
    b"",
    b"\xc1",
    b"\x90",
    secrets.token_bytes(200),
    b"\x91" * 100_000,
    encode([0]),
    encode([0, 1, bytes(16), 0, [0, bytes(32), []], "x"]),
    encode([0, 99, bytes(16), 0, [0, bytes(32), []], [0, bytes(32), []]]),
    encode([7, 0, "not_member"]),
    encode([4, 0, [[b"", b"", b""]], True, 1]),
    encode([4, 0, b"\x92\x01\x91\x00", True, 1]),
    encode([1, 1, 1, b"", b"\x44\x01\x05"]),
    encode(["join", "me"]),
]


def check_told_nothing(evil: Stranger) -> None:
    assert evil.told
    for told in evil.told:
        assert isinstance(told, sync.Hello)
        assert (told.control.count, told.content.count) == (0, 0)
        assert (told.control.heads, told.content.heads) == ((), ())


def begins_with_hello(answers: list[bytes]) -> bool:
    """Tell whether a second HELLO was answered: then what was asked between them is done."""
    return sum(isinstance(sync.load(answer), sync.Hello) for answer in answers) == 2


def hello(conversation: ConversationId, *, heads: tuple[OpId, ...] = ()) -> sync.Hello:
    plane = sync.Summary(len(heads), bytes(32), heads)
    return sync.Hello(sync.tag_of(conversation), 0, plane, plane)


@pytest.mark.trio
async def test_a_stranger_who_knows_the_conversation_gets_nothing_by_sync(pair: Pair) -> None:
    async with unharmed(pair) as (a, _):
        heads = (await a.call("node", "show", {"conversation": pair.conversation}))["heads"]
        names = tuple(OpId(bytes.fromhex(head)) for head in heads)
        async with stranger(pair.anna) as evil:
            for claimed in ((), names, (OpId(secrets.token_bytes(32)),)):
                answers = await evil.converse(
                    sync.PROTOCOL,
                    [
                        sync.dump(hello(pair.id, heads=claimed)),
                        sync.dump(sync.Recon(1, 0, b"", (Range(END, NONE),))),
                        sync.dump(sync.Pull(1, 0, START, END, 0, 1 << 20)),
                        sync.dump(sync.Pull(2, 1, START, END, 0, 1 << 20)),
                        sync.dump(sync.Get(3, 1, names)),
                        sync.dump(sync.AskRegisters(())),
                        sync.dump(sync.Follow(1 << 20)),
                    ],
                )
                assert [sync.load(answer) for answer in answers] == [sync.Failed(0, "not_member")]
            elsewhere = hello(ConversationId(secrets.token_bytes(32)))
            answers = await evil.converse(sync.PROTOCOL, [sync.dump(elsewhere)])
            assert [sync.load(answer) for answer in answers] == [sync.Failed(0, "unknown_conversation")]
        check_told_nothing(evil)


@pytest.mark.trio
@pytest.mark.parametrize("protocol", [sync.PROTOCOL, join.PROTOCOL])
async def test_malformed_streams_of_a_stranger_end_alone(pair: Pair, protocol: str) -> None:
    async with unharmed(pair), stranger(pair.anna) as evil:
        for data in MALFORMED:
            for answer in await evil.converse(protocol, [data]):
                if protocol == sync.PROTOCOL:
                    assert isinstance(sync.load(answer), sync.Failed)
                else:
                    assert isinstance(join.load(answer), join.Refused)
        for raw in (b"\xff\xff\xff\xff", b"\x00\x00", b"\x00\x00\x10\x00half", secrets.token_bytes(5000)):
            assert await evil.converse(protocol, [raw], raw=True) == []


@pytest.mark.trio
async def test_joins_that_prove_nothing_are_refused(pair: Pair) -> None:
    home = pair.folder / "ida"
    init(home, "Ida")
    profile = open_profile(home, passphrase=None)
    certificate = profile.certificate(now_ms=Clock().now_ms())
    link = parse_link(cli(pair.anna.home, "conversations", "invite", pair.conversation)["link"])
    invite, nonce = link.signing.public, secrets.token_bytes(16)

    def ask(**changes: bytes) -> join.Ask:
        fields = {"conversation": pair.id, "invite": invite, "certificate": certificate.encoded, "nonce": nonce}
        return join.Ask(**{**fields, **changes})  # type: ignore[arg-type]

    async with unharmed(pair):
        async with stranger(pair.anna, seed=profile.secrets.node_seed) as ida:

            async def refusal(*sent: join.Frame) -> str:
                answers = [join.load(data) for data in await ida.converse(join.PROTOCOL, [*map(join.dump, sent)])]
                assert isinstance(answers[-1], join.Refused), answers
                return answers[-1].code

            device = profile.secrets.device.signing
            false = device.sign(b"something else", context=JOIN_CONTEXT)
            assert await refusal(ask(), join.Proof(bytes(64), bytes(64))) == "bad_invite"
            assert await refusal(ask(), join.Proof(false, false)) == "bad_invite"
            assert await refusal(ask(), ask()) == "bad_invite"
            assert await refusal(join.Proof(false, false)) == "bad_invite"
            assert await refusal(join.Admitted(OpId(bytes(32)))) == "bad_invite"
            assert await refusal(ask(invite=bytes(32))) == "bad_invite"
            assert await refusal(ask(conversation=bytes(32))) == "bad_invite"
            assert await refusal(ask(certificate=certificate.encoded[:-1] + b"?")) == "bad_invite"
        async with stranger(pair.anna) as thief:  # somebody else's certificate
            answers = [join.load(data) for data in await thief.converse(join.PROTOCOL, [join.dump(ask())])]
            assert isinstance(answers[0], join.Refused)


@pytest.mark.trio
async def test_a_member_who_breaks_the_rules_changes_nothing(pair: Pair) -> None:
    home = pair.folder / "mallory"

    def come_in() -> None:
        (node,) = pair.nodes.make(home)
        cli(home, "join", cli(pair.anna.home, "conversations", "invite", pair.conversation)["link"])
        node.end()

    await trio.to_thread.run_sync(come_in)
    profile = open_profile(home, passphrase=None)
    database = open_database(home / DATABASE)
    library = Library(database, profile=profile, clock=Clock(), events=Events())
    library.load()
    replica = library.conversations[pair.id].replica
    own = replica.authority.member(profile.secrets.identity.public)
    assert own is not None
    epoch = writing_epoch(replica)
    closed = replica.keyring.close_control(
        dump_settings(AiSettings("Evil", "local", "")), epoch=epoch, nonce=secrets.token_bytes(24)
    )
    host = ((profile.secrets.identity.public, profile.secrets.device.public),)
    body = AiSet(proof=own.proof, ai=b"", hosts=host, lease_ms=1000, term=0, epoch=epoch, closed=closed)
    forbidden = write_control(replica, body, now_ms=Clock().now_ms())
    database.close()

    async with unharmed(pair), stranger(pair.anna, seed=profile.secrets.node_seed) as evil:
        begin = sync.dump(hello(pair.id))
        for data in (
            *MALFORMED,
            encode([3, 7, 1, [], 1]),
            encode([3, 1, 1, b"", END, 0, -1]),
            encode([3, 1, 1, b"x", END, 0, 1 << 20]),
            encode([2, 1, 5, []]),
            encode([8, 0, [[1, 2, 3]]]),
            encode([1, 1, 1, b"", b"\xff" * 5_000]),
            encode([1, 1, 1, bytes(15), b""]),
            sync.dump(sync.Recon(1, 1, b"", (Range(END, ANSWER, bytes(32)),))),
            sync.dump(sync.Pull(0, 1, START, END, 0, 1 << 20)),
            sync.dump(sync.Pull(1, 1, START, END, 0, 1)),
            sync.dump(sync.Ops(0, b"\x91\x01", True, 0)),
        ):
            first, *rest = await evil.converse(sync.PROTOCOL, [begin, data])
            assert isinstance(sync.load(first), sync.Hello)
            assert all(isinstance(sync.load(answer), sync.Failed) for answer in rest)
        question = sync.dump(sync.Recon(1, 1, b"", (Range(END, FINGERPRINT, bytes(16)),)))
        answers = await evil.converse(sync.PROTOCOL, [begin, *[question] * 200])
        assert len(answers) < 200, "a stream without end was not ended"
        for harmless in (sync.Ack(1, 1 << 30), sync.Get(1, 1, (OpId(bytes(32)),) * 512)):
            answers = await evil.converse(sync.PROTOCOL, [begin, sync.dump(harmless), begin], until=begins_with_hello)
            assert not any(isinstance(sync.load(answer), sync.Failed) for answer in answers)
            assert begins_with_hello(answers)
        await evil.flood(gossip.ops_topic(pair.id), gossip.pack_ops([forbidden]))
        await evil.until_asked(pair.id)


@pytest.mark.trio
async def test_three_hundred_connections_keep_nobody_out_for_long(pair: Pair) -> None:
    async with unharmed(pair) as (a, b):
        flood: list[socket.socket] = []
        try:
            for number in range(300):
                connection = socket.create_connection(("127.0.0.1", pair.anna.port), timeout=5)
                flood.append(connection)
                try:
                    if number % 3 == 0:
                        connection.sendall(secrets.token_bytes(200))
                    elif number % 3 == 1:
                        connection.sendall(b"\x13/multistream/1.0.0\n" + secrets.token_bytes(50))
                except OSError:
                    continue
            for node in (pair.anna, pair.ben):
                await trio.to_thread.run_sync(node.check_calm)
            assert (await a.call("node", "status"))["peers"] >= 1  # Ben is still connected
        finally:
            for connection in flood:
                connection.close()
        assert b is not None
    await trio.to_thread.run_sync(pair.ben.end)
    pair.ben = await pair.nodes.start_beside(pair.ben.home, listen=pair.ben.listen)
    async with listening(pair.ben.home) as b:
        await until_peers(b, 1)
    await still_talk(pair)


@pytest.mark.trio
async def test_garbage_on_the_channel_gets_an_answer_and_ends_nobody_else(pair: Pair) -> None:
    host, _, port = pair.anna.api.rpartition(":")
    key = (pair.anna.home / "api_key").read_text(encoding="ascii")
    url = f"{pair.anna.ready['api']}?vsn=2.0.0&api_key={key}"
    async with unharmed(pair):
        for data in (
            b"",
            b"\x00" * 5000,
            secrets.token_bytes(5000),
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET " + b"x" * 20_000,
        ):
            with closing(socket.create_connection((host, int(port)), timeout=5)) as raw:
                try:
                    raw.sendall(data)
                except OSError:
                    continue
        with pytest.raises(ClientError, match="refused this profile's key"):
            async with connect_to(str(pair.anna.ready["api"]), "wrong"):
                pass
        async with open_websocket(url) as websocket:
            for said in ("", "garbage", "[]", "[1,2,3,4,5]", "{}", '[null,null,"node"]', b"\x00\x01", b"\xff" * 3000):
                await websocket.send(said)
            for frame, code in (
                ([None, "1", "node", "status", {}], "unmatched_topic"),
                (["2", "2", "nowhere", "phx_join", {}], "unmatched_topic"),
                (["3", "3", topic("0" * 64), "phx_join", {}], "unknown_conversation"),
                (["4", "4", "node", "phx_join", {}], ""),
                (["4", "5", "node", "explode", {}], "bad_request"),
                (["4", "6", "node", "send", {"conversation": pair.conversation}], "bad_request"),
                (["4", "7", "node", "send", {"conversation": 7, "content": "x"}], "bad_request"),
                (["4", "8", "node", "send", {"conversation": pair.conversation, "content": ["x"]}], "bad_request"),
                (["4", "9", "node", "invite", {"conversation": pair.conversation, "uses": -1}], "bad_request"),
            ):
                await websocket.send(json.dumps(frame))
                with trio.fail_after(5):
                    while True:
                        answer = json.loads(await websocket.recv())
                        if answer[1] == frame[1]:
                            break
                assert answer[3] == "phx_reply"
                response = answer[4]["response"]
                assert (answer[4]["status"] == "ok") == (code == ""), answer
                assert not code or response.get("code") == code, answer
                assert not code or response["reason"]
            await websocket.send("x" * 300_000)
            with pytest.raises(ConnectionClosed), trio.fail_after(5):
                while True:
                    await websocket.recv()


def test_the_profiles_hold_no_readable_text_and_are_private(pair: Pair) -> None:
    """Last: by now both have talked about a castle, and been given every kind of garbage."""
    check_private(pair)
