"""What decides an answer: one threshold, one for each case, or what each answer is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import UserMistake
from mlwright.records.model import Linear, ModelSpec, OwnAmounts
from mlwright.scoring.columns import is_records, missing_field, read_columns
from mlwright.scoring.nested import flatten, inner_names
from mlwright.scoring.spelling import to_number, to_number_array

Array = NDArray[np.float64]
Decisive: TypeAlias = "float | Array"
"""Two classes: the probability from which on the second is answered, for all rows or of shape (n_rows,). Several: what
each answer is worth, shape (n_classes, n_classes), by what is true and what is answered; a number where the most
probable one is answered."""

DEFAULT_THRESHOLD = 0.5


def usually_decisive(spec: ModelSpec) -> Decisive:
    """What decides the answers where a case has the usual amounts."""
    if spec.worth:
        return np.array(spec.worth)
    return DEFAULT_THRESHOLD if spec.threshold is None else spec.threshold


def decisive(spec: ModelSpec, rows: Any = None) -> Decisive:
    """What decides the answers to some rows.

    Parameters
    ----------
    spec : ModelSpec
    rows : table, optional
        As in `columns.read_columns`; looked at where each case is answered by its own amounts.

    Raises
    ------
    TableError
        If they lack the column of an amount.
    UserMistake
        If they are needed and were not given.
    """
    if spec.amounts is None:
        return usually_decisive(spec)
    if rows is None:
        raise UserMistake(
            "This model answers each case by its own amounts, so that scores alone are not enough.",
            f"Give the rows too; they hold {', '.join(spec.amounts.usual)}.",
        )
    return own_thresholds(spec.amounts, _numbers(spec.amounts, rows))


def places_answered(scores: Array, decides: Decisive) -> NDArray[np.int64]:
    """The place of the answered class of each row, shape (n_rows,).

    Parameters
    ----------
    scores : array, shape (n_rows, n_outputs)
        The probability of the second of two classes, or of each of several.
    decides : float or array

    Examples
    --------
    >>> places_answered(np.array([[0.5, 0.3, 0.2]]), np.array([[0.0, -1, -1], [-1, 0, -1], [-9, -9, 0]])).tolist()
    [2]
    """
    if scores.shape[1] == 1:
        return (scores[:, 0] >= decides).astype(np.int64)
    found: NDArray[np.int64] = (scores @ decides if np.ndim(decides) == 2 else scores).argmax(axis=1)
    return found


def own_thresholds(amounts: OwnAmounts, columns: Mapping[str, Array]) -> Array:
    """The probability from which on each case is answered positive, shape (n_rows,).

    Where a positive answer would be worth less when it is true than when it is not, one half stands for all
    probabilities: such a case is answered positive always or never.

    References
    ----------
    Zadrozny, B. and Elkan, C. (2001). Learning and making decisions when costs and probabilities are both unknown. KDD.
    """
    saved, spent = _sum(amounts.saved, columns), _sum(amounts.spent, columns) + amounts.least
    whole = saved + spent - amounts.least
    sound = whole > 0
    always = np.where(whole / 2 >= spent, -np.inf, np.inf)
    return np.where(sound, spent / np.where(sound, whole, 1.0), always)


def _sum(amount: Linear, columns: Mapping[str, Array]) -> Array:
    return np.asarray(amount.plus + sum(times * columns[name] for name, times in amount.times.items()))


def _numbers(amounts: OwnAmounts, rows: Any) -> dict[str, Array]:
    """The columns of the amounts; where one is not known, the usual one."""
    names = list(amounts.usual)
    if is_records(rows):
        inner = inner_names(names)
        rows = [flatten(row, inner) for row in rows] if inner else rows
        if any(name not in row for row in rows for name in names):
            raise missing_field(rows, names)
        found = {name: np.array([to_number(row[name]) for row in rows], dtype=np.float64) for name in names}
    else:
        picked = read_columns(rows).pick(names)
        found = {
            name: np.array([to_number(value) for value in values], dtype=np.float64)
            if isinstance(values, list)
            else to_number_array(values)
            for name, values in zip(names, picked, strict=True)
        }
    return {name: np.where(np.isfinite(values), values, amounts.usual[name]) for name, values in found.items()}
