"""Answers that are likely wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._encoded import encoded
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_ROWS = 4_000
MIN_ROWS = 200
MAX_INPUTS = 200
MAX_CLASSES = 20
LEAST_CLASS_ROWS = 20
N_FOLDS = 5
N_TREES = 100
LEAST_RIGHT = 0.8
SURE_HALF = 0.5
LEAST_FLOOR = 0.01
LEAST_ERRORS = 6
FLAT = 0.5
LEAST_DOUBT = 0.2
MOST_SHOWN = 20
SURELY = 4.0
UNSURE = "a quick model is not sure enough of the classes to tell a wrong one"


class LabelErrors(Check):
    """Training rows whose class a quick model contradicts where it is surest, as often as where it is less sure.

    Confident learning: an extremely random forest answers for rows that it has not learned from; a row is suspected if
    its own class has a probability of 0.2 at most and another class one at least as high as rows of that class have on
    average. What depends on chance by nature is contradicted too, but ever more seldom the surer the model is; wrong
    labels are contradicted everywhere alike. So it speaks only if the model is right in 80 % of the rows of each class
    on average, and if among the half of the rows where it is surest 1 % are contradicted (six at least), in the surest
    fifth of all (three at least) half as often as in the rest of that half. Clean labels give no such floor. Up to
    4,000 rows and 20 classes; text is not read. If the first fifth of the rows shows, four standard errors clear, that
    the model is not right so often, the rest is not asked.

    References
    ----------
    Northcutt, C., Jiang, L. and Chuang, I. (2021). Confident learning: estimating uncertainty in dataset labels.
    Journal of Artificial Intelligence Research 70.
    """

    dear = True
    group = "target"
    severity = "warning"
    title = "Answers that are likely wrong"
    action = (
        "Have somebody look at these rows, the first ones first, and mend the answer where it is wrong. Wrong answers "
        "cost accuracy, and in the test they make every model look worse than it is."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding with the rows to look at."""
        if profile.roles.task == "regression":
            raise NotApplicable("the target is a number")
        rows = training_rows(table, profile)
        chosen = _chosen(rows)
        names = list(profile.roles.inputs[:MAX_INPUTS])
        matrix, _ = encoded(rows, names)
        y = rows.classes[chosen]
        probabilities = _answers(matrix[chosen], y, rows.seed)
        doubts = doubtful(probabilities, y)
        if doubts is None:
            raise NotApplicable(UNSURE)
        if not len(doubts.rows):
            return
        classes = profile.roles.classes
        told = listing(
            (
                f"row {rows.positions[chosen[row]]:,} says '{classes[y[row]]}', the model '{classes[other]}' "
                f"({percent(float(probabilities[row, other]))})"
                for row, other in zip(doubts.rows, doubts.likely, strict=True)
            ),
            2,
        )
        yield self.found(
            f"{counted(len(doubts.rows), 'answer')} of {len(y):,} looked at {'is' if len(doubts.rows) == 1 else 'are'} "
            f"likely wrong: a quick model contradicts {percent(doubts.floor)} of the answers even where it is surest; "
            f"{told}.",
            profile.roles.target,
            rows=rows.positions[chosen[doubts.rows[:MOST_SHOWN]]].tolist(),
        )

    @staticmethod
    def speaks() -> Specimen:
        """One answer in twenty was written down wrongly."""
        return Specimen(_flowers(slips=0.06))

    @staticmethod
    def quiet() -> Specimen:
        """All answers are right, though some flowers look like the others."""
        return Specimen(_flowers(slips=0.0))


class Doubts(NamedTuple):
    """Suspected rows, the likeliest first, what they likely are, and the share of contradictions where it is surest."""

    rows: NDArray[np.int64]
    likely: NDArray[np.int64]
    floor: float


def doubtful(probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> Doubts | None:
    """The rows whose class is likely wrong; None if the model is not sure enough to tell.

    Parameters
    ----------
    probabilities : array, shape (n_rows, n_classes)
        For rows that the model has not learned from; 0 for classes that are left out.
    y : array of int, shape (n_rows,)
    """
    present = np.unique(y)
    own, answer, sure = probabilities[np.arange(len(y)), y], probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = np.array([(answer[y == k] == k).mean() for k in present])
    usual = np.ones(probabilities.shape[1])
    usual[present] = [own[y == k].mean() for k in present]
    if right.mean() < LEAST_RIGHT or right.min() < LEAST_RIGHT - 0.2:
        return None
    nothing = np.empty(0, dtype=np.int64)
    by_sureness = np.argsort(-sure, kind="stable")
    half = by_sureness[: int(SURE_HALF * len(y))]
    wrong = answer[half] != y[half]
    n_first = len(y) // 5
    first, rest = float(wrong[:n_first].mean()), float(wrong[n_first:].mean())
    floor = float(wrong.mean())
    is_few = wrong.sum() < LEAST_ERRORS or wrong[:n_first].sum() < LEAST_ERRORS / 2
    if is_few or floor < LEAST_FLOOR or first < FLAT * rest:
        return Doubts(nothing, nothing, floor)
    suspects = np.flatnonzero((answer != y) & (own <= LEAST_DOUBT) & (sure >= usual[answer]))
    ranked = suspects[np.argsort(own[suspects] - sure[suspects], kind="stable")]
    return Doubts(ranked, answer[ranked], floor)


def _chosen(rows: TrainingRows) -> NDArray[np.int64]:
    """Places of the rows to look at: those of classes that have enough rows."""
    sizes = np.bincount(rows.classes, minlength=len(rows.profile.roles.classes))
    enough = np.flatnonzero(sizes >= LEAST_CLASS_ROWS)
    usable = np.flatnonzero(np.isin(rows.classes, enough))
    if not 2 <= len(enough) <= MAX_CLASSES or len(usable) < MIN_ROWS:
        raise NotApplicable("there are too few rows of each class, or too many classes")
    rng = np.random.default_rng(rows.seed)
    return usable if len(usable) <= MAX_ROWS else np.sort(rng.choice(usable, MAX_ROWS, replace=False))


def _answers(matrix: NDArray[np.float32], y: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Probabilities of all classes for rows that the model has not learned from."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.model_selection import StratifiedKFold

    if np.bincount(y).max() > len(y) - LEAST_CLASS_ROWS or not matrix.shape[1]:
        raise NotApplicable("there are too few rows of each class")
    found = np.zeros((len(y), int(y.max()) + 1))
    for learned, held in StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(matrix, y):
        model = ExtraTreesClassifier(N_TREES, min_samples_leaf=3, random_state=seed, n_jobs=1)
        model.fit(matrix[learned], y[learned])
        found[np.ix_(held, model.classes_)] = model.predict_proba(matrix[held])
        if _is_hopeless(found[held], y[held]):
            raise NotApplicable(UNSURE)
    return found


def _is_hopeless(probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> bool:
    """Whether a model that is right on so few rows will not be found sure enough on all: four standard errors below."""
    answer = probabilities.argmax(axis=1)
    right = np.array([(answer[y == k] == k).mean() for k in np.unique(y)])
    n = np.unique(y, return_counts=True)[1]
    error = np.sqrt((right * (1 - right) / n).sum() + (0.25 / n**2).sum()) / len(n)
    return bool(right.mean() + SURELY * error < LEAST_RIGHT)


def _flowers(slips: float) -> dict[str, list[object]]:
    """Three kinds of flowers, whose leaves differ in size and overlap a little."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 900)
    columns: dict[str, list[object]] = {
        f"leaf_{place}": (kind * step + rng.normal(size=900)).round(3).tolist()
        for place, step in enumerate((3.0, -2.0, 2.5))
    }
    said = np.where(rng.random(900) < slips, (kind + rng.integers(1, 3, 900)) % 3, kind)
    return columns | {"y": [f"kind {'ABC'[k]}" for k in said]}
