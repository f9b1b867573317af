"""Search against a naive oracle that knows the words of each text, and how they may be written, from a table.

The oracle never folds, cuts or indexes anything: texts are lists of atoms, and whether an atom holds a part of the
query is looked up or compared character by character.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto.ids import OpId
from node.conversations.snippet import CHARACTERS, snippet
from node.store.fulltext import Entry, FullText
from node.store.shown import Place
from node.store.wanted import parse_wanted
from tests.builders import fixed

SPELLINGS = {
    "brucke": ("Brücke", "brucke", "BRÜCKE", "bru\u0308cke", "\uff42\uff52\uff55\uff43\uff4b\uff45"),
    "brut": ("Brut", "brut", "brût"),
    "brutto": ("brutto", "BRUTTO"),
    "lodz": ("Łódź", "lodz", "ŁÓDŹ"),
    "strasse": ("Straße", "STRASSE", "strasse"),
    "елка": ("Ёлка", "елка", "ЁЛКА"),
    "ελλασ": ("Ελλάς", "ΕΛΛΑΣ", "ελλας"),
    "عربية": ("عَرَبِيَّة", "عربية", "عـربية"),
    "हिन्दी": ("हिन्दी",),
    "42nd": ("42nd", "42ND"),
    "🌉": ("🌉",),
    "👩": ("👩", "👩\u200d"),
}
"""Words under what they are compared as, with ways to write them."""
RUNS = "日本語東京カ"
THAI = "กขคงจ"
GAPS = (" ", ", ", "\n", " - ", "…", "。", "\u3000", "/", " (", "_")

Atom = tuple[str, bool]
"""A word, or (True) characters of a script that parts none."""


@dataclass
class Text:
    atoms: list[Atom]
    written: str


def text(random: Random) -> Text:
    """Return a text of up to eight atoms."""
    atoms: list[Atom] = []
    written = random.choice(["", " ", "¿"])
    for _ in range(random.randint(0, 8)):
        if random.random() < 0.35:
            run = "".join(random.choices(random.choice([RUNS, THAI]), k=random.randint(1, 5)))
            atoms.append((run, True))
            written += run
        else:
            word = random.choice([*SPELLINGS])
            atoms.append((word, False))
            written += random.choice(SPELLINGS[word])
        written += random.choice(GAPS)
    return Text(atoms, written)


@dataclass
class Query:
    terms: list[tuple[list[Atom], bool]] = field(default_factory=list)
    """Atoms that follow each other, and whether the last may go on."""
    written: str = ""


def query(random: Random) -> Query:
    """Return a query of up to three terms, the last of them in the typing."""
    made, count = Query(), random.randint(1, 3)
    for number in range(count):
        is_last = number == count - 1
        if random.random() < 0.3:
            atoms = [atom for _ in range(3) for atom in text(random).atoms][: random.randint(1, 2)] or [("brut", False)]
            is_open = is_last and random.random() < 0.5
            made.written += '"' + " ".join(_written(random, atom) for atom in atoms) + ("" if is_open else '"')
            made.terms.append((atoms, is_open))
        elif random.random() < 0.4:
            run = "".join(random.choices(random.choice([RUNS, THAI]), k=random.randint(1, 3)))
            made.written += run
            made.terms.append(([(run, True)], True))
        else:
            word = random.choice([*SPELLINGS])
            typed = word[: random.randint(1, len(word))] if is_last else word
            made.written += random.choice([typed, typed.upper()]) if typed != word else _written(random, (word, False))
            made.terms.append(([(typed.casefold(), False)], is_last))
        made.written += random.choice([" ", "  "])
    return made


def _written(random: Random, atom: Atom) -> str:
    return atom[0] if atom[1] else random.choice(SPELLINGS[atom[0]])


def holds(there: Text, asked: Query) -> bool:
    """Tell whether a text has everything that is asked for."""
    return all(_has(there.atoms, atoms, is_open=is_open) for atoms, is_open in asked.terms)


def _has(there: Sequence[Atom], atoms: Sequence[Atom], *, is_open: bool) -> bool:
    places = range(len(there) - len(atoms) + 1)
    return any(
        all(_fits(there[at + n], atom, n, len(atoms), is_open=is_open) for n, atom in enumerate(atoms)) for at in places
    )


def _fits(there: Atom, asked: Atom, number: int, count: int, *, is_open: bool) -> bool:
    if there[1] != asked[1]:
        return False
    is_first, is_last = number == 0, number == count - 1
    if not asked[1]:
        return there[0].startswith(asked[0]) if is_last and is_open else there[0] == asked[0]
    if is_first and is_last:
        return asked[0] in there[0]
    if is_first:
        return there[0].endswith(asked[0])
    return there[0].startswith(asked[0]) if is_last else there[0] == asked[0]


def found(index: FullText, written: str, *, conversation: int | None, page: int) -> list[OpId]:
    """Return everything that a search finds, page by page."""
    names: list[OpId] = []
    after: Place | None = None
    while True:
        matches = index.find(parse_wanted(written), limit=page, conversation=conversation, after=after)
        names += [match.id for match in matches]
        if len(matches) < page:
            return names
        after = matches[-1].place


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1 << 32), page=st.integers(1, 5))
def test_what_is_found_is_what_is_there_newest_first(seed: int, page: int) -> None:
    random = Random(seed)
    held: dict[OpId, tuple[Entry, Text]] = {}
    with closing(FullText()) as index:
        for number in range(random.randint(1, 25)):
            for _ in range(random.randint(1, 4)):
                is_new = not held or random.random() < 0.7
                name = OpId(fixed(f"{seed} {number} {random.random()}")) if is_new else random.choice([*held])
                said = text(random)
                place = random.randrange(5 * 86_400_000), random.randrange(3)
                entry = Entry(random.randrange(3), name, *place, said.written)
                if not is_new:  # edited or deleted: it keeps its place
                    before = held.pop(name)[0]
                    entry = before._replace(text=random.choice([None, said.written, said.written]))
                if entry.text is not None:
                    held[name] = entry, said
                index.put([entry])
        for _ in range(12):
            asked = query(random)
            within = random.choice([None, None, 0, 1])
            expected = sorted(
                (entry.vts_ms, entry.depth, name)
                for name, (entry, said) in held.items()
                if holds(said, asked) and within in (None, entry.conversation)
            )[::-1]
            names = [name for _, _, name in expected]
            assert found(index, asked.written, conversation=within, page=page) == names, asked.written
            weighed = index.weigh(parse_wanted(asked.written), limit=100, conversation=within)
            assert sorted(match.id for match in weighed) == sorted(names)
            for name, (_, said) in held.items():
                assert (parse_wanted(asked.written).ranges(said.written) is not None) == holds(said, asked), name


ANY_TEXT = st.text(max_size=40) | st.text(alphabet="aAéß \"'*^:()-日本เก\u0301\u200dİǰ👍🏽ﬁ½_\0\n", max_size=30)


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4), asked=ANY_TEXT)
@example(texts=["NEAR(a b)"], asked='NEAR("a b", 3)')
@example(texts=["a\0b"], asked="a\0b")
@example(texts=['say "hi" * ^ : -x'], asked='text : a" OR "')
@example(texts=["x"], asked='"' * 300)
def test_index_and_highlights_cut_any_text_alike(texts: list[str], asked: str) -> None:
    with closing(FullText()) as index:
        names = [OpId(fixed(f"text {number}")) for number in range(len(texts))]
        index.put(
            [Entry(1, name, number, 0, said) for number, (name, said) in enumerate(zip(names, texts, strict=True))]
        )
        queries = [asked, *(piece for said in texts for piece in said.split()), *texts]
        for each in queries:
            wanted = parse_wanted(each)
            ranges = {name: wanted.ranges(said) for name, said in zip(names, texts, strict=True)}
            expected = {name for name, where in ranges.items() if where is not None and wanted.terms}
            assert {match.id for match in index.find(wanted, limit=100)} == expected, each
        for said in texts:  # whatever has a word is found by what it says
            piece = next((piece for piece in said.split() if parse_wanted(piece).terms), None)
            if piece is not None and '"' not in piece:
                assert parse_wanted(piece).ranges(said)


@settings(max_examples=200, deadline=None)
@given(said=st.text(max_size=400), asked=st.text(min_size=1, max_size=3))
@example(said="a" * 500 + " needle", asked="needle")
@example(said="👩\u200d🚀" * 200, asked="🚀")
def test_a_snippet_is_short_and_its_ranges_say_what_the_text_says(said: str, asked: str) -> None:
    ranges = parse_wanted(asked).ranges(said)
    if not ranges:
        return
    part = snippet(said, ranges)
    assert len(part.text) <= CHARACTERS + 2
    assert "\n" not in part.text
    assert part.highlights, "what was found is not to be seen"
    before = 0
    for start, end in part.highlights:
        assert before <= start < end <= len(part.text)
        before = end
        lit = part.text[start:end]
        assert any(
            lit == "".join(" " if each.isspace() else each for each in said[first:last])
            or last - first > CHARACTERS - 60
            for first, last in ranges
        )
