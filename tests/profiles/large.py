"""A large profile: 50 conversations and 100,000 messages, nearly all of them in one; made once and kept.

It lies under the temporary folder by the hash of what makes it, so it is made anew where the format changes.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from random import Random

from tests.builders import Person
from tests.profiles.maker import MINUTE_MS, Room, making

MESSAGES = int(os.environ.get("BENCH_LONG", "100000"))
CONVERSATIONS = 50
SMALL = 20
"""Messages in each of the others."""
NOW_MS = 1_795_000_000_000
SPAN_MS = 180 * 24 * 3_600_000
LONG_TITLE = "The long one"
ROOT = Path(__file__).parents[2]
MADE_BY = ("tests/profiles/maker.py", "tests/profiles/large.py", "node/store/database.py", "protocol/ops.py")

PROSE = (
    "idea garden light water share slowly morning question because together window signal river count paper maybe "
    "number silver always branch letter winter measure listen carry build answer simple again between under kitchen "
    "station weather bright north copper method second reason open follow change table quiet engine across value"
)
WORDS = PROSE.split()
CODE = """```python
def grow(seed: int) -> list[int]:
    return [seed * n for n in range(12)]
```"""
TABLE = """| bed | plant | water |
|---|---|---|
| north | fern | daily |
| south | thyme | weekly |
| wall | ivy | never |"""
LIST = (
    "1. look at the numbers again\n2. ask **Ben** about the `pump`\n3. decide on [the plan](https://example.org/plan)"
)


def large_profile() -> Path:
    """Return the kept profile; never run a node on it, but on a copy."""
    recipe = b"".join((ROOT / name).read_bytes() for name in MADE_BY) + str(MESSAGES).encode()
    place = Path(tempfile.gettempdir()) / f"peer2peer-bench-{hashlib.blake2s(recipe, digest_size=8).hexdigest()}"
    if not place.exists():
        part = Path(tempfile.mkdtemp(prefix="peer2peer-bench-part-"))
        _make(part)
        part.rename(place)
    return place


def copy_to(home: Path) -> Path:
    """Return a copy of the large profile in `home`, which must not exist."""
    shutil.copytree(large_profile(), home)
    return home


def prose(random: Random) -> str:
    """Return a message: mostly a few words, now and then code, a table, a list."""
    words = " ".join(random.choices(WORDS, k=max(1, min(120, int(random.lognormvariate(2.4, 0.9))))))
    block = random.choices(("", CODE, TABLE, LIST), (88, 4, 3, 5))[0]
    return f"{words}\n\n{block}" if block else words


def _make(home: Path) -> None:
    random = Random(5)
    people = [Person.make(name) for name in ("Ben Okafor", "Chiara Rossi", "Dmitri Volkov", "Emi Tanaka")]
    with making(home, "Ana Novak", now_ms=NOW_MS - SPAN_MS) as maker:
        rooms = [maker.room(f"Conversation {number}") for number in range(1, CONVERSATIONS)]
        rooms.append(maker.room(LONG_TITLE, "Half a year of talk"))
        for room in rooms:
            for person in people[: 1 + random.randrange(len(people))]:
                room.let_in(person)
        long = rooms.pop()
        left = MESSAGES - SMALL * len(rooms)
        _fill(long, people, left, random, step_ms=SPAN_MS // (MESSAGES + 1))
        for room in rooms:
            _fill(room, people, SMALL, random, step_ms=MINUTE_MS)


def _fill(room: Room, people: list[Person], count: int, random: Random, *, step_ms: int) -> None:
    authority = room.conversation.replica.authority
    authors: list[Person | None] = [None, *(each for each in people if authority.member(each.id) is not None)]
    author = None
    for _ in range(count):
        if random.random() < 0.6:
            author = random.choice(authors)
        name = room.say(prose(random), author, after_ms=step_ms)
    room.read(name)
