"""What a model is told before it answers (S38); pure.

The system prompt always stays; of the talk the newest messages stay which fit. Everybody but the AI itself speaks as
user, each message with its speaker's name before it.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from node.ai.providers.request import Turn

_TURN_TOKENS = 8  # what a chat template adds to a turn
_LARGEST_SHARE = 0.25  # of the budget, for one message before the answered one
_LEAST_TOKENS = 32  # of the answered message stays at least so much
_MAX_STOPS = 4
_ALWAYS_KEPT = 10  # messages before the answered one which a landmark never drops
_LANDMARK_EVERY = 8
_CUT = " […]"
_DEFAULT_PROMPT = "You are a helpful participant of a chat. Answer the last message, briefly and to the point."


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the talk.

    Attributes:
        speaker: the name shown for its author.
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


def build(
    scene: Scene, lines: Sequence[Line], *, budget_tokens: int, count: Callable[[str], int] | None = None
) -> tuple[Turn, ...]:
    """Return the turns for a model: the system prompt, then the talk, alternating, up to the message to answer.

    The messages just before the answered one are kept as long as they fit; a very long one is cut at its end, so that
    it does not push all the others out.

    Args:
        scene: who answers, and where.
        lines: the talk in display order; the last is the message to answer, of somebody else.
        budget_tokens: what the turns may take: the provider's `prompt_tokens`.
        count: tokens of a text; `estimate` where not given.

    Returns:
        At least two turns: one `system`, then `user` and `assistant` in turn, `user` first and last.

    Raises:
        ValueError: there is nothing to answer.
    """
    if not lines or lines[-1].mine:
        raise ValueError("the last line is the message to answer, of somebody else")
    count = count or estimate
    system = Turn("system", system_text(scene))
    names = [scene.name, *scene.people, *(line.speaker for line in lines)]
    forged = re.compile(rf"^(?=(?:{'|'.join(map(re.escape, sorted(set(map(_one_line, names)))))})\s*:)", re.M | re.I)
    left = budget_tokens - count(system.content) - _TURN_TOKENS
    share = max(_LEAST_TOKENS, int(budget_tokens * _LARGEST_SHARE))

    answered = _spoken(lines[-1], forged)
    answered = shortened(answered, max(_LEAST_TOKENS, left - _TURN_TOKENS), count)
    left -= count(answered) + _TURN_TOKENS
    kept = [Turn("user", answered)]
    for line in reversed(lines[:-1]):
        text = shortened(_spoken(line, forged), share, count)
        left -= count(text) + _TURN_TOKENS
        if left < 0:
            kept = _steady(kept)
            break
        if text:
            kept.append(Turn("assistant" if line.mine else "user", text))
    return (system, *_alternating(reversed(kept)))


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


def estimate(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few; exact for no model.

    Measured with the vocabulary of a small model (49152 entries): English has 4.8 letters a token, German 2.5, digits
    and signs 1, Chinese, Arabic and emoji two thirds of a token for every byte.
    """
    letters = sum(character.isalpha() or character.isspace() for character in text if character.isascii())
    others = sum(character.isascii() for character in text) - letters
    foreign_bytes = len(text.encode("utf-8", "replace")) - letters - others
    return int(letters / 3.5 + others * 0.8 + foreign_bytes * 0.75) + 1


def shortened(text: str, limit_tokens: int, count: Callable[[str], int]) -> str:
    """Return the text, or its beginning with a mark where it has more tokens than that."""
    if count(text) <= limit_tokens:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if count(text[:middle] + _CUT) <= limit_tokens:
            fits = middle
        else:
            too_long = middle
    return text[:fits].rstrip() + _CUT


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
    if line.mine or not text:
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
