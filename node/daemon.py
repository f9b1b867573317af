"""The process `peer2peer node`: opens the profile, starts every part in order, tells that it is ready, ends cleanly."""

import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from logging import getLogger
from pathlib import Path
from random import Random
from secrets import token_bytes
from typing import Any, Final

import trio

from node import garbage
from node.ai.hosting import Hosting
from node.ai.offers import Offers
from node.ai.participants import Consent
from node.ai.providers.keychain import Keychain
from node.ai.providers.registry import ProviderSettings, open_registry
from node.ai.providers.settings import servers
from node.backend import NodeBackend
from node.clock import Clock
from node.config import Config, read_config
from node.conversations.acquaintances import Acquaintances
from node.conversations.conversation import Conversation
from node.conversations.direct import DirectTalks
from node.conversations.events import Events
from node.conversations.joining import Doorway
from node.conversations.library import Library
from node.conversations.search import Search
from node.conversations.services import Services
from node.errors import StartError
from node.findings import Doctor
from node.gateway.routes import routes
from node.gateway.server import Gateway, serve_gateway
from node.health import Health
from node.log import start_log
from node.network.errors import NetworkError, PortInUse
from node.network.host import Network, open_network
from node.options import NodeOptions
from node.profile import API, API_KEY, DATABASE, Profile, ProfileLock, open_profile, write_private
from node.readiness import tell_ready
from node.relay_limits import RelayLimits
from node.relays import Relays
from node.service_manager import STOPPING, ServiceManager
from node.store.database import open_database
from node.store.durability import keep_durable
from node.store.preferences import Preferences
from node.supervision import sole, supervise
from node.verifier import Verifier
from protocol.ephemeral import Heard
from protocol.errors import UsageError

log = getLogger("node.daemon")

LISTEN: Final = "/ip4/0.0.0.0/tcp/{port}"
PORT_FILE: Final = "port"
CUT_OFF_S: Final = 2.5
FAREWELL_S: Final = 0.5

Farewell = Callable[[], Awaitable[None]]


def run(home: Path, options: NodeOptions) -> int:
    """Run a node until SIGTERM or SIGINT; return the exit code (1: it could not start; a line on stderr says why)."""
    start_log()
    try:
        with ExitStack() as stack:
            if not home.is_dir():
                raise StartError("no_profile", f"there is no profile in {home}: make one with `peer2peer init`")
            stack.enter_context(ProfileLock(home))
            config = read_config(home)
            profile = open_profile(home, passphrase=_passphrase(options))
            database = open_database(home / DATABASE)
            stack.callback(database.close)
            clock, events, verifier = Clock(), Events(), Verifier()
            library = Library(database, profile=profile, clock=clock, events=events, verify=verifier.false_signatures)
            library.load()
            trio.run(_run, profile, library, options, config, clock, verifier)
    except (StartError, UsageError) as error:
        return _fail(error.code, error.reason)
    except NetworkError as error:
        return _fail("network", str(error))
    return 0


def _fail(code: str, reason: str) -> int:
    log.info("not started code=%s", code)
    sys.stderr.write(f"peer2peer: {reason}\n")
    return 1


def _passphrase(options: NodeOptions) -> str | None:
    if options.passphrase_file is None:
        return None
    try:
        return options.passphrase_file.read_text(encoding="utf-8").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        raise StartError("unreadable", f"the passphrase file {options.passphrase_file} cannot be read") from error


async def _run(
    profile: Profile, library: Library, options: NodeOptions, config: Config, clock: Clock, verifier: Verifier
) -> None:
    """Run until a signal; a part that has not ended CUT_OFF_S after it is cut off with the process."""
    try:
        async with trio.open_nursery() as nursery:
            farewells: list[Farewell] = []
            nursery.start_soon(_end_on_signal, nursery.cancel_scope, profile.home / API, farewells)
            await _serve(profile, library, options, config, clock, verifier, farewells)
    except BaseExceptionGroup as group:
        if isinstance(error := sole(group), StartError | UsageError | NetworkError):
            raise error from None
        raise
    finally:
        (profile.home / API).unlink(missing_ok=True)


async def _end_on_signal(scope: trio.CancelScope, announced: Path, farewells: Sequence[Farewell]) -> None:
    """Wait for a signal; then let each part that has something to say before the end say it, and end all of them."""

    def cut_off() -> None:
        log.error("a part of the node did not end in time")
        announced.unlink(missing_ok=True)
        os._exit(1)  # whatever was acknowledged is on disk

    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            last_resort = threading.Timer(CUT_OFF_S, cut_off)
            last_resort.daemon = True
            last_resort.start()
            with trio.move_on_after(FAREWELL_S):
                for farewell in farewells:
                    await farewell()
            scope.cancel()
            return


async def _serve(
    profile: Profile,
    library: Library,
    options: NodeOptions,
    config: Config,
    clock: Clock,
    verifier: Verifier,
    farewells: list[Farewell],
) -> None:
    random = Random(token_bytes(16))
    settings = ProviderSettings(
        default_provider=config.default_provider,
        servers=servers(os.environ, base_url=config.base_url, default_model=config.default_model),
        weights=config.local_weights,
        keychain=Keychain(),
    )
    async with (
        open_registry(settings) as registry,
        _network(profile, options, config.relay, clock) as network,
        trio.open_nursery() as nursery,
    ):
        services = Services(network, library, clock=clock, random=random)
        preferences = Preferences(library.database)
        consent = Consent(preferences, to_all=config.host_for_others)
        hosting = Hosting(
            registry, clock=clock, random=random, say=services.say, claim=services.claim, may_host=consent.is_given
        )
        offers = Offers(registry, say=services.signal, may_host=consent.is_given)
        search = Search(library, profile.home / DATABASE)
        acquaintances = Acquaintances(library, preferences)
        talks = DirectTalks(network, library, acquaintances, clock=clock, want=services.syncer.want)
        services.on_peer = talks.peer
        doorway = Doorway(network, library, clock=clock, want=services.syncer.want)
        backend = NodeBackend(
            library,
            services,
            doorway,
            registry,
            hosting,
            offers,
            consent,
            preferences,
            search,
            Doctor(profile.home, profile.home / DATABASE, services, library, registry, seeks=options.mdns),
            acquaintances,
            talks,
            clock=clock,
            api="",
            random_bytes=token_bytes,
        )
        nursery.start_soon(supervise, "events", library.events.run)
        nursery.start_soon(supervise, "verifier", verifier.run)
        nursery.start_soon(supervise, "durability", partial(keep_durable, library.database, profile.home / DATABASE))
        nursery.start_soon(supervise, "search", search.run)
        nursery.start_soon(supervise, "direct conversations", talks.run)
        await nursery.start(hosting.run)
        await nursery.start(offers.run)
        await nursery.start(backend.run_private)
        _host_ais(library, services, hosting, offers, consent)
        await nursery.start(services.run)
        farewells.append(services.say_goodbye)
        for conversation in library.conversations.values():
            hosting.resume(conversation)
        doorway.open()
        garbage.settle()
        health = Health(profile.home, profile.home / DATABASE, clock=clock, counts=partial(_counts, services, hosting))
        manager = ServiceManager(os.environ)
        farewells.insert(0, partial(_tell_ending, health, manager))
        gateway = await _open_gateway(nursery, profile, backend, health, options, config)
        backend.api = gateway.url
        for address in options.bootstrap:
            services.peers.add(address.rpartition("/p2p/")[2], (address,))
        if not options.relay:
            relays = Relays(network, services.peers, clock=clock, random=random)
            services.relayed_at = relays.addresses
            relays.on_change = services.addresses_changed
            nursery.start_soon(supervise, "relays", relays.run)
        if options.mdns:
            nursery.start_soon(supervise, "local network", partial(_discover, network, services))
        nursery.start_soon(supervise, "signs of life", manager.keep_alive)
        tell_ready(profile, network, gateway, options, manager)


def _host_ais(library: Library, services: Services, hosting: Hosting, offers: Offers, consent: Consent) -> None:
    """Let the AIs hosted here hear of what is said, in conversations there are and in those to come."""

    def heard(conversation: Conversation, heard: Heard) -> None:
        hosting.heard(conversation, heard)
        offers.heard(conversation, heard)

    services.on_heard = heard

    def attend(conversation: Conversation) -> None:
        conversation.hooks.on_stored = partial(hosting.stored, conversation)
        conversation.view.consents = partial(consent.is_given, conversation)

    for conversation in library.conversations.values():
        attend(conversation)
    library.on_loaded = attend


@asynccontextmanager
async def _network(profile: Profile, options: NodeOptions, limits: RelayLimits, clock: Clock) -> AsyncIterator[Network]:
    """Run the network on the addresses asked for, or on the port used last time."""
    port_file = profile.home / PORT_FILE
    listen = tuple(address for address in options.listen if address)
    if not options.listen:
        try:
            port = int(port_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            port = 0
        listen = (LISTEN.format(port=port),)
    opened = partial(
        open_network,
        seed=profile.secrets.node_seed,
        relaying=limits if options.relay else None,
        announce=options.announce,
        unix_s=lambda: clock.now_ms() / 1000,
    )
    try:
        network_context = opened(listen=listen)
        network = await network_context.__aenter__()
    except PortInUse:
        if options.listen:
            raise
        network_context = opened(listen=(LISTEN.format(port=0),))
        network = await network_context.__aenter__()
    try:
        if network.peer_id != profile.peer_id:
            raise StartError("internal", "the peer id in the key file is not that of the network: report this")
        if not options.listen:
            ports = [part for address in network.listening() for part in address.split("/tcp/")[1:]]
            if ports:
                write_private(port_file, ports[0].split("/")[0].encode())
        yield network
    finally:
        await network_context.__aexit__(None, None, None)


async def _open_gateway(
    nursery: trio.Nursery,
    profile: Profile,
    backend: NodeBackend,
    health: Health,
    options: NodeOptions,
    config: Config,
) -> Gateway:
    host, _, port = options.api.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UsageError("bad_request", "--api takes HOST:PORT, such as 127.0.0.1:0; that was {api}", api=options.api)
    topics, _ = routes(backend, config.rates)
    api_key = (profile.home / API_KEY).read_text(encoding="ascii").strip()
    serve = partial(serve_gateway, host=host, port=int(port), api_key=api_key, topics=topics, health=health)
    gateway: Gateway = await nursery.start(serve)
    return gateway


def _counts(services: Services, hosting: Hosting) -> dict[str, Any]:
    """Return what a monitor may know that shows the key: how much there is, of nothing what."""
    relay = services.network.relay
    return {
        "peers": len(services.network.links()),
        "conversations": len(services.library.conversations),
        "ai_lines": hosting.lines(),
        "relay": None if relay is None else {"reservations": relay.reservations(), "circuits": relay.circuits},
    }


async def _tell_ending(health: Health, manager: ServiceManager) -> None:
    health.is_ending = True
    manager.tell(STOPPING)


async def _discover(network: Network, services: Services) -> None:
    from node.network.discovery import discover  # here: it loads zeroconf, of which not every node makes use

    async with discover(network.peer_id, network.listening) as found:
        async for each in found:
            services.peers.found(each)
