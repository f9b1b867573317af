"""The tests of the authority rule notice each of its clauses missing (`python -m tests.mutation` prints the table)."""

from pathlib import Path

import pytest

from tests.mutation.__main__ import ROOT, main
from tests.mutation.clauses import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_passage_stands_there_once(mutant: Mutant) -> None:
    source = ROOT.joinpath(*mutant.module.split(".")).with_suffix(".py")
    assert Path(source).read_text().count(mutant.old) == 1
    assert mutant.old != mutant.new


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_no_clause_is_missed() -> None:
    assert main() == 0
