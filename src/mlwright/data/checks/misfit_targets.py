"""Numbers to predict that do not fit their row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._encoded import encoded
from mlwright.data.checks._extremes import values_apart
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_ROWS = 4_000
MIN_ROWS = 200
MAX_INPUTS = 200
N_FOLDS = 5
N_TREES = 40
LEAST_SKILL = 0.3
FALSE_ALARMS = 0.001


class MisfitTargets(Check):
    """Training rows whose target lies far from what a quick model answers, beyond a gap that no natural tail explains.

    The target may be ordinary in itself and impossible for its row. An extremely random forest and a line answer for
    rows that they have not learned from; the nearer answer counts and must explain 30 % of the spread. Its errors are
    judged by `_extremes.values_apart`, which holds the chance of a false alarm below 0.1 %. Up to 4,000 rows are looked
    at; text is not read.
    """

    dear = True
    group = "target"
    severity = "note"
    title = "Answers that do not fit their row"
    action = "Look at these rows: a slipped point, another unit, a wrong line? Mend the answer or leave the row out."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding with the rows to look at."""
        if profile.roles.task != "regression":
            raise NotApplicable("the target is not a number")
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few for a quick model")
        rng = np.random.default_rng(rows.seed)
        chosen = np.sort(rng.choice(len(rows), min(MAX_ROWS, len(rows)), replace=False))
        matrix, _ = encoded(rows, list(profile.roles.inputs[:MAX_INPUTS]))
        y = rows.values[chosen]
        answers = _answers(matrix[chosen], y, rows.seed)
        errors = y - answers
        if np.median(np.abs(errors)) > (1 - LEAST_SKILL) * np.median(np.abs(y - np.median(y))):
            raise NotApplicable("a quick model does not know enough of the target to tell a wrong one")
        apart = values_apart(np.abs(errors), FALSE_ALARMS)
        odd = apart[0].rows if apart and errors[apart[0].rows].any() else np.empty(0, dtype=np.int64)
        if len(odd):
            first = odd[0]
            yield self.found(
                f"In {counted(len(odd), 'training row')} of {len(y):,} looked at the target is unlike any that such "
                f"rows have: row {rows.positions[chosen[first]]:,} has {figure(float(y[first]))}, where a quick model "
                f"answers {figure(float(answers[first]))}.",
                profile.roles.target,
                rows=rows.positions[chosen[odd[:10]]].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two answers belong to other rows."""
        return Specimen(_made(slipped=True))

    @staticmethod
    def quiet() -> Specimen:
        """All answers belong to their rows."""
        return Specimen(_made(slipped=False))


def _answers(matrix: NDArray[np.float32], y: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Of two models' answers, for rows that they have not learned from, the one that is nearer to the target.

    A forest does not reach beyond what it has seen, a line does not bend; what both contradict does not fit.
    """
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import RobustScaler

    scaled = np.clip(RobustScaler().fit_transform(matrix), -5, 5)
    forest, line = np.zeros(len(y)), np.zeros(len(y))
    for learned, held in KFold(N_FOLDS, shuffle=True, random_state=seed).split(matrix):
        trees = ExtraTreesRegressor(N_TREES, min_samples_leaf=3, max_features=0.5, random_state=seed, n_jobs=1)
        forest[held] = trees.fit(matrix[learned], y[learned]).predict(matrix[held])
        line[held] = Ridge(1.0).fit(scaled[learned], y[learned]).predict(scaled[held])
    nearer: NDArray[np.float64] = np.where(np.abs(forest - y) < np.abs(line - y), forest, line)
    return nearer


def _made(*, slipped: bool) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_numbers(800).items()}
    noise = np.random.default_rng(3).normal(0, 2, 800)
    columns["y"] = [round(3 * w + extra, 2) for w, extra in zip(columns["weight"], noise, strict=True)]
    if slipped:
        low, high = np.argsort(columns["y"])[[60, -60]]
        columns["y"][low], columns["y"][high] = columns["y"][high], columns["y"][low]
    return columns
