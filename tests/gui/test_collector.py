import gc

from PySide6.QtWidgets import QApplication

from gui.collector import FIRST_TURNS, Collector


class Knot:
    """Refers to itself, so that only the collector can free it."""

    freed = 0

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Knot.freed += 1


def test_only_the_collector_of_qts_thread_frees_knots(qapp: QApplication) -> None:
    gc.collect()
    collector = Collector(qapp)
    try:
        assert not gc.isenabled()
        for _ in range(3000):
            Knot()
        assert Knot.freed == 0
        collector.collect()
        assert Knot.freed > 2000
    finally:
        collector.end()
    assert gc.isenabled()
    gc.disable()  # as the rest of these tests
    collector.deleteLater()


def test_what_the_program_is_made_of_is_looked_through_no_more(qapp: QApplication) -> None:
    collector = Collector(qapp)
    try:
        collector.timeout.emit()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_count()[0] < 100, "what is there already is still to be looked through"
        for _ in range(FIRST_TURNS):
            collector.timeout.emit()
        freed = Knot.freed
        for _ in range(3000):
            Knot()
        collector.timeout.emit()
        assert Knot.freed > freed + 2000
    finally:
        collector.end()
    assert gc.get_freeze_count() == 0
    gc.disable()  # as the rest of these tests
    collector.deleteLater()
