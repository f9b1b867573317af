"""What a model is told before it answers (S38); pure.

The system prompt always stays; of the talk the newest messages stay which fit. Everybody but the AI itself speaks as
user, each message with its speaker's name before it.
"""

import math
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from node.ai.providers.request import Turn
from node.ai.providers.tokens import Count, estimate

_TURN_TOKENS = 8  # what a chat template adds to a turn
_LARGEST_SHARE = 0.25  # of the budget, for one message before the answered one
_LEAST_TOKENS = 32  # of the answered message stays at least so much
_MAX_STOPS = 4
_ALWAYS_KEPT = 10  # messages before the answered one which are shortened rather than dropped
_LANDMARK_EVERY = 8
_CUT = " […]"
_DEFAULT_PROMPT = "You are a helpful participant of a chat. Answer the last message, briefly and to the point."


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the talk.

    Attributes:
        speaker: the name shown for its author; empty where two are alone.
        text: what was said.
        mine: the AI which is to answer said it.
    """

    speaker: str
    text: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Who the AI is and what it is part of.

    Attributes:
        name: of the AI.
        title: of the conversation.
        people: names of the others who take part, AIs included.
        persona: who the AI is to be; empty for nobody special.
        system_prompt: instructions; empty for ours.
        context: further facts for this answer (S52).
    """

    name: str
    title: str = ""
    people: tuple[str, ...] = ()
    persona: str = ""
    system_prompt: str = ""
    context: str = ""


class Selection(NamedTuple):
    """What a model is told.

    Attributes:
        turns: at least two: one `system`, then `user` and `assistant` in turn, `user` first and last.
        lines: the places of the lines in them, ascending.
    """

    turns: tuple[Turn, ...]
    lines: tuple[int, ...]


def select(scene: Scene, lines: Sequence[Line], *, budget_tokens: int, count: Count | None = None) -> Selection:
    """Return the turns for a model: the system prompt, then the talk, alternating, up to the message to answer.

    The messages just before the answered one are kept as long as they fit; very long ones are cut at their end, so that
    they do not push out the others: the ten before the answered one stay, unless there is no room for a line of each.

    Args:
        scene: who answers, and where.
        lines: the talk in display order; the last is the message to answer, of somebody else.
        budget_tokens: what the turns may take: `Window.prompt_tokens`.
        count: tokens of a text, which should know those that `spoken` returns; `estimate` where not given.

    Raises:
        ValueError: there is nothing to answer.
    """
    if not lines or lines[-1].mine:
        raise ValueError("the last line is the message to answer, of somebody else")
    count = count or estimate
    system, *texts = spoken(scene, lines)
    left = budget_tokens - count(system) - _TURN_TOKENS
    answered, tokens = _fitted(texts[-1], max(_LEAST_TOKENS, left - _TURN_TOKENS), count)
    left -= tokens + _TURN_TOKENS
    kept = [Turn("user", answered)]
    earlier = [(at, text) for at, text in enumerate(texts[:-1]) if text][::-1]
    largest = max(_LEAST_TOKENS, int(budget_tokens * _LARGEST_SHARE))
    share = _share([count(text) for _, text in earlier[:_ALWAYS_KEPT]], left, largest)
    for at, text in earlier:
        text, tokens = _fitted(text, share, count)
        left -= tokens + _TURN_TOKENS
        if left < 0:
            kept = _steady(kept)
            break
        kept.append(Turn("assistant" if lines[at].mine else "user", text))
    places = (*sorted(at for at, _ in earlier[: len(kept) - 1]), len(lines) - 1)
    return Selection((Turn("system", system), *_alternating(reversed(kept))), places)


def build(scene: Scene, lines: Sequence[Line], *, budget_tokens: int, count: Count | None = None) -> tuple[Turn, ...]:
    """Return the turns that `select` makes."""
    return select(scene, lines, budget_tokens=budget_tokens, count=count).turns


def spoken(scene: Scene, lines: Sequence[Line]) -> tuple[str, ...]:
    """Return what `build` counts: the system prompt, then each line as the model reads it."""
    names = [scene.name, *scene.people, *(line.speaker for line in lines)]
    forged = re.compile(rf"^(?=(?:{'|'.join(map(re.escape, sorted(set(map(_one_line, names)))))})\s*:)", re.M | re.I)
    return (system_text(scene), *(_spoken(line, forged) for line in lines))


def system_text(scene: Scene) -> str:
    """Return the system prompt: instructions, persona, then where and among whom the AI is."""
    parts = [scene.system_prompt.strip() or _DEFAULT_PROMPT, scene.persona.strip()]
    place = f"Your name is {_one_line(scene.name)}."
    if title := _one_line(scene.title):
        place += f" The conversation is titled “{title}”."
    if people := ", ".join(filter(None, map(_one_line, scene.people))):
        place += f" Taking part: {people}."
        place += " Each message begins with its speaker's name; do not begin yours with a name."
    parts += [place, scene.context.strip()]
    return "\n\n".join(part for part in parts if part)


def stops(people: Sequence[str]) -> tuple[str, ...]:
    """Return what ends an answer in which the model goes on to speak for others; at most 4, the first names count."""
    names = filter(None, map(_one_line, people))
    return tuple(f"\n{name}:" for name in dict.fromkeys(names))[:_MAX_STOPS]


def without_speaker(text: str, name: str) -> str:
    """Return the answer so far without the AI's own name before it, which small models like to repeat.

    For a streamed answer call it with the whole text so far: while that may yet become the name, nothing comes back.
    """
    mark = f"{_one_line(name)}:"
    start = text.lstrip()
    if start[: len(mark)].casefold() == mark.casefold():
        return start[len(mark) :].lstrip()
    return "" if mark.casefold().startswith(start.casefold()) and len(start) < len(mark) else text


def shortened(text: str, limit_tokens: int, count: Count) -> str:
    """Return the text, or its beginning with a mark where it has more tokens than that."""
    return _fitted(text, limit_tokens, count)[0]


def _fitted(text: str, limit_tokens: int, count: Count) -> tuple[str, int]:
    """Return the text, shortened where it has more tokens than that, and how many it has.

    A beginning is not counted but estimated, by how far the estimate is off for the whole: `count` may know whole texts
    alone.
    """
    whole = count(text)
    if whole <= limit_tokens:
        return text, whole
    scale = whole / estimate(text)
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if estimate(text[:middle] + _CUT) * scale <= limit_tokens:
            fits = middle
        else:
            too_long = middle
    short = text[:fits].rstrip() + _CUT
    return short, math.ceil(estimate(short) * scale)


def _share(counts: Sequence[int], left_tokens: int, largest_tokens: int) -> int:
    """Return how many tokens each message may have so that all of these fit, at least _LEAST_TOKENS."""
    share = largest_tokens
    room = left_tokens - len(counts) * _TURN_TOKENS
    for place, tokens in enumerate(sorted(counts)):
        share = min(largest_tokens, room // (len(counts) - place))
        if tokens > share:
            break
        room -= tokens
    else:
        return largest_tokens
    return max(_LEAST_TOKENS, share)


def _steady(newest_first: list[Turn]) -> list[Turn]:
    """Return the turns without the oldest ones up to a landmark, a message chosen by its own content.

    So the talk begins at the same message for several answers in a row, and the model need not read it all again: on a
    slow machine that is half a second against ten.
    """
    for index in range(len(newest_first) - 1, _ALWAYS_KEPT, -1):
        if zlib.crc32(newest_first[index].content.encode("utf-8", "replace")) % _LANDMARK_EVERY == 0:
            return newest_first[: index + 1]
    return newest_first


def _spoken(line: Line, forged: re.Pattern[str]) -> str:
    """Return the message as the model reads it; a line in it which looks like another speaker's is quoted."""
    text = line.text.strip()
    if line.mine or not text or not line.speaker:
        return text
    return f"{_one_line(line.speaker)}: {forged.sub('> ', text)}"


def _alternating(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns with neighbours of one role joined, a user first: some models refuse anything else."""
    joined: list[Turn] = []
    for turn in turns:
        if joined and joined[-1].role == turn.role:
            joined[-1] = Turn(turn.role, f"{joined[-1].content}\n\n{turn.content}")
        else:
            joined.append(turn)
    return [Turn("user", "[…]"), *joined] if joined[0].role == "assistant" else joined


def _one_line(name: str) -> str:
    return " ".join(name.split())[:64]
