"""One column of a delivery, read once, beside what it is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.clause import numbers_of
from mlwright.data.clauses.shapes import whole
from mlwright.data.drifts import DRIFTS, Current, Reference, Shift
from mlwright.data.two_tables.reference import NAMED, current_of
from mlwright.records.contract import Clause
from mlwright.scoring.spelling import missing_array, spelled

Array = NDArray[np.float64]

SHOWN = 5
MOST = 0.5
ORDERED = ("number", "date")


@dataclass(frozen=True)
class Broken:
    """Rows that break a clause: how many, the first of them, and some of their values."""

    n: int = 0
    rows: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrived:
    """What is to be known of a column of the new table.

    Parameters
    ----------
    clause : Clause
    n_rows, n_missing, n_distinct : int
        `n_distinct` of numbers, dates and names; -1 for other columns.
    unreadable : Broken
        Values that are there and are none of the column's kind.
    names : dict of str to int
        Rows of each name, for names.
    low, high : float or None
        The range now.
    beyond_seen, beyond_limits, unlike, twice : Broken
        Rows beyond the range that was seen, beyond the limits, unlike the pattern, and with a value that came before.
    shifts : dict of str to Shift
        The answers of the drift tests that could judge, by name.
    """

    clause: Clause
    n_rows: int
    n_missing: int
    n_distinct: int = -1
    unreadable: Broken = field(default_factory=Broken)
    names: Mapping[str, int] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    beyond_seen: Broken = field(default_factory=Broken)
    beyond_limits: Broken = field(default_factory=Broken)
    unlike: Broken = field(default_factory=Broken)
    twice: Broken = field(default_factory=Broken)
    shifts: Mapping[str, Shift] = field(default_factory=dict)

    @property
    def new_share(self) -> float:
        """The share of the values whose name the contract does not list; 0 where it does not list all."""
        if not self.names or self.clause.new_levels == "any":
            return 0.0
        known = {*self.clause.levels, *self.clause.missing_codes}
        return sum(n for name, n in self.names.items() if name not in known) / max(1, self.n_there)

    @property
    def is_foreign(self) -> bool:
        """Whether most of its values could not be in the table before, by their range or their names."""
        return max(self.new_share, self.beyond_limits.n / max(1, self.n_there)) >= MOST

    @property
    def n_there(self) -> int:
        """Rows that hold a value that can be read."""
        return self.n_rows - self.n_missing


def arrived(values: pa.ChunkedArray, clause: Clause, reference: Reference | None) -> Arrived:
    """Look at a column; without a reference nothing is said of its drift."""
    missing = missing_array(values, clause.missing_codes)
    found = Arrived(
        clause,
        len(values),
        int(missing.sum()),
        unlike=_unlike(values, missing, clause),
        twice=_twice(values, missing) if clause.unique else Broken(),
        shifts=shifts(reference, current_of(values, reference)) if reference and _may_drift(clause) else {},
    )
    if clause.kind in ORDERED:
        return _ordered(found, values, missing)
    return _named(found, values, missing) if clause.kind in NAMED else found


def shifts(reference: Reference, current: Current) -> dict[str, Shift]:
    """The answers of all drift tests that can judge."""
    found = {}
    for name, test in DRIFTS:
        try:
            found[name] = test().compare(reference, current)
        except NotApplicable:
            continue
    return found


def _may_drift(clause: Clause) -> bool:
    """Dates and counters move on by themselves."""
    return clause.kind != "date" and clause.order == "none"


def _ordered(found: Arrived, values: pa.ChunkedArray, missing: NDArray[np.bool_]) -> Arrived:
    clause, numbers = found.clause, numbers_of(values, found.clause)
    known = numbers[np.isfinite(numbers)]
    unreadable = ~missing & np.isnan(numbers)
    seen = _outside(numbers, clause.low, clause.high) if clause.order == "none" else np.zeros(len(numbers), bool)
    limits = _outside(numbers, clause.least, clause.most)
    return _changed(
        found,
        n_missing=found.n_missing + int(unreadable.sum()),
        n_distinct=len(np.unique(known)),
        unreadable=broken(unreadable, values),
        low=float(known.min()) if len(known) else None,
        high=float(known.max()) if len(known) else None,
        beyond_seen=broken(seen, values),
        beyond_limits=broken(limits, values, farthest=np.abs(numbers)),
    )


def _named(found: Arrived, values: pa.ChunkedArray, missing: NDArray[np.bool_]) -> Arrived:
    levels, places = spelled(values)
    counts = np.bincount(places[~missing], minlength=len(levels)) if len(levels) else np.empty(0, dtype=np.int64)
    names = {name: int(n) for name, n in zip(levels, counts, strict=True) if n}
    return _changed(found, names=names, n_distinct=len(names))


def _changed(found: Arrived, **facts: object) -> Arrived:
    return Arrived(**{**vars(found), **facts})


def _outside(numbers: Array, low: float | None, high: float | None) -> NDArray[np.bool_]:
    below = numbers < (-np.inf if low is None else low)
    return below | (numbers > (np.inf if high is None else high))


def _unlike(values: pa.ChunkedArray, missing: NDArray[np.bool_], clause: Clause) -> Broken:
    if clause.pattern is None:
        return Broken()
    import pyarrow.compute as pc

    matches = pc.match_substring_regex(values.cast(pa.large_string()), whole(clause.pattern))
    return broken(~missing & ~pc.fill_null(matches, False).to_numpy(zero_copy_only=False), values)


def _twice(values: pa.ChunkedArray, missing: NDArray[np.bool_]) -> Broken:
    places = spelled(values).places
    _, first = np.unique(places, return_index=True)
    again = np.ones(len(places), dtype=bool)
    again[first] = False
    return broken(again & ~missing, values)


def _spelled(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def broken(flags: NDArray[np.bool_], values: pa.ChunkedArray, farthest: Array | None = None) -> Broken:
    """The rows that a flag marks, those with the largest `farthest` first."""
    rows = np.flatnonzero(flags)
    if farthest is not None:
        rows = rows[np.argsort(-farthest[rows], kind="stable")]
    shown: Sequence[int] = rows[:SHOWN].tolist()
    examples = dict.fromkeys(_spelled(values[row].as_py()) for row in shown)
    return Broken(len(rows), tuple(sorted(shown)), tuple(examples))
