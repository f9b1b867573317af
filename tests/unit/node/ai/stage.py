"""People with an AI between them, in one process: their hosting, a scripted model, and links that can be cut."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import trio

from crypto.ids import OpId
from node.ai.hosting import Hosting
from node.ai.offers import Offers
from node.ai.participants import Consent, Participants
from node.ai.providers.errors import ProviderError
from node.ai.providers.provider import Availability
from node.ai.providers.registry import Registry
from node.ai.providers.request import Chunk, Finish, Request
from node.ai.providers.tokens import Window, estimate
from node.conversations.conversation import Conversation
from node.store.preferences import Preferences
from protocol.bodies.ai import AiReply, AiSettings
from protocol.bodies.signals import AiClaim, AiDelta, AiStop, Signal
from protocol.ephemeral import Heard
from protocol.ops import Op
from protocol.outcome import Outcome
from tests.unit.node.conversations.people import Person, Switchboard, invite, person, tell_everything

Json = dict[str, Any]
Script = Callable[[Request], Sequence[str | float | Exception]]
"""What a model does when asked: texts that it says, seconds that it takes, and what goes wrong."""


def says_yes(_request: Request) -> Sequence[str | float | Exception]:
    return [1.0, "Yes, ", 1.0, "of course."]


class Scripted:
    """A provider whose model follows a script."""

    name = "scripted"

    def __init__(self, script: Script = says_yes) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.at_once = 0
        self.most_at_once = 0
        self.is_available = True
        self.prompt_tokens = 50_000
        self.is_able = False

    async def availability(self) -> Availability:
        await trio.lowlevel.checkpoint()
        return Availability(self.is_available, "" if self.is_available else "switched off", (), "")

    async def window(self, model: str = "", texts: Sequence[str] = ()) -> Window:
        await trio.lowlevel.checkpoint()
        return Window(100_000, self.prompt_tokens, estimate)

    async def constrains(self, model: str = "") -> bool:
        await trio.lowlevel.checkpoint()
        return self.is_able

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Chunk | Finish]]:
        self.requests.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield self._say(request)
        finally:
            self.at_once -= 1

    async def _say(self, request: Request) -> AsyncIterator[Chunk | Finish]:
        for each in self.script(request):
            match each:
                case float():
                    await trio.sleep(each)
                case str():
                    yield Chunk(each, constrained=request.form is not None and self.is_able)
                case _:
                    raise each
        yield Finish("stop", 10, 3, "scripted-1", ("top_p",) if request.top_p else ())

    async def aclose(self) -> None:
        """Nothing is held."""


@dataclass
class Actor:
    """One person, the node's hosting, and what its channel was told."""

    one: Person
    provider: Scripted
    hosting: Hosting
    consent: Consent
    offers: Offers
    told: list[AiDelta] = field(default_factory=list)
    """What this node's own hosting told."""
    lines: list[AiClaim] = field(default_factory=list)
    is_cut_off: bool = False
    conversation: Conversation = field(init=False)

    @property
    def participants(self) -> Participants:
        return Participants(
            self.conversation,
            Registry({"scripted": self.provider}, order=["scripted"]),
            self.consent,
            random_bytes=lambda count: bytes(count),
            again=self.hosting.resume,
            stop=lambda *_: None,
            offers=self.offers.ask,
        )

    def replies(self) -> list[tuple[str, str]]:
        """Return `(name, text)` of the AI answers that stand in the timeline."""
        page, _ = self.conversation.view.page(before=None, limit=200)
        return [(each["author_name"], each["text"]) for each in page if each["kind"] == "ai"]

    def answer_to(self, name: OpId) -> Json | None:
        page, _ = self.conversation.view.page(before=None, limit=200)
        found = [each for each in page if each["kind"] == "ai" and each["reply_to"] == name.hex()]
        assert len(found) <= 1, "one question, two answers"
        return found[0] if found else None


class Stage:
    """Everybody, and the links between them: what one writes or says, the others have at once."""

    def __init__(self, actors: dict[str, Actor]) -> None:
        self.actors = actors

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def others(self, actor: Actor) -> Iterator[Actor]:
        if not actor.is_cut_off:
            yield from (each for each in self.actors.values() if each is not actor and not each.is_cut_off)

    def wire(self, actor: Actor) -> None:
        """Let what an actor's node writes and says reach the others, and its hosting hear of what it stores."""

        def written(ops: Sequence[Op]) -> None:
            for each in self.others(actor):
                each.conversation.receive(ops)

        def stored(outcome: Outcome) -> None:
            actor.hosting.stored(actor.conversation, outcome)

        actor.conversation.hooks.on_written = written
        actor.conversation.hooks.on_stored = stored
        actor.conversation.view.consents = partial(actor.consent.is_given, actor.conversation)

    def say(self, actor: Actor, signal: Signal) -> None:
        secrets = actor.one.profile.secrets
        for each in self.others(actor):
            heard = Heard(secrets.identity.public, secrets.device.public, signal, 0, bytes(8))
            each.hosting.heard(each.conversation, heard)
            each.offers.heard(each.conversation, heard)

    def stop(self, actor: Actor, ai: bytes, reply_to: OpId) -> None:
        actor.hosting.stop(actor.conversation, ai, reply_to, by=actor.one.profile.secrets.identity.public)
        self.say(actor, AiStop(ai, reply_to))

    @contextmanager
    def cut_off(self, name: str) -> Iterator[None]:
        """Keep somebody apart from the others; afterwards everybody gets what they missed."""
        self.actors[name].is_cut_off = True
        yield
        self.actors[name].is_cut_off = False
        self.heal()

    def heal(self) -> None:
        actors = [each for each in self.actors.values() if not each.is_cut_off]
        for _ in range(2):
            for one in actors:
                for other in actors:
                    if one is not other:
                        tell_everything(one.one, other.one, one.conversation)

    def states(self) -> set[bytes]:
        return {each.one.state(each.conversation) for each in self.actors.values()}


@asynccontextmanager
async def stage(folder: Path, *names: str, hourly: int = 120) -> AsyncIterator[Stage]:
    """Let people meet in one conversation; the first owns it. No AI takes part yet."""
    with ExitStack() as stack:
        actors: dict[str, Actor] = {}
        whole = Stage(actors)
        async with trio.open_nursery() as nursery:
            for name in names:
                actors[name] = _actor(stack.enter_context(person(folder / name)), whole, hourly=hourly)
                await nursery.start(actors[name].hosting.run)
                await nursery.start(actors[name].offers.run)
            owner = actors[names[0]]
            owner.conversation = owner.one.library.create(title="Garden", description="")
            switchboard = Switchboard(nursery, *(each.one for each in actors.values()))
            link = invite(owner.one, owner.conversation, uses=len(names))
            for name in names[1:]:
                await switchboard.join(actors[name].one, link)
                actors[name].conversation = actors[name].one.library.conversations[owner.conversation.id]
            whole.heal()
            for each in actors.values():
                whole.wire(each)
            yield whole
            nursery.cancel_scope.cancel()


def _actor(one: Person, whole: Stage, *, hourly: int) -> Actor:
    provider = Scripted()

    def say(_conversation: Conversation, delta: AiDelta) -> None:
        actor.told.append(delta)
        whole.say(actor, delta)

    def claim(_conversation: Conversation, claimed: AiClaim) -> None:
        actor.lines.append(claimed)
        whole.say(actor, claimed)

    consent = Consent(Preferences(one.database), to_all=False)
    hosting = Hosting(
        Registry({"scripted": provider}, order=["scripted"]),
        clock=one.clock,
        random=Random(1),
        say=say,
        claim=claim,
        may_host=consent.is_given,
        hourly=hourly,
    )
    registry = Registry({"scripted": provider}, order=["scripted"])
    offers = Offers(registry, say=lambda _, signal: whole.say(actor, signal), may_host=consent.is_given)
    actor = Actor(one, provider, hosting, consent, offers)
    return actor


def reply(actor: Actor, name: OpId) -> AiReply:
    """Return what an answer in the timeline says."""
    found = actor.answer_to(name)
    assert found is not None
    body = actor.conversation.replica.read(actor.conversation.records.ops([OpId(bytes.fromhex(found["id"]))])[0])
    assert isinstance(body, AiReply)
    return body


__all__ = ["Actor", "AiSettings", "ProviderError", "Scripted", "Stage", "reply", "stage"]
