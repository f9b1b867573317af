"""Changing the AI participants of a conversation: adding, setting, hosting, switching off (S35, S37).

Who hosts an AI pays for its answers. So a node answers for an AI that its own person set up, and for one that somebody
else set up only after its person agreed (or where the node was set up to agree).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from crypto.ids import DeviceKey, IdentityKey, OpId
from crypto.sealed import NONCE_BYTES
from node.ai.providers.errors import ProviderError, UnknownProviderError
from node.ai.providers.registry import Registry
from node.ai.question import by_message
from node.conversations.conversation import Conversation
from node.conversations.duty import NOT_LISTED, duty
from node.conversations.people import People
from node.conversations.rights import permitted
from node.conversations.view import CONSTRAINTS, POLICIES
from node.store.preferences import Preferences
from protocol.authority import Rule
from protocol.bodies.ai import AiPause, AiReply, AiRetry, AiSettings, dump_settings
from protocol.bodies.content import Message
from protocol.bodies.control import AiSet
from protocol.compose import writing_epoch
from protocol.errors import UsageError
from protocol.sentence import Sentence

Json = dict[str, Any]
Hosts = tuple[tuple[IdentityKey, DeviceKey], ...]

LEASE_MS: Final = 6_000
MOST_HOSTS: Final = 8
DEFAULT_NAME: Final = "Assistant"
FALLBACK: Final = "local"
DEFAULT_PROMPT: Final = (
    "You take part in a conversation in which several people develop ideas together. Be helpful, honest and brief; "
    "build on what was said, and say when you are not sure."
)


class Consent:
    """Which AIs of others this node answers for."""

    def __init__(self, preferences: Preferences, *, to_all: bool) -> None:
        """`to_all`: this node hosts whatever AI names it as a host."""
        self._preferences = preferences
        self._to_all = to_all

    def is_given(self, conversation: Conversation, ai: bytes, rule: Rule) -> bool:
        """Return whether this node may answer for an AI whose setting names it."""
        own = conversation.profile.secrets.identity.public
        return self._to_all or rule.author == own or bool(self._preferences.get(_name(conversation, ai)))

    def give(self, conversation: Conversation, ai: bytes, *, on: bool) -> None:
        """Agree to answer for an AI, or no longer."""
        self._preferences.set(_name(conversation, ai), on or None)


def _name(conversation: Conversation, ai: bytes) -> str:
    return f"host_ai.{conversation.name}.{ai.hex()}"


class Participants:
    """The AIs of one conversation, as the person of this profile sees and changes them."""

    def __init__(
        self,
        conversation: Conversation,
        registry: Registry,
        consent: Consent,
        *,
        random_bytes: Callable[[int], bytes],
        again: Callable[[Conversation], None],
        stop: Callable[[Conversation, bytes, OpId], None],
        offers: Callable[[Conversation, bytes, Rule], Awaitable[Json]],
    ) -> None:
        """Look at a conversation.

        Args:
            conversation: whose AIs these are.
            registry: the providers of this node.
            consent: which AIs of others it answers for.
            random_bytes: for nonces.
            again: called where this node may answer for more AIs than before.
            stop: called with an AI and the message whose answer is to end, here or at another host.
            offers: tells what an AI could run on where it runs.
        """
        self._conversation = conversation
        self._registry = registry
        self._consent = consent
        self._random_bytes = random_bytes
        self._again = again
        self._stop = stop
        self._offers = offers

    def all(self) -> list[Json]:
        """Return the AI objects, in the order in which they were added."""
        return self._conversation.view.ais()

    async def offers(self, ai: str) -> Json:
        """Return `{providers, default}` of the node that answers for an AI (UsageError)."""
        name, rule = self._find(ai)
        return await self._offers(self._conversation, name, rule)

    async def add(self, settings: Json) -> Json:
        """Add an AI that this node hosts.

        Args:
            settings: `name`, and where given `provider, model, persona, system_prompt, temperature, policy, hourly,
                constrained, second_opinion`.

        Raises:
            UsageError: `not_allowed`, `bad_request` (the name is taken), or what is wrong with the provider.
        """
        permitted(self._conversation.replica, "ai", to=Sentence("add AI participants"))
        self._check_name(settings["name"], besides=b"")
        try:
            provider = await self._registry.choose(settings.get("provider") or "")
        except (UnknownProviderError, ProviderError) as error:
            raise UsageError(error.code, error.message) from error
        return self._add(provider.name, settings)

    async def add_default(self) -> Json:
        """Add the AI that a conversation begins with, on the best provider there is (S2); return it."""
        try:
            provider = (await self._registry.choose()).name
        except ProviderError:
            provider = FALLBACK  # says what is missing as soon as it is asked
        return self._add(provider, {"name": DEFAULT_NAME})

    def _add(self, provider: str, settings: Json) -> Json:
        new = AiSettings(settings["name"].strip(), provider, "", system_prompt=DEFAULT_PROMPT)
        secrets = self._conversation.profile.secrets
        wanted = {**settings, "provider": provider}
        ai = self._write(_changed(new, wanted), hosts=((secrets.identity.public, secrets.device.public),))
        self._consent.give(self._conversation, ai, on=True)
        return self._conversation.view.ai(ai, self._conversation.view.ai_rules()[ai])

    def set(self, ai: str, settings: Json) -> Json:
        """Change those settings of an AI that are given; return it (UsageError)."""
        permitted(self._conversation.replica, "ai", to=Sentence("change AI participants"))
        name, rule = self._find(ai)
        before = self._settings(rule)
        if "name" in settings:
            self._check_name(settings["name"], besides=name)
        if "provider" in settings:
            try:
                self._registry.get(settings["provider"])
            except UnknownProviderError as error:
                raise UsageError(error.code, error.message) from error
        after = _changed(before, settings)
        if after != before:
            self._write(after, hosts=_hosts(rule), ai=name, before=rule)
        return self._conversation.view.ai(name, self._conversation.view.ai_rules()[name])

    def set_hosts(self, ai: str, people: Sequence[str]) -> Json:
        """Say whose nodes answer for an AI, the first until it is silent, then the next (UsageError); return it.

        Args:
            ai: its id, a unique prefix of it, or its name.
            people: names or ids of members, as for `remove`; all devices of each stand in their order.
        """
        permitted(self._conversation.replica, "ai", to=Sentence("say who hosts AI participants"))
        name, rule = self._find(ai)
        find = People(self._conversation).find
        members = self._conversation.replica.authority.members()
        hosts: Hosts = ()
        for identity in dict.fromkeys(find(who) for who in people):
            hosts += tuple((identity, certificate.device) for certificate in members[identity].certificates)
        if not hosts or len(hosts) > MOST_HOSTS:
            raise UsageError(
                "bad_request", "an AI has one host at least and {most} at most: name other people", most=MOST_HOSTS
            )
        if hosts != _hosts(rule):
            lease = self._conversation.replica.fold.lease(name)
            term = max(lease.term if lease is not None else 0, _body(rule).term)
            self._write(self._settings(rule), hosts=hosts, ai=name, term=term)
        return self._conversation.view.ai(name, self._conversation.view.ai_rules()[name])

    def accept(self, ai: str, *, on: bool) -> Json:
        """Agree that this node answers for an AI that somebody else set up, or no longer (UsageError); return it."""
        name, rule = self._find(ai)
        if duty(rule, None).place(self._conversation.replica.device.public) == NOT_LISTED:
            raise UsageError("bad_request", "that AI does not name this node as a host: an admin can, with its hosts")
        self._consent.give(self._conversation, name, on=on)
        self._conversation.telling.tell_ais()
        self._again(self._conversation)
        return self._conversation.view.ai(name, rule)

    async def remove(self, ai: str) -> None:
        """Remove an AI, named by its id, a unique prefix of it, or its name (UsageError)."""
        permitted(self._conversation.replica, "ai", to=Sentence("remove AI participants"))
        name, rule = self._find(ai)
        self._write(self._settings(rule), hosts=(), ai=name, before=rule)

    def pause(self, *, on: bool) -> None:
        """Let no AI answer here, or let them again (UsageError `not_allowed`)."""
        conversation = self._conversation
        conversation.check_open()
        permitted(conversation.replica, "pause", to=Sentence("switch AI participants off"))
        if conversation.replica.fold.ai_paused != on:
            conversation.write(AiPause(on))

    def retry(self, message: OpId, ai: str | None) -> list[Json]:
        """Ask for another answer to a message: of one AI, or of all that had been asked; return them (UsageError)."""
        conversation = self._conversation
        conversation.check_open()
        body = self._said(message)
        if isinstance(body, Message) and body.not_for_ai:
            raise UsageError("not_allowed", "that message is not for AI: write it again without that mark")
        asked = [self._find(ai)] if ai is not None else self._asked(message, body)
        if not asked:
            raise UsageError("unknown_ai", "no AI was asked by that message: name one with @")
        for name, _ in asked:
            conversation.write(AiRetry(message, name))
        return [self._conversation.view.ai(name, rule) for name, rule in asked]

    def stop(self, message: OpId, ai: str) -> Json:
        """Ask for the end of an AI's answer in flight; what there is of it stays (UsageError); return the AI."""
        name, rule = self._find(ai)
        self._stop(self._conversation, name, message)
        return self._conversation.view.ai(name, rule)

    # --- helpers -----------------------------------------------------------------------------------------------------

    def _said(self, message: OpId) -> Message | AiReply:
        shown = self._conversation.records.shown.get(message)
        body = self._conversation.replica.read(shown.op) if shown is not None else None
        if not isinstance(body, Message | AiReply) or self._conversation.replica.fold.is_deleted(message):
            raise UsageError("unknown_message", "there is no such message in this conversation to answer")
        return body

    def _asked(self, message: OpId, body: Message | AiReply) -> list[tuple[bytes, Rule]]:
        rules = self._conversation.view.ai_rules()
        return [(each.ai, rules[each.ai]) for each in by_message(self._conversation, message, body)]

    def _find(self, ai: str) -> tuple[bytes, Rule]:
        """Return the AI that a person means."""
        wanted, view = ai.strip(), self._conversation.view
        found = [
            each
            for each in view.ais()
            if each["name"].casefold() == wanted.casefold() or (wanted and each["id"].startswith(wanted.lower()))
        ]
        if not found:
            raise UsageError(
                "unknown_ai", "there is no AI {wanted} here: `peer2peer ai CONV list` names them", wanted=wanted[:40]
            )
        if len(found) > 1:
            raise UsageError("ambiguous", "several AIs match {wanted}: give its whole id", wanted=wanted[:40])
        name = bytes.fromhex(found[0]["id"])
        return name, view.ai_rules()[name]

    def _check_name(self, name: str, *, besides: bytes) -> None:
        for ai in self._conversation.view.ais():
            if ai["name"].casefold() == name.strip().casefold() and ai["id"] != besides.hex():
                raise UsageError(
                    "bad_request", "there is an AI named {name} here already: choose another name", name=name.strip()
                )

    def _settings(self, rule: Rule) -> AiSettings:
        found = self._conversation.replica.settings(rule)
        return found if found is not None else AiSettings("AI", "unknown", "")

    def _write(
        self, settings: AiSettings, *, hosts: Hosts, ai: bytes = b"", before: Rule | None = None, term: int = 0
    ) -> bytes:
        """Write an AI's setting into the log; return the AI's id."""
        conversation, replica = self._conversation, self._conversation.replica
        owner = permitted(replica, "ai", to=Sentence("change AI participants"))
        epoch = writing_epoch(replica)
        try:
            plain = dump_settings(settings)
        except ValueError as error:
            raise UsageError("bad_request", "that AI cannot be set up: {why}", why=str(error)) from error
        op = conversation.rule(
            AiSet(
                proof=owner.proof,
                ai=ai,
                hosts=hosts,
                lease_ms=LEASE_MS,
                term=_body(before).term if before is not None else term,
                epoch=epoch,
                closed=replica.keyring.close_control(plain, epoch=epoch, nonce=self._random_bytes(NONCE_BYTES)),
            )
        )
        return ai or op.id


def _changed(settings: AiSettings, wanted: Json) -> AiSettings:
    """Return settings with those that are wanted otherwise."""
    temperature = wanted.get("temperature")
    return AiSettings(
        name=wanted.get("name", settings.name).strip(),
        provider=wanted.get("provider") or settings.provider,
        model=wanted.get("model", settings.model),
        persona=wanted.get("persona", settings.persona),
        system_prompt=wanted.get("system_prompt", settings.system_prompt).strip() or DEFAULT_PROMPT,
        temperature_milli=settings.temperature_milli if temperature is None else round(temperature * 1000),
        policy=POLICIES[wanted["policy"]] if wanted.get("policy") else settings.policy,
        hourly=wanted.get("hourly", settings.hourly),
        constrained=CONSTRAINTS[wanted["constrained"]] if wanted.get("constrained") else settings.constrained,
        second_opinion=wanted.get("second_opinion", settings.second_opinion),
    )


def _body(rule: Rule) -> AiSet:
    assert isinstance(rule.body, AiSet)
    return rule.body


def _hosts(rule: Rule) -> Hosts:
    return _body(rule).hosts
