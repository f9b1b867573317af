"""The parameters of every push, read and checked in one place: types, sizes, ranges, one sentence a refusal.

Unknown keys are ignored; a key whose value is null counts as absent; a boolean is never a number.
"""

import math
import re
from typing import Any, Final, TypeVar

from node.gateway.refusal import Refusal
from protocol.channel import Json

MAX_CONTENT: Final = 4000
MAX_TITLE: Final = 200
MAX_DESCRIPTION: Final = 2000
MAX_AI_NAME: Final = 64
MAX_MODEL: Final = 200
MAX_PROMPT: Final = 8000
MAX_EMOJI: Final = 32
"""More than any emoji has; what one may be, the node says."""
MAX_LINK: Final = 8192
MAX_LABEL: Final = 200
MAX_USES: Final = 10_000
MAX_EXPIRES_S: Final = 365 * 24 * 3600
MAX_PAGE: Final = 200
MAX_QUERY: Final = 256 * 1024
"""No query is too long: the node looks at its beginning."""
MAX_RESULTS: Final = 100
MAX_LINES: Final = 1 << 53
"""More lines than any log has."""
ORDERS: Final = ("newest", "relevance")
MAX_HOURLY: Final = 10_000
PHASES: Final = ("prophase", "prometaphase", "metaphase", "anaphase", "telophase")
POLICIES: Final = ("every", "mentioned", "addressed", "never")
CONSTRAINTS: Final = ("auto", "always", "never")
STATUSES: Final = ("online", "away")
ROLES: Final = ("member", "admin", "owner")

T = TypeVar("T")

_HEX = re.compile(r"[0-9a-f]{1,64}")


def content(payload: Json) -> str:
    """Return the text of a message: 1 to 4,000 code points, not blank."""
    return text(payload, "content", most=MAX_CONTENT)


def client_id(payload: Json) -> tuple[str | None, bool]:
    """Return a client's own id of a message, if it gives one, and whether it is to be written once under that."""
    given = optional_text(payload, "client_id", most=MAX_LABEL)
    once = flag(payload, "once", default=False)
    if once and not given:
        raise Refusal("bad_request", "once needs a client_id: give each message an id of your own")
    return given, once


def text(payload: Json, key: str, *, most: int) -> str:
    """Return a required text of 1 to `most` code points that is not blank."""
    value = required_text(payload, key, most=most)
    if not value.strip():
        raise Refusal("blank", f"{key} is blank; write something")
    return value


def required_text(payload: Json, key: str, *, most: int) -> str:
    """Return a text of at most `most` code points, which may be blank."""
    value = optional_text(payload, key, most=most)
    if value is None:
        raise Refusal("bad_request", f"{key} is missing; give a text")
    return value


def optional_text(payload: Json, key: str, *, most: int) -> str | None:
    """Return a text of at most `most` code points, or None where it is absent."""
    value = payload.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refusal("bad_request", f"{key} must be a text")
    if len(value) > most:
        raise Refusal("too_long", f"{key} has {len(value):,} characters; at most {most:,} are allowed")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Refusal("bad_request", f"{key} holds half a character (a lone surrogate); send whole ones")
    return value


def flag(payload: Json, key: str, *, default: bool | None = None) -> bool:
    """Return true or false; without a default it is required."""
    value = payload.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, bool):
        raise Refusal("bad_request", f"{key} must be true or false")
    return value


def integer(payload: Json, key: str, *, default: int, least: int, most: int) -> int:
    """Return a whole number between `least` and `most`."""
    value = payload.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refusal("bad_request", f"{key} must be a whole number from {least} to {most}")
    return value


def number(payload: Json, key: str, *, least: float, most: float) -> float:
    """Return a required number between `least` and `most`."""
    value = optional_number(payload, key, least=least, most=most)
    if value is None:
        raise Refusal("bad_request", f"{key} is missing; give a number from {least} to {most}")
    return value


def optional_number(payload: Json, key: str, *, least: float, most: float) -> float | None:
    """Return a number between `least` and `most`, or None where it is absent."""
    value = payload.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise Refusal("bad_request", f"{key} must be a number from {least} to {most}")
    if not least <= value <= most:
        raise Refusal("bad_request", f"{key} must be a number from {least} to {most}")
    return float(value)


def choice(payload: Json, key: str, options: tuple[str, ...]) -> str:
    """Return one of the options; it is required."""
    value = payload.get(key)
    if not isinstance(value, str) or value not in options:
        raise Refusal("bad_request", f"{key} must be one of {', '.join(options)}")
    return value


def conversation_prefix(payload: Json) -> str:
    """Return a prefix that could begin the id of a conversation."""
    prefix = _hex_prefix(payload, "conversation")
    if prefix is None:
        raise Refusal("unknown_conversation", "no conversation has this id; list them with `conversations`")
    return prefix


def message_prefix(payload: Json, key: str) -> str | None:
    """Return a prefix that could begin the id of a message, or None where it is absent."""
    if payload.get(key) is None:
        return None
    prefix = _hex_prefix(payload, key)
    if prefix is None:
        raise Refusal("unknown_message", f"no message of this conversation has the id given as {key}")
    return prefix


def person(payload: Json) -> str:
    """Return what may name somebody: an id, a name, or the beginning of either."""
    return text(payload, "who", most=MAX_LABEL).strip()


def identity(payload: Json) -> str:
    """Return the whole id of somebody, 64 hex digits."""
    name = _hex_prefix(payload, "identity")
    if name is None or len(name) != 64:
        raise Refusal("unknown_member", "identity must be the whole id of somebody (64 hex digits); see `people`")
    return name


def invite_prefix(payload: Json) -> str:
    """Return a prefix that could begin the id of an invite."""
    prefix = _hex_prefix(payload, "invite")
    if prefix is None:
        raise Refusal("unknown_invite", "no invite has this id; list them with `invites`")
    return prefix


def texts(payload: Json, key: str, *, most: int) -> list[str]:
    """Return a list of 1 to `most` texts, none blank."""
    value = payload.get(key)
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise Refusal("bad_request", f"{key} must be a list of 1 to {most} texts")
    return [text({key: each}, key, most=MAX_LABEL) for each in value]


def required(value: T | None, key: str) -> T:
    """Return a value that must be there."""
    if value is None:
        raise Refusal("bad_request", f"{key} is missing; name a message of this conversation")
    return value


def ai_settings(payload: Json, *, is_new: bool) -> Json:
    """Return the settings of an AI participant that are given; a new one needs its `name`."""
    settings: dict[str, Any] = {}
    if is_new or payload.get("name") is not None:
        settings["name"] = text(payload, "name", most=MAX_AI_NAME).strip()
    for key, most in (
        ("provider", MAX_LABEL),
        ("model", MAX_MODEL),
        ("persona", MAX_DESCRIPTION),
        ("system_prompt", MAX_PROMPT),
    ):
        value = optional_text(payload, key, most=most)
        if value is not None and (value.strip() or not is_new):
            settings[key] = value
    temperature = optional_number(payload, "temperature", least=0.0, most=2.0)
    if temperature is not None:
        settings["temperature"] = temperature
    if payload.get("hourly") is not None:
        settings["hourly"] = integer(payload, "hourly", default=0, least=0, most=MAX_HOURLY)
    if payload.get("policy") is not None:
        settings["policy"] = choice(payload, "policy", POLICIES)
    if payload.get("constrained") is not None:
        settings["constrained"] = choice(payload, "constrained", CONSTRAINTS)
    if payload.get("second_opinion") is not None:
        settings["second_opinion"] = flag(payload, "second_opinion")
    return settings


def _hex_prefix(payload: Json, key: str) -> str | None:
    value = payload.get(key)
    if not isinstance(value, str):
        raise Refusal("bad_request", f"{key} must be an id (hex digits), or the beginning of one")
    value = value.strip().lower()
    return value if _HEX.fullmatch(value) else None
