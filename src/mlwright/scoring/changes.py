"""The smallest change of a case that alters its answer, of what can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.record import Scalar
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile
from mlwright.scoring.columns import Row
from mlwright.scoring.model import Model
from mlwright.scoring.spelling import to_number

Array = NDArray[np.float64]

N_STEPS = 13
"""Values that are tried of a number, from its 1 % to its 99 % quantile."""
MOST_NAMES = 15
COST_OF_A_NAME = 0.3
"""Another name costs as much as moving a number past three of ten cases."""
MOST_CHANGES = 3
BEST_SINGLES = 12
N_HALVINGS = 6


class Try(NamedTuple):
    """New values of some inputs, and how far they are from the old ones."""

    values: dict[str, Scalar | None]
    cost: float


def smallest_change(model: Model, record: Row, columns: Sequence[ColumnProfile]) -> tuple[Row, Try] | None:
    """The changed record and the change, or None where nothing that was tried alters the answer.

    Numbers are tried at the quantiles that training has seen, and then brought back towards the old value as far as the
    answer stays another one; names are exchanged for other frequent ones. One change is sought first, then two, then
    three, starting from those that move the score most.

    Parameters
    ----------
    model : Model
        Of classes.
    record : mapping
    columns : sequence of ColumnProfile
        What can be changed.
    """
    asked = model.predict(model.encoder.encode_records([record]))
    answer = model.answers(asked, [record])[0]
    singles = [one for column in columns for one in _tries(column, record.get(column.name))]
    tried = singles
    for _ in range(MOST_CHANGES):
        if not tried:
            return None
        rows = [{**record, **one.values} for one in tried]
        scores = model.predict(model.encoder.encode_records(rows))
        flipped = np.flatnonzero(model.answers(scores, rows) != answer)
        if len(flipped):
            best = min(flipped, key=lambda place: tried[place].cost)
            return _brought_back(model, record, tried[best], answer)
        moved = np.abs(scores - asked).max(axis=1)
        closest = [tried[place] for place in np.argsort(-_progress(answer, scores, asked, moved))[:BEST_SINGLES]]
        tried = [_with(one, other) for one in closest for other in singles if not set(other.values) & set(one.values)]
    return None


def _progress(answer: float, scores: Array, asked: Array, moved: Array) -> Array:
    """How far a change goes towards another answer."""
    if asked.shape[1] > 1:
        own = int(asked[0].argmax())
        return np.asarray(asked[0, own] - scores[:, own])
    towards = -1.0 if answer == 1 else 1.0
    return np.asarray(towards * (scores[:, 0] - asked[0, 0]) + 1e-12 * moved)


def _with(one: Try, other: Try) -> Try:
    return Try(one.values | other.values, one.cost + other.cost)


def _tries(column: ColumnProfile, old: object) -> Iterator[Try]:
    if column.kind == "number" and column.quantiles:
        yield from _numbers(column, old)
    elif column.kind in ("category", "boolean"):
        for seen in column.top[:MOST_NAMES]:
            if seen.value != str(old):
                yield Try({column.name: seen.value}, COST_OF_A_NAME)


def _numbers(column: ColumnProfile, old: object) -> Iterator[Try]:
    levels, values = np.array(QUANTILE_LEVELS), np.array(column.quantiles)
    now = to_number(old)
    place = float(np.interp(now, values, levels)) if np.isfinite(now) else 0.5
    for level in np.linspace(levels[0], levels[-1], N_STEPS):
        value = _rounded(float(np.interp(level, levels, values)), column)
        if value != now:
            yield Try({column.name: value}, abs(float(level) - place))


def _rounded(value: float, column: ColumnProfile) -> float:
    """Whole numbers stay whole; others get as many digits as their spread deserves."""
    if column.type.startswith(("int", "uint")):
        return float(round(value))
    spread = (column.quantiles[-1] - column.quantiles[0]) or 1.0
    return float(round(value, max(0, 2 - int(np.floor(np.log10(spread))))))


def _brought_back(model: Model, record: Row, found: Try, answer: float) -> tuple[Row, Try]:
    """Numbers moved back towards the old value as far as the answer stays another one."""
    values = dict(found.values)
    for name, new in found.values.items():
        old = to_number(record.get(name))
        if not isinstance(new, float) or not np.isfinite(old):
            continue
        near, far = float(old), new
        for _ in range(N_HALVINGS):
            middle = (near + far) / 2 if not _is_whole(old, new) else float(round((near + far) / 2))
            changed = {**record, **values, name: middle}
            if model.answers(model.predict(model.encoder.encode_records([changed])), [changed])[0] != answer:
                far = middle
            else:
                near = middle
        short = _short(far, abs(new - old))
        row = {**record, **values, name: short}
        still = model.answers(model.predict(model.encoder.encode_records([row])), [row])[0] != answer
        values[name] = short if still else far
    return {**record, **values}, Try(values, found.cost)


def _short(value: float, step: float) -> float:
    """With as many digits as a step of that size deserves."""
    return round(value, max(0, 2 - int(np.floor(np.log10(max(step, 1e-12))))))


def _is_whole(old: float, new: float) -> bool:
    return float(old).is_integer() and float(new).is_integer()
