"""The desktop's bench: rows are chosen by name, and one that fails does not stop the others."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bench import desktop
from tests.bench.desktop_rows import Bench
from tests.bench.result import Result, failed, told


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def works(_bench: Bench, name: str, variables: Mapping[str, str]) -> list[Result]:
        return [told(f"{name} {variables['QT_QPA_PLATFORM']}", [1.0], "ms")]

    def breaks(*_: object) -> list[Result]:
        raise AssertionError("the key did not move the list")

    def copy_to(home: Path) -> Path:
        home.mkdir()
        return home

    monkeypatch.setattr(desktop, "copy_to", copy_to)
    monkeypatch.setattr(desktop, "ROWS", {"breaks": breaks, "works": works})
    monkeypatch.setenv("BENCH_SCREENS", "offscreen")


@pytest.mark.usefixtures("rows")
def test_a_row_that_fails_is_told_and_the_next_one_is_measured() -> None:
    broken, worked = desktop.bench_desktop()
    assert broken.line() == "FAIL desktop, offscreen: breaks: AssertionError: the key did not move the list"
    assert not broken.holds
    assert (worked.value, worked.holds) == (1.0, True)


@pytest.mark.usefixtures("rows")
def test_rows_are_chosen_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_ROWS", " Works ,")
    assert [each.name for each in desktop.bench_desktop()] == ["desktop, offscreen offscreen"]


@pytest.mark.usefixtures("rows")
def test_an_unknown_row_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_ROWS", "works,apend")
    with pytest.raises(SystemExit, match="no apend, choose from breaks, works"):
        desktop.bench_desktop()


def test_a_failed_row_is_in_the_report_with_its_reason() -> None:
    from tests.bench.report import _line

    assert _line(failed("desktop: open", "a | b").as_json()).startswith(r"| desktop: open | a \| b |")
