"""What is well and what is wrong with a running node, and what its person can do about it (S73, `doctor`).

A finding is `{what, state, remedy}`: a sentence, `ok`, `warning` or `problem`, and what to do; empty where nothing is.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import trio

from node.ai.providers.registry import Registry
from node.conversations.library import Library
from node.conversations.membership import ACTIVE
from node.conversations.services import Services
from node.health import ANSWER_S, probe
from node.network.addresses import ip_and_port, is_circuit, is_local, split_peer
from node.network.errors import NetworkError
from protocol.sentence import Sentence, told

Json = dict[str, Any]

OK: Final = "ok"
WARNING: Final = "warning"
PROBLEM: Final = "problem"
LARGE_OFFSET_MS: Final = 60_000
PROVIDERS_S: Final = 6.0
_GIB: Final = 1 << 30


class Doctor:
    """Looks at one running node when asked, and only then."""

    def __init__(
        self, home: Path, database: Path, services: Services, library: Library, registry: Registry, *, seeks: bool
    ) -> None:
        """`seeks` tells whether the node looks for peers on the local network."""
        self._home = home
        self._database = database
        self._services = services
        self._library = library
        self._registry = registry
        self._seeks = seeks
        self._limiter = trio.CapacityLimiter(1)

    async def findings(self) -> list[Json]:
        """Return all findings, the worst first."""
        found = [*await self._disk(), *self._network(), *self._clock(), *self._missing(), *await self._models()]
        order = (PROBLEM, WARNING, OK)
        return sorted(found, key=lambda finding: order.index(finding["state"]))

    async def _disk(self) -> list[Json]:
        faults: list[str] = [Sentence("The disk does not answer.")]
        with trio.move_on_after(ANSWER_S):
            faults = await trio.to_thread.run_sync(
                probe, self._home, self._database, abandon_on_cancel=True, limiter=self._limiter
            )
        if faults:
            remedy = Sentence(
                "Free space on the disk, or see who may write in the profile's folder. Nothing new is kept till then."
            )
            return [_finding(fault, PROBLEM, remedy) for fault in faults]
        try:
            free = shutil.disk_usage(self._home).free
        except OSError:
            return []
        return [
            _finding(
                Sentence("What you write is kept: the profile can be written, {gib} GiB are free.", gib=free / _GIB)
            )
        ]

    def _network(self) -> Iterator[Json]:
        addresses = self._services.addresses()
        direct = [address for address in addresses if not is_circuit(address)]
        public = [address for address in direct if not _is_local(address)]
        if not addresses:
            yield _finding(
                Sentence("Nobody can dial this node: it listens nowhere, and no relay keeps a place for it."),
                PROBLEM,
                Sentence(
                    "Let it listen (start it without --listen), or connect it with a node that runs with --relay."
                ),
            )
        elif public:
            yield _finding(Sentence("Others can dial this node over the internet."))
        elif len(direct) < len(addresses):
            yield _finding(Sentence("Others reach this node over the internet through a relay."))
        else:
            yield _finding(
                Sentence("Only machines on your own network can dial this node; it can dial others."),
                WARNING,
                Sentence(
                    "To be reached from elsewhere, forward its port on your router and start it with --announce, or "
                    "meet a member whose node runs with --relay."
                ),
            )
        links = self._services.network.links()
        if links:
            one = Sentence("Connected with one peer.")
            yield _finding(one if len(links) == 1 else Sentence("Connected with {count} peers.", count=len(links)))
        elif any(self._has_others()):
            yield _finding(
                Sentence("Connected with nobody, though others belong to your conversations."),
                WARNING,
                Sentence(
                    "They may be offline. If they are not, see whether a firewall or your network keeps this program "
                    "from the others, or ask for a new invite link: it carries their present address."
                ),
            )
        if not self._seeks:
            yield _finding(
                Sentence("Peers on your own network are not looked for."),
                WARNING,
                Sentence("Start the node without --no-mdns to find them."),
            )

    def _has_others(self) -> Iterator[bool]:
        for conversation in self._library.conversations.values():
            yield conversation.status == ACTIVE and len(conversation.replica.authority.members()) > 1

    def _clock(self) -> Iterator[Json]:
        behind_ms = self._services.syncer.offsets.middle_ms
        if abs(behind_ms) > LARGE_OFFSET_MS:
            form = (
                Sentence("This machine's clock is {minutes} min behind those of the others.")
                if behind_ms > 0
                else Sentence("This machine's clock is {minutes} min ahead of those of the others.")
            )
            yield _finding(
                Sentence(form, minutes=round(abs(behind_ms) / 60_000)),
                WARNING,
                Sentence(
                    "Set it right, best by letting the system take it from the network: your messages bear this time."
                ),
            )

    def _missing(self) -> Iterator[Json]:
        for conversation in self._library.conversations.values():
            waiting = len(conversation.replica.pending)
            if waiting:
                yield _finding(
                    Sentence(
                        "In “{title}” {count} changes wait for others that have not arrived.",
                        title=conversation.view.title or conversation.name[:8],
                        count=waiting,
                    ),
                    WARNING,
                    Sentence("They come as soon as a member who has them is online."),
                )

    async def _models(self) -> list[Json]:
        """Return a finding for each provider which an AI hosted here needs and that does not work."""
        needed: dict[str, set[str]] = {}
        for conversation in self._library.conversations.values():
            for ai in conversation.view.ais():
                if ai["here"]:
                    needed.setdefault(str(ai["provider"]), set()).add(str(ai["name"]))
        if not needed:
            return []
        with trio.move_on_after(PROVIDERS_S):
            found = await self._registry.availabilities()
            return [self._model(name, names, found) for name, names in sorted(needed.items())]
        return [
            _finding(
                Sentence("The AI providers do not answer."),
                WARNING,
                Sentence("See whether their servers can be reached."),
            )
        ]

    def _model(self, provider: str, names: set[str], found: Any) -> Json:
        who = ", ".join(sorted(names)[:3])
        available = found.get(provider)
        if available is not None and available.available:
            return _finding(Sentence("{who} can answer: {provider} works.", who=who, provider=provider))
        why = available.reason if available is not None else Sentence("This node does not know it.")
        return _finding(
            Sentence("{who} cannot answer: {provider} does not work here. {why}", who=who, provider=provider, why=why),
            PROBLEM,
            Sentence("Put that right, or choose another provider in the AI's settings."),
        )


def _finding(what: str, state: str = OK, remedy: str = "") -> Json:
    return {"what": what, "state": state, "remedy": remedy, **told(what=what, remedy=remedy)}


def _is_local(address: str) -> bool:
    try:
        return is_local(ip_and_port(split_peer(address)[0])[0])
    except (ValueError, NetworkError):
        return False
