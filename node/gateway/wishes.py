"""What a client wishes of the AI that answers its message: read from a push, and put into the message (S51, S57)."""

from dataclasses import dataclass, field
from typing import Any, Final

from node.gateway import parameters
from node.gateway.refusal import Refusal
from protocol.bodies.ask import CONTEXT_CHARACTERS, MAX_TOKENS, OPTIONS_CHARACTERS, Ask, dump_table
from protocol.channel import Json

STYLES: Final = 200
MAX_DEPTH: Final = 32
"""Objects and lists within each other; far below what every reader and writer of JSON on the way can take."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Wishes for one answer; empty where the AI's own settings are to hold.

    Attributes:
        context: facts for this answer alone.
        options: how to answer (`include_examples` and others; they reach the model's instructions).
        config: `model, temperature, max_tokens, top_p`.
        preferences: what the client said at its join: `temperature, max_tokens, response_style, include_sources,
            language, timezone, constrained, second_opinion`; options and config come before them.
    """

    context: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)
    config: Json = field(default_factory=dict)
    preferences: Json = field(default_factory=dict)


NO_WISHES: Final = Wishes()


def read_wishes(payload: Json, preferences: Json) -> Wishes:
    """Return what a `message` push wishes (Refusal `bad_request` or `too_long`, naming the field)."""
    context = table(payload, "context", most=CONTEXT_CHARACTERS)
    options = table(payload, "options", most=OPTIONS_CHARACTERS)
    for key in ("constrained", "second_opinion"):
        if options.get(key) is not None:
            parameters.flag(options, key)
    config: dict[str, Any] = {}
    given = payload.get("llm_config")
    if given is not None:
        if not isinstance(given, dict):
            raise Refusal("bad_request", "llm_config must be an object")
        model = parameters.optional_text(given, "model", most=parameters.MAX_MODEL)
        if model is not None:
            config["model"] = parameters.text(given, "model", most=parameters.MAX_MODEL)
        for key, most in (("temperature", 2.0), ("top_p", 1.0)):
            number = parameters.optional_number(given, key, least=0.0, most=most)
            if number is not None:
                config[key] = number
        if given.get("max_tokens") is not None:
            config["max_tokens"] = parameters.integer(given, "max_tokens", default=1, least=1, most=MAX_TOKENS)
    return Wishes(context, options, config, preferences)


def read_preferences(payload: Json) -> Json:
    """Return the preferences given at a join, those that are known (Refusal, naming the field)."""
    value = payload.get("preferences")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal("bad_request", "preferences must be an object")
    found: dict[str, Any] = {}
    temperature = parameters.optional_number(value, "temperature", least=0.0, most=2.0)
    if temperature is not None:
        found["temperature"] = temperature
    if value.get("max_tokens") is not None:
        found["max_tokens"] = parameters.integer(value, "max_tokens", default=1, least=1, most=MAX_TOKENS)
    for key in ("response_style", "language", "timezone"):
        text = parameters.optional_text(value, key, most=STYLES)
        if text is not None and text.strip():
            found[key] = text.strip()
    for key in ("include_sources", "constrained", "second_opinion"):
        if value.get(key) is not None:
            found[key] = parameters.flag(value, key)
    return found


def table(payload: Json, key: str, *, most: int) -> Json:
    """Return an object of at most `most` characters as JSON; an empty one where it is absent."""
    value = payload.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal("bad_request", f"{key} must be an object")
    if _is_deep(value):
        raise Refusal("bad_request", f"{key} is nested too deeply; at most {MAX_DEPTH} levels are allowed")
    length = len(dump_table(value))
    if length > most:
        raise Refusal("too_long", f"{key} has {length:,} characters as JSON; at most {most:,} are allowed")
    return value


def _is_deep(value: Json) -> bool:
    """Tell whether there are more than MAX_DEPTH levels."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [part for parts in inner for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def asked(wishes: Wishes, context: Json, *, since: bytes) -> Ask:
    """Return the wishes as they travel with a message (Refusal `too_long`).

    Args:
        wishes: of this message.
        context: of the session; facts of the message come before its own.
        since: the newest message before the session began.
    """
    facts = table({"context": {**context, **wishes.context}}, "context", most=CONTEXT_CHARACTERS)
    defaults: Json = {
        key: wishes.preferences[key] for key in ("temperature", "max_tokens") if key in wishes.preferences
    }
    styles = {key: value for key, value in wishes.preferences.items() if key not in defaults}
    return Ask(
        context=dump_table(facts),
        options=dump_table({**styles, **wishes.options}),
        config=dump_table({**defaults, **wishes.config}),
        since=since,
    )
