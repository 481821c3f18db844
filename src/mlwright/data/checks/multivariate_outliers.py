"""Rows whose numbers do not go together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._extremes import values_apart
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, mean_ranks, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

MAX_COLUMNS = 60
MIN_DISTINCT = 20
ROWS_A_COLUMN = 20
FALSE_ALARMS = 0.001
RIDGE = 0.01
NEAREST = 0.975
ON_A_LINE = 0.8


class MultivariateOutliers(Check):
    """Rows in which each number is ordinary and their combination is not: a tall person who weighs little.

    Every column is turned into normal scores by its ranks, so that no single value can stand apart; the distance of a
    row is Mahalanobis' with their correlations, taken from the 97.5 % of the rows that are nearest at first, so that
    odd rows do not hide each other (Rousseeuw and van Driessen). A row counts if its distance lies beyond a gap that no
    natural tail explains (`_extremes.values_apart`). Where none does, because other columns have long tails, the pairs
    of columns that lie on a line (`ON_A_LINE`) are looked at by themselves. The chance of a false alarm is below 0.1 %,
    a half of it for all columns and a half for all pairs. Needs 20 rows for each
    column with 20 different values; looks at 50,000 rows at most.

    References
    ----------
    Mahalanobis, P. C. (1936). On the generalised distance in statistics. Proceedings of the National Institute of
    Sciences of India 2(1).

    Rousseeuw, P. J. and van Driessen, K. (1999). A fast algorithm for the minimum covariance determinant estimator.
    Technometrics 41(3).
    """

    severity = "note"
    title = "Rows whose numbers do not go together"
    action = "Look at these rows: swapped columns, a slipped digit, two cases in one? mlwright takes them as they are."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all rows."""
        names = [column.name for column in profile.inputs if _is_measured(column, profile)][:MAX_COLUMNS]
        rows = sampled_rows(table, profile)
        if len(names) < 2 or len(rows) < ROWS_A_COLUMN * len(names):
            raise NotApplicable("there are fewer than two numeric inputs, or too few rows to relate them")
        scores = np.column_stack([_normal_scores(rows, name) for name in names])
        _, first = _distances(scores, scores)
        precision, distances = _distances(scores, scores[first <= np.quantile(first, NEAREST)])
        odd = _beyond(distances, FALSE_ALARMS / 2)
        if odd is not None:
            pair = _oddest_pair(scores[odd[0]], precision, names)
        elif (found := _off_their_line(scores, precision)) is not None:
            odd, pair = found.rows, [names[place] for place in found.pair]
        else:
            return
        where = int(rows.positions[odd[0]])
        verb = "combines" if len(odd) == 1 else "combine"
        yield self.found(
            f"{counted(len(odd), 'row')} of {len(rows):,} {verb} numbers as no other row does; in row {where:,} "
            f"{listing(f'{name!r} ({rows.numbers(name)[odd[0]]:g})' for name in pair)} go together least.",
            *pair,
            rows=rows.positions[odd[:6]].tolist(),
        )

    @staticmethod
    def speaks() -> Specimen:
        """Two people have the shoes of another."""
        return Specimen(_people(swapped=True))

    @staticmethod
    def quiet() -> Specimen:
        """All have their own."""
        return Specimen(_people(swapped=False))


class _OffLine(NamedTuple):
    """Rows far from the line on which two columns lie."""

    rows: NDArray[np.int64]
    pair: tuple[int, int]


def _beyond(distances: NDArray[np.float64], false_alarms: float) -> NDArray[np.int64] | None:
    """The rows whose distance lies beyond a gap, the farthest first; None if there are none."""
    for apart in values_apart(distances, false_alarms, centre=0.0):
        if distances[apart.rows[0]] > max(0.0, float(np.median(distances))):
            return apart.rows
    return None


def _off_their_line(scores: NDArray[np.float64], precision: NDArray[np.float64]) -> _OffLine | None:
    """Of the pairs of columns that lie on a line, the first with rows far from it."""
    related = np.linalg.inv(precision)
    pairs = [(i, j) for i, j in zip(*np.triu_indices(len(related), 1), strict=True) if abs(related[i, j]) >= ON_A_LINE]
    for i, j in sorted(pairs, key=lambda pair: -abs(related[pair])):
        off = np.abs(scores[:, j] - np.sign(related[i, j]) * scores[:, i])
        if (rows := _beyond(off, FALSE_ALARMS / 2 / len(pairs))) is not None:
            return _OffLine(rows, (int(i), int(j)))
    return None


def _is_measured(column: ColumnProfile, profile: Profile) -> bool:
    is_full = column.n_missing < profile.n_rows / 2
    return column.kind == "number" and column.n_distinct >= MIN_DISTINCT and is_full


def _normal_scores(rows: Rows, name: str) -> NDArray[np.float64]:
    """The column as a normal variable of the same order; 0 where missing."""
    values = rows.numbers(name)
    scores: NDArray[np.float64] = ndtri(np.clip(mean_ranks(values), 0.5 / len(values), 1 - 0.5 / len(values)))
    scores[np.isnan(values)] = 0.0
    return scores


def _distances(
    scores: NDArray[np.float64], learned_from: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The inverse of the correlations in some rows, and by it the distance of every row."""
    n = scores.shape[1]
    related = (1 - RIDGE) * np.corrcoef(learned_from, rowvar=False) + RIDGE * np.eye(n)
    precision: NDArray[np.float64] = np.linalg.inv(related).astype(np.float64)
    return precision, np.einsum("ij,jk,ik->i", scores, precision, scores)


def _oddest_pair(scores: NDArray[np.float64], precision: NDArray[np.float64], names: list[str]) -> list[str]:
    """The two columns that add most to the distance of a row."""
    shares = scores * (precision @ scores)
    return [names[place] for place in np.argsort(-shares)[:2]]


def _people(*, swapped: bool) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns(600).items()}
    noise = np.random.default_rng(1).normal(0, 0.2, 600)
    shoe = [round(height / 4 + extra, 1) for height, extra in zip(columns["height"], noise, strict=True)]
    if swapped:
        ends = np.argsort(columns["height"])[[5, -5]]
        shoe[ends[0]], shoe[ends[1]] = shoe[ends[1]], shoe[ends[0]]
    return columns | {"shoe": shoe}
