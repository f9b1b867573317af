"""Rivals and limits, measured in the same invocation as our own figures; see README.md here.

`append`, `cold_sync`, `live` and `burst` start two processes of a rival on loopback and return figures with their
units in the names; `pair` takes several from the same two processes; `pipeline` is what one core can do without a
network. RivalError says what is missing where a rival is not set up.
"""

from tests.bench.rivals.errors import RivalError
from tests.bench.rivals.pair import OURS, RIVALS, Pair, append, burst, cold_sync, live, pair
from tests.bench.rivals.pipeline import pipeline

__all__ = ["OURS", "RIVALS", "Pair", "RivalError", "append", "burst", "cold_sync", "live", "pair", "pipeline"]
