"""The ordered rules of the router: the first whose condition holds says what a query wants; pure.

Each is meant to be right nearly always and to be silent otherwise; what none of them knows, the linear model decides.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.ai.engines.lexicon import lexicon
from node.ai.engines.reading import Reading
from node.ai.engines.route import ConversationType

_SMALL_TALK_WORDS = 12
_LEAST, _FEW, _SOME, _MANY = 3, 4, 9, 18  # words


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a query beside its text.

    Attributes:
        has_history: something was said before, on which it may lean.
        has_error: an error message came along with it.
    """

    has_history: bool
    has_error: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: where its condition holds, the query is of its type."""

    name: str
    conversation_type: ConversationType
    holds: Callable[[Reading, Situation], bool]


def first_rule(reading: Reading, situation: Situation) -> Rule | None:
    """Return the first rule which holds; None where all are silent."""
    return next((rule for rule in RULES if rule.holds(reading, situation)), None)


def _small_talk(reading: Reading, situation: Situation) -> bool:
    asks_back = situation.has_history and reading.question and len(reading.words) == 1  # `Really?`
    if asks_back or reading.code or len(reading.words) > _SMALL_TALK_WORDS:
        return False
    return lexicon(reading.language).small_talk.fullmatch(reading.ask) is not None


def _trace(reading: Reading, _: Situation) -> bool:
    return reading.trace and not reading.opens & _MAKING_OR_ANALYSING


def _refers_back(reading: Reading, situation: Situation) -> bool:
    """It names something of the talk before it: `your last answer`, `the second option`."""
    return _in_a_talk(reading, situation, most=_MANY) and "refers_back" in reading.says


def _goes_on(reading: Reading, situation: Situation) -> bool:
    """It begins where the last message ended and is too short to say what it is about: `and then?`."""
    most = _SOME if "anaphor" in reading.says else _FEW
    return _in_a_talk(reading, situation, most=most) and _begins_to_continue(reading)


def _pronoun_alone(reading: Reading, situation: Situation) -> bool:
    """Only a pronoun says what it is about: `How does that work?`."""
    if not _in_a_talk(reading, situation, most=_SOME):
        return False
    begins = "leans" in reading.opens and "fact" not in reading.opens
    says = "leans" in reading.says and len(reading.words) <= _FEW + 2 and not reading.opens & {"fact", "opens_generate"}
    return _by_pronoun(reading) or begins or says


def _error_name(reading: Reading, _: Situation) -> bool:
    return reading.error and not reading.opens & (_MAKING_OR_ANALYSING | {"opens_continue"})


def _error_beside(reading: Reading, situation: Situation) -> bool:
    return situation.has_error and not reading.opens & _MAKING_OR_ANALYSING


def _repair(reading: Reading, _: Situation) -> bool:
    """It asks to repair something of which it says that it fails, or which it shows."""
    shown = reading.code or reading.error or "failure" in reading.says
    names_it = reading.opening.startswith(("debug", "troubleshoot"))
    return "opens_repair" in reading.opens and (shown or names_it) and not reading.opens & {"opens_generate", "reason"}


def _asks_to_generate(reading: Reading, _: Situation) -> bool:
    """The verb stands at the end: `Kannst du mir einen Brief schreiben?`."""
    return {"ends_generate", "artefact"} <= reading.says and not reading.says & _FAILING


def _generate(reading: Reading, _: Situation) -> bool:
    return (
        "opens_generate" in reading.opens
        and not reading.opens & {"opens_analyse"}
        and ("artefact" in reading.says or reading.code or reading.pasted)
        and not reading.error
        and not _leans(reading)
    )


def _analyse(reading: Reading, _: Situation) -> bool:
    return "opens_analyse" in reading.opens and "refers_back" not in reading.says and not _leans(reading)


def _own_failure(reading: Reading, _: Situation) -> bool:
    """Somebody tells what fails for them: `I can't log in`; asking how to build something is not that."""
    return (
        {"failure", "own"} <= reading.says
        and not reading.opens & _MAKING_OR_ANALYSING
        and "reason" not in reading.says
        and not ("fact" in reading.opens and "opens_generate" in reading.says)
    )


def _own_why(reading: Reading, _: Situation) -> bool:
    """It asks why something of one's own is as it is: `Why is my bill so high?`."""
    return _OWN_WHY.match(reading.opening) is not None and not _leans(reading)


def _wanted_thing(reading: Reading, _: Situation) -> bool:
    """A thing to be made, without a verb: `regex for a phone number`."""
    return (
        "artefact" in reading.opens
        and _LEAST <= len(reading.words) <= _MANY
        and not reading.question
        and not reading.error
        and not reading.says & _FAILING
        and not _leans(reading)
    )


def _about_code(reading: Reading, _: Situation) -> bool:
    return reading.code and reading.question and not reading.says & _FAILING and "opens_generate" not in reading.opens


def _about_material(reading: Reading, _: Situation) -> bool:
    return (
        (reading.pasted or reading.data)
        and "analyse" in reading.says
        and "failure" not in reading.says
        and "opens_generate" not in reading.opens
    )


def _reasoning(reading: Reading, _: Situation) -> bool:
    return (
        "reason" in reading.opens
        and len(reading.words) > _FEW + 1
        and not (reading.code or reading.pasted)
        and not reading.says & _FAILING
        and not _leans(reading)
    )


def _short_fact(reading: Reading, situation: Situation) -> bool:
    if situation.has_history and (_leans(reading) or "anaphor" in reading.says or "opens_continue" in reading.opens):
        return False
    return (
        "fact" in reading.opens
        and len(reading.words) <= _SOME
        and not reading.says & {"reason", "failure", "analyse", "refers_back", "own"}
        and not (reading.code or reading.pasted)
        and "artefact" not in reading.opens
        and not _CLAUSES.search(reading.ask)
    )


def _in_a_talk(reading: Reading, situation: Situation, *, most: int) -> bool:
    """Return whether it may lean on what was said: there is something, and it brings no material of its own."""
    return situation.has_history and not (reading.code or reading.pasted) and len(reading.words) <= most


def _begins_to_continue(reading: Reading) -> bool:
    """Return whether it begins like the next thing in a talk, also where that word is a courtesy too (`now`)."""
    pattern = lexicon(reading.language).opening["opens_continue"]
    return "opens_continue" in reading.opens or pattern.match(reading.ask) is not None


def _by_pronoun(reading: Reading) -> bool:
    return _PRONOUN.search(reading.ask) is not None


def _leans(reading: Reading) -> bool:
    """Return whether it names what it is about only by a pronoun or a position, in few words."""
    refers = {"refers_back", "anaphor"} <= reading.says
    return len(reading.words) <= _MANY and (refers or _by_pronoun(reading))


_FAILING: Final = frozenset({"failure", "opens_repair"})
_MAKING_OR_ANALYSING: Final = frozenset({"opens_generate", "opens_analyse"})
_PRONOUN: Final = re.compile(
    r"(?:^|\b(?:of|to|for|with|in|from|about|into|than|on|how|why|is|was|are|were|do|does|did|has|would|could|will|can"
    r"|make|made|put|use|try|keep|change|rename|explain|show|add|shorten|translate|summari[sz]e|expand|elaborate)) ?"
    r"(?:it|that|this|those|them|these|they|he|she|him|her)"
    r"(?: (?:again|also|too|still|work|instead|more|less|shorter|longer|in|into|to|for|on|be)\b|[?.!,]|$|(?= \w+[?]?$))"
)
_CLAUSES: Final = re.compile(r",|[.?!] +\w")
_OWN_WHY: Final = re.compile(
    r"(?:why|how come|warum|wieso|proc)(?: [\w']+){0,2} "
    r"(?:my|our|i|we|mein\w*|unser\w*|ich|wir|mi|nam|moje|muj|nase)\b"
)
RULES: Final = (
    Rule("small_talk", "simple", _small_talk),
    Rule("trace", "problem_solving", _trace),
    Rule("refers_back", "multi_step", _refers_back),
    Rule("goes_on", "multi_step", _goes_on),
    Rule("pronoun_alone", "multi_step", _pronoun_alone),
    Rule("error_name", "problem_solving", _error_name),
    Rule("error_beside", "problem_solving", _error_beside),
    Rule("repair", "problem_solving", _repair),
    Rule("asks_to_generate", "generation", _asks_to_generate),
    Rule("generate", "generation", _generate),
    Rule("analyse", "analysis", _analyse),
    Rule("own_failure", "problem_solving", _own_failure),
    Rule("own_why", "problem_solving", _own_why),
    Rule("wanted_thing", "generation", _wanted_thing),
    Rule("about_code", "analysis", _about_code),
    Rule("about_material", "analysis", _about_material),
    Rule("reasoning", "complex", _reasoning),
    Rule("short_fact", "simple", _short_fact),
)
