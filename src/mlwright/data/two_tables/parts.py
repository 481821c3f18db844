"""How far columns differ between two parts of one table, by the tests of drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from mlwright.data.columns import Rows
from mlwright.data.drifts import Current, Reference, Shift
from mlwright.data.two_tables.arrived import shifts
from mlwright.data.words import percent
from mlwright.records.profile import QUANTILE_LEVELS
from mlwright.scoring.spelling import Spelled, spelled
from mlwright.statistics.several import holm

LEAST_MOVED = 0.15
FALSE_ALARMS = 0.001
MOST_NAMES = 50


def apart(one: Rows, other: Rows, names: Sequence[str]) -> dict[str, Shift]:
    """The columns that differ between two sets of rows, the one that differs most first, each by its clearest test.

    A shift counts if 15 % of the rows would have to change to undo it, and if its chance, over all columns and tests
    together (Holm), is below 0.1 %. See `data.drifts` for the tests; of names the 50 most frequent are told apart, and
    of numbers with 50 values or fewer each value.
    """
    found = []
    for name in names:
        reference = _reference(one, name)
        found += [(name, shift) for shift in shifts(reference, _current(other, name, reference)).values()]
    chances = holm(np.array([shift.p_value for _, shift in found]))
    clear = [pair for pair, chance in zip(found, chances, strict=True) if chance < FALSE_ALARMS]
    clear = [(name, shift) for name, shift in clear if shift.size >= LEAST_MOVED]
    ranked: dict[str, Shift] = {}
    for name, shift in sorted(clear, key=lambda pair: -pair[1].size):
        ranked.setdefault(name, shift)
    return ranked


def told_apart(name: str, shift: Shift, one: str, other: str) -> str:
    """How far a column differs, in words; the two sets of rows are called so."""
    shares = [percent(share) for share in (shift.now, shift.then)]
    return f"{shares[0]} of the values of '{name}' {shift.what} in the {other} rows, and {shares[1]} in the {one} rows"


def _reference(rows: Rows, name: str) -> Reference:
    """What is known of a column of some rows; moments are numbers here."""
    missing, quantiles = rows.missing(name), tuple[float, ...]()
    if rows.is_ordered(name) and not missing.all():
        quantiles = tuple(np.quantile(rows.numbers(name)[~missing], QUANTILE_LEVELS).tolist())
    figures = {"n_missing": int(missing.sum()), "quantiles": quantiles, "quantile_error": 0.0}
    levels = dict(_counts(rows, name).most_common(MOST_NAMES))
    n_other = 0 if rows.is_ordered(name) else int((~missing).sum()) - sum(levels.values())
    return Reference(rows.profile.column(name).model_copy(update=figures), len(rows), levels, n_other)


def _current(rows: Rows, name: str, reference: Reference) -> Current:
    if not rows.is_ordered(name):
        return Current(rows.missing(name), names=Spelled(*rows.levels(name)))
    numbers = rows.numbers(name)
    names = spelled(pa.array(numbers, from_pandas=True)) if reference.levels else None
    return Current(np.isnan(numbers), numbers, names)


def _counts(rows: Rows, name: str) -> Counter[str]:
    """How many rows hold each value; nothing for numbers of more than 50 values."""
    if rows.is_ordered(name):
        values = rows.numbers(name)[~rows.missing(name)]
        if len(np.unique(values)) > MOST_NAMES:
            return Counter()
        names, places = spelled(pa.array(values))
    else:
        names, places = rows.levels(name)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    return Counter(dict(zip(names, counts.tolist(), strict=True)))
