"""One figure: what was measured, against what, how often, and how much it varied."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A row of `results/latest.json`; `ratio` is value / limit, and `bound` the most (or least) that it may be."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float | None
    bound: str
    holds: bool
    runs: int
    spread: tuple[float, float]
    load: float
    reason: str = ""
    """Why there is no figure; empty where there is one."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        """Return it in a line for who waits for it."""
        if self.reason:
            return f"FAIL {self.name}: {self.reason}"
        mark = "told" if not self.bound else "ok  " if self.holds else "MISS"
        ratio = f" = {self.ratio:g} x {self.against}" if self.ratio is not None else ""
        return f"{mark} {self.name}: {self.value:g} {self.unit}{ratio} {self.bound}".rstrip()


def at_most(name: str, values: Sequence[float], unit: str, *, against: str, limit: float, most: float) -> Result:
    """Return the median of `values`, which may be at most `most` times `limit`."""
    value = statistics.median(values)
    ratio = value / limit
    return _result(name, values, unit, against, ratio, f"<= {most:g}", ratio <= most)


def at_least(name: str, values: Sequence[float], unit: str, *, against: str, limit: float, least: float) -> Result:
    """Return the median of `values`, which must be at least `least` times `limit`."""
    value = statistics.median(values)
    ratio = value / limit
    return _result(name, values, unit, against, ratio, f">= {least:g}", ratio >= least)


def told(name: str, values: Sequence[float], unit: str, *, against: str = "", limit: float | None = None) -> Result:
    """Return a figure that has no bound."""
    ratio = statistics.median(values) / limit if limit else None
    return _result(name, values, unit, against, ratio, "", True)


def failed(name: str, reason: str) -> Result:
    """Return a row that could not be measured."""
    return Result(name, 0, "", "", None, "", False, 0, (0, 0), round(os.getloadavg()[0], 2), reason)


def _result(
    name: str, values: Sequence[float], unit: str, against: str, ratio: float | None, bound: str, holds: bool
) -> Result:
    return Result(
        name,
        round(statistics.median(values), 4),
        unit,
        against,
        None if ratio is None else round(ratio, 3),
        bound,
        holds,
        len(values),
        (round(min(values), 4), round(max(values), 4)),
        round(os.getloadavg()[0], 2),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
