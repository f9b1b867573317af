"""The check at the start that libp2p is the release our repairs were written for.

Every private name that a repair calls, sets or overrides is listed here; a name that is gone would otherwise turn a
repair off without a word.
"""

import logging
from importlib.metadata import version

from libp2p.host.basic_host import BasicHost
from libp2p.io.trio import TrioTCPStream
from libp2p.network.auto_connector import AutoConnector
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.network.connection.swarm_connection import SwarmConn
from libp2p.network.swarm import Swarm
from libp2p.pubsub.gossipsub import GossipSub
from libp2p.pubsub.pubsub import Pubsub
from libp2p.pubsub.rpc_queue import PriorityQueue, RpcQueue
from libp2p.stream_muxer.muxer_multistream import MuxerMultistream
from libp2p.stream_muxer.yamux.yamux import Yamux

from node.network.errors import LibraryMismatch

LIBP2P = "0.8.1"

NAMES: dict[type, tuple[str, ...]] = {
    AutoConnector: ("run_background_task", "maybe_connect"),
    BasicHost: ("_swarm_stream_handler", "get_addrs", "close"),
    GossipSub: ("send_rpc", "mesh_heartbeat", "on_peer_subscribed", "remove_peer"),
    Pubsub: (
        "push_msg",
        "notify_subscriptions",
        "message_all_peers",
        "_handle_new_peer",
        "_handle_dead_peer",
        "_schedule_peer_stream_retry",
        "_peer_is_connected",
        "_replayed_recent_topics",
        "write_msg",
        "peer_queues",
        "peer_topics",
        "peers",
        "counter",
    ),
    PriorityQueue: ("push",),
    RawConnection: ("stream",),
    RpcQueue: ("push",),
    Swarm: (
        "_do_handle_inbound_connection",
        "_handle_inbound_connection",
        "_init_connection_management",
        "_schedule_auto_connect",
        "upgrade_inbound_raw_conn",
        "upgrade_outbound_raw_conn",
        "dial_addr",
        "dial_peer",
    ),
    SwarmConn: ("event_closed", "close", "set_transport_info"),
    TrioTCPStream: ("stream",),
    MuxerMultistream: ("new_conn", "select_transport"),
    Yamux: ("_measure_rtt_loop", "_write_frame"),
}


def check_library(names: dict[type, tuple[str, ...]] = NAMES, expected: str = LIBP2P) -> None:
    """Check that libp2p has the release and the names that the repairs need.

    Raises:
        LibraryMismatch: the release differs, or a name is gone; the text tells which.
    """
    installed = version("libp2p")
    if installed != expected:
        raise LibraryMismatch(f"Peer2Peer needs libp2p {expected}, but {installed} is installed.")
    for owner, wanted in names.items():
        known = {name for base in owner.__mro__ for name in (*vars(base), *vars(base).get("__annotations__", ()))}
        for name in wanted:
            if name not in known:
                raise LibraryMismatch(f"libp2p {installed} has no {owner.__name__}.{name}, which a repair needs.")
    queue = RpcQueue()
    if not hasattr(getattr(queue, "_queue", None), "max_size"):
        raise LibraryMismatch(f"libp2p {installed} has no RpcQueue._queue.max_size, which a repair needs.")


def quieten_library() -> None:
    """Keep libp2p from writing to stderr; a program that wants its log lets the logger `libp2p` propagate.

    libp2p logs ordinary ends of connections as errors, with addresses, and sets its logger up when it is imported.
    """
    log = logging.getLogger("libp2p")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
