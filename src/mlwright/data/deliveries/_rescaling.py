"""Numbers that came in another unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.once import once
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.drifts import Current, Reference
from mlwright.data.two_tables import TwoTables
from mlwright.data.two_tables.arrived import shifts
from mlwright.data.two_tables.reference import current_of
from mlwright.data.units import UNITS, Unit
from mlwright.records.profile import QUANTILE_LEVELS
from mlwright.scoring.spelling import spelled

MEDIAN = QUANTILE_LEVELS.index(0.50)
FAR = 0.4
MOVED = 0.2
LARGE_SCALE = 5.0
"""Values seldom grow or shrink so much by themselves; then less evidence will do."""

DIGITS = (4, 6, 12)
NEAR = 0.1
LEAST_GAIN = 4.0
NEAR_QUARTILES = 0.25


class Rescaled(NamedTuple):
    """The evidence: shares of the rows that lie elsewhere, as they came and with the unit undone, and the medians."""

    unit: Unit
    before: float
    after: float
    median_then: float
    median_now: float


@once
def rescaled(tables: TwoTables) -> dict[str, Rescaled]:
    """The columns that seem to have come in another unit.

    A column must have drifted beyond chance, with 40 % of its rows elsewhere (20 % for a factor of 5 or more). The
    unit that is undone must bring its quartiles back to where they were, leave less than 10 % of the rows elsewhere,
    and a quarter of what was before at most. Without a drift no column is looked at, so that chance alone finds
    nothing here.
    """
    found = {}
    for name, move in tables.moves.items():
        reference = tables.reference(tables.contract.clause(name))
        if reference is None or reference.profile.kind != "number" or move.chance > ALARMS or move.size < MOVED:
            continue
        if best := _best(tables.now.arrow([name])[0], reference, move.size):
            found[name] = best
    return found


def _best(values: pa.ChunkedArray, reference: Reference, before: float) -> Rescaled | None:
    numbers = current_of(values, reference).numbers
    known = np.array([]) if numbers is None else numbers[np.isfinite(numbers)]
    quartiles = np.array(reference.profile.quantiles)[MEDIAN - 1 : MEDIAN + 2]
    if numbers is None or len(known) < 2 or len(quartiles) < 3:
        return None
    now = np.quantile(known, [0.25, 0.5, 0.75])
    far = [unit for unit in UNITS if before >= FAR or max(unit.scale, 1 / unit.scale) >= LARGE_SCALE]
    near = [unit for unit in far if _is_near((now - unit.shift) / unit.scale, quartiles)]
    after = {unit: _left(numbers, unit, reference) for unit in near}
    best = min(after, key=after.__getitem__, default=None)
    if best is None or after[best] >= NEAR or after[best] * LEAST_GAIN > before:
        return None
    return Rescaled(best, before, after[best], float(quartiles[1]), float(now[1]))


def _is_near(found: NDArray[np.float64], then: NDArray[np.float64]) -> bool:
    width = max(then[2] - then[0], 1e-9 * np.abs(then).max())
    return bool(np.abs(found - then).max() <= NEAR_QUARTILES * width)


def _left(numbers: NDArray[np.float64], unit: Unit, reference: Reference) -> float:
    """The share of the rows that lie elsewhere once the unit is undone, rounded as suits best."""
    back = (numbers - unit.shift) / unit.scale
    size = int(np.ceil(np.log10(max(1e-9, float(np.nanmax(np.abs(back)))))))
    return min(_elsewhere(np.round(back, digits - size), reference) for digits in DIGITS)


def _elsewhere(back: NDArray[np.float64], reference: Reference) -> float:
    names = spelled(pa.array(back, from_pandas=True)) if reference.levels else None
    found = shifts(reference, Current(np.isnan(back), back, names))
    return max((shift.size for test, shift in found.items() if test != "missing_share"), default=1.0)
