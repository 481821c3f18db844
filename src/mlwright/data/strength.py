"""How much one column alone tells about the target."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from mlwright.core.once import once
from mlwright.data.bins import quantile_edges
from mlwright.data.columns import TrainingRows, mean_ranks
from mlwright.data.words import percent
from mlwright.records.profile import Roles

N_FOLDS = 5
MAX_CLASSES = 20
PRIOR_ROWS = 1.0
FINE, COARSE = 64, 8
MIN_ROWS = 50
SHARPEN_FROM = 0.7


class Strength(NamedTuple):
    """How well one column alone answers for rows that it has not learned from.

    Parameters
    ----------
    order : float
        From 0 (chance) to 1. Classes: Gini, twice the area under the ROC curve less one (mean over classes,
        weighted by their size). Numbers: correlation of the answers with the target's ranks.
    skill : float
        From 0 (no better than the same answer for all) to 1 (always right): the share of the squared error that
        the column takes away, of class membership or of the target's ranks.
    """

    order: float
    skill: float

    def told(self, roles: Roles) -> str:
        """What it means, as the words behind the column's name."""
        if roles.task == "binary":
            no, yes = roles.classes
            pairs = round(50 + 50 * self.order)
            return f"tells a '{yes}' from a '{no}' in {pairs} of 100 pairs (50 is chance)"
        return f"accounts for {percent(self.skill)} of the differences in '{roles.target}'"


@once
def strengths(rows: TrainingRows) -> dict[str, Strength]:
    """The strength of every input, strongest first; computed once for all who ask."""
    judge = Judge(rows)
    found = {name: judge.column(name) for name in rows.profile.roles.inputs}
    return dict(sorted(found.items(), key=lambda item: -item[1].order))


def chance(order: float, rows: TrainingRows, n_tried: int) -> float:
    """A bound for the chance that the best of `n_tried` columns of pure noise reaches this order (Bonferroni).

    Without a relation, a Gini has the standard error of the Mann-Whitney statistic and a correlation that of
    ``1 / sqrt(n)``; several classes are judged as the largest against the rest. Each column is tried in three ways.
    Where rows belong together, only one of each group counts.
    """
    if rows.profile.roles.task == "regression":
        error = 1 / math.sqrt(max(1, len(rows)))
    else:
        largest = int(np.bincount(rows.classes).max(initial=0))
        error = math.sqrt((len(rows) + 1) / (3 * max(1, largest * (len(rows) - largest))))
    return min(1.0, 3 * n_tried * float(ndtr(-order / error * math.sqrt(rows.independent_share))))


class Judge:
    """Answers by the mean of the target in each group of rows, learned on four fifths and tried on the last one.

    A group that is rare among the learning rows is drawn to the overall mean, as if one more row of it had
    been seen there; so a column with nearly as many names as rows gains nothing by chance.

    Parameters
    ----------
    rows : TrainingRows
    numbers : array of float64, shape (n_rows,), optional
        What is to be answered in place of the target; rows with NaN count as one value.
    """

    def __init__(self, rows: TrainingRows, numbers: NDArray[np.float64] | None = None) -> None:
        self.rows = rows
        if numbers is None and rows.profile.roles.task == "regression":
            numbers = rows.values
        self.is_number = numbers is not None
        answers = _memberships(rows) if numbers is None else [mean_ranks(numbers)]
        self.targets = [Target(each, float(each.mean()), float(each.var())) for each in answers]
        self._own = None if self.is_number else _place_among(answers)
        self.folds = _folds(rows, np.random.default_rng(rows.seed))

    def column(self, name: str) -> Strength:
        """How well one column answers; an ordered one is judged as numbers."""
        if self.rows.is_ordered(name):
            return self.number(self.rows.numbers(name))
        return self.strength(self.rows.bins(name).places)

    def number(self, values: NDArray[np.float64]) -> Strength:
        """How well numbers answer: cut coarsely and finely, below and above a usual value, and where classes part.

        The best way counts. Few numbers besides one that most rows have (an amount that was paid back) are told apart
        by none of them alone, as each comes once.

        Parameters
        ----------
        values : array of float64, shape (n_rows,)
            NaN is a group of its own.
        """
        ways = [cut(values, FINE, fine_ends=True), cut(values, COARSE), *_around_usual(values)]
        best = max(self.strength(places) for places in ways)
        if best.skill < SHARPEN_FROM or self.is_number:
            return best
        return max(best, self.strength(_where_classes_part(values, self.rows.classes)))

    def strength(self, places: NDArray[np.int64]) -> Strength:
        """How well the groups alone answer.

        Parameters
        ----------
        places : array of int64, shape (n_rows,)
            The group of each row, from 0.
        """
        cells = _Cells(self.folds, places)
        sums = self._sums(cells)
        answers = cells.answers(sums)
        if self.is_number:
            order = _correlation(answers[0], sums[0], cells.counts, self.targets[0])
        else:
            orders = _ginis(answers, sums, cells.counts)
            order = float(np.average(orders, weights=[target.mean for target in self.targets]))
        return Strength(min(max(order, 0.0), 1.0), self._skill(cells, sums, answers))

    def skill(self, places: NDArray[np.int64]) -> float:
        """The skill of `strength` alone, in half of the time."""
        cells = _Cells(self.folds, places)
        sums = self._sums(cells)
        return self._skill(cells, sums, cells.answers(sums))

    def _skill(self, cells: _Cells, sums: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
        squares = sum(target.squares for target in self.targets)
        spread = len(self.folds) * sum(target.variance for target in self.targets)
        error = squares - 2 * float((answers * sums).sum()) + float((answers**2).sum(axis=0) @ cells.counts)
        return min(max(1 - error / spread, 0.0), 1.0) if spread > 0 else 0.0

    def _sums(self, cells: _Cells) -> NDArray[np.float64]:
        """The sums of all targets in each cell, shape (n_targets, n_cells)."""
        if self._own is None:
            return np.array([cells.sums(target.values) for target in self.targets])
        return cells.counts_by(self._own, len(self.targets))


class Target(NamedTuple):
    """What is to be answered, a number for each row, with its mean and variance."""

    values: NDArray[np.float64]
    mean: float
    variance: float

    @property
    def squares(self) -> float:
        """The sum of the squares."""
        return len(self.values) * (self.variance + self.mean**2)


def cut(values: NDArray[np.float64], n_bins: int, *, fine_ends: bool = False) -> NDArray[np.int64]:
    """Numbers as groups of about equal size, by their order; missing ones are the last group."""
    return np.searchsorted(quantile_edges(values, n_bins, fine_ends=fine_ends), values).astype(np.int64)


def _around_usual(values: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Whether numbers are below, at or above the value that most rows have, or missing; nothing where none has most."""
    known = values[~np.isnan(values)]
    usual = np.median(known) if len(known) else 0.0
    if 2 * int((known == usual).sum()) <= len(known) or (known == usual).all():
        return []
    return [np.select([np.isnan(values), values < usual, values > usual], [3, 0, 2], 1).astype(np.int64)]


def _where_classes_part(values: NDArray[np.float64], classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers cut by a small decision tree, twice as many groups as classes: so few gain next to nothing by chance."""
    from sklearn.tree import DecisionTreeClassifier

    n_groups = 2 * min(MAX_CLASSES, int(classes.max(initial=1)) + 1)
    tree = DecisionTreeClassifier(max_leaf_nodes=n_groups, min_samples_leaf=5, random_state=0)
    leaves = tree.fit(values[:, None], classes).apply(values[:, None])
    return np.unique(leaves, return_inverse=True)[1].astype(np.int64)


class _Cells:
    """Rows by group and fold: what a judge needs are sums over the rows of a cell."""

    def __init__(self, folds: NDArray[np.int64], places: NDArray[np.int64]) -> None:
        self.n_groups = int(places.max(initial=0)) + 1
        self.of_row = folds * self.n_groups + places
        cells = np.arange(self.n_groups * N_FOLDS)
        if len(cells) > len(places):
            cells, self.of_row = np.unique(self.of_row, return_inverse=True)
        self.group, self.fold = cells % self.n_groups, cells // self.n_groups
        self.counts = self.sums(np.ones(len(places)))

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the values in each cell."""
        return np.bincount(self.of_row, values, len(self.group)).astype(np.float64)

    def counts_by(self, sorts: NDArray[np.int64], n_sorts: int) -> NDArray[np.float64]:
        """How many rows of each sort a cell has, shape (n_sorts, n_cells); rows of a sort beyond are not counted."""
        n_cells = len(self.group)
        counts = np.bincount(sorts * n_cells + self.of_row, minlength=(n_sorts + 1) * n_cells)
        return counts[: n_sorts * n_cells].reshape(n_sorts, n_cells).astype(np.float64)

    def answers(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """The means of each cell's group, learned from the other folds; sums and means have a row for each target."""
        fold_counts, fold_sums = (self._by(self.fold, N_FOLDS, each) for each in (self.counts[None], sums))
        whole = sums.sum(axis=1, keepdims=True)
        overall = (whole - fold_sums) / np.maximum(self.counts.sum() - fold_counts, 1)
        seen, total = (
            self._by(self.group, self.n_groups, each)[:, self.group] - each for each in (self.counts[None], sums)
        )
        answers: NDArray[np.float64] = (total + PRIOR_ROWS * overall[:, self.fold]) / (seen + PRIOR_ROWS)
        return answers

    def _by(self, parts: NDArray[np.int64], n_parts: int, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums over the cells of each part, shape (n_targets, n_parts)."""
        at = parts + n_parts * np.arange(len(sums))[:, None]
        found = np.bincount(at.ravel(), sums.ravel(), n_parts * len(sums)).astype(np.float64)
        return found.reshape(len(sums), n_parts)


def _memberships(rows: TrainingRows) -> list[NDArray[np.float64]]:
    """Whether a row is of a class: for two classes of the last one, else of each of the largest ones."""
    sizes = np.bincount(rows.classes, minlength=len(rows.profile.roles.classes))
    if len(sizes) == 2:
        return [(rows.classes == 1).astype(np.float64)]
    largest = np.argsort(-sizes, kind="stable")[:MAX_CLASSES]
    return [(rows.classes == place).astype(np.float64) for place in largest if sizes[place]]


def _place_among(memberships: list[NDArray[np.float64]]) -> NDArray[np.int64]:
    """Which of some memberships each row has; one beyond where it has none."""
    places = np.full(len(memberships[0]), len(memberships))
    for place, is_of in enumerate(memberships):
        places[is_of == 1] = place
    return places


def _folds(rows: TrainingRows, rng: np.random.Generator) -> NDArray[np.int64]:
    """A fold for each row: whole groups where rows belong together, else balanced over the target."""
    group = rows.profile.roles.group
    if group is not None:
        names, places = rows.levels(group)
        by_group = np.append(rng.integers(0, N_FOLDS, len(names)), 0)
        return np.asarray(by_group[places], dtype=np.int64)
    target = rows.values if rows.profile.roles.task == "regression" else rows.classes
    by_target = np.lexsort([rng.random(len(rows)), target])
    folds = np.empty(len(rows), dtype=np.int64)
    blocks = rng.permuted(np.tile(np.arange(N_FOLDS), (len(rows) // N_FOLDS + 1, 1)), axis=1)
    folds[by_target] = blocks.ravel()[: len(rows)]
    return folds


def _ginis(
    answers: NDArray[np.float64], positives: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Twice the areas under the ROC curves less one, from cells whose rows have one answer to each target.

    Shape (n_targets,); answers and positives are of shape (n_targets, n_cells).
    """
    rounded = answers.round(12)
    order = np.argsort(rounded, axis=1)
    rising, n_targets = np.take_along_axis(rounded, order, axis=1), len(answers)
    levels = np.cumsum(np.diff(rising, axis=1, prepend=rising[:, :1]) > 0, axis=1)
    levels += np.arange(n_targets)[:, None] * rising.shape[1]

    def by_level(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(levels.ravel(), values.ravel(), levels.size).astype(np.float64).reshape(levels.shape)

    yes = by_level(np.take_along_axis(positives, order, axis=1))
    no = by_level(counts[order]) - yes
    below = np.cumsum(no, axis=1) - no
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    found: NDArray[np.float64] = 2 * (yes * (below + no / 2)).sum(axis=1) / np.maximum(pairs, 1.0) - 1
    return np.where(pairs > 0, found, 0.0).astype(np.float64)


def _correlation(
    answers: NDArray[np.float64], sums: NDArray[np.float64], counts: NDArray[np.float64], target: Target
) -> float:
    """Pearson's correlation of answers with the target, from cells whose rows have one answer."""
    n = counts.sum()
    apart = answers - answers @ counts / n
    scale = math.sqrt(float(apart**2 @ counts) / n * target.variance)
    return float(apart @ (sums - target.mean * counts)) / n / scale if scale > 0 else 0.0
