"""Whether test rows can be told from training rows, and what becomes of those that are least like them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from mlwright.core.family import NotApplicable
from mlwright.data.columns import Rows
from mlwright.data.words import percent
from mlwright.judging.probes import Judged, Known, Probe
from mlwright.learning.metrics import METRICS
from mlwright.records.profile import Profile
from mlwright.statistics.ranking import area_bounds, area_influence
from mlwright.statistics.sampling import Sampling

Array = NDArray[np.float64]

FEWEST_ROWS, MOST_ROWS = 100, 4_000
N_FOLDS = 3
N_TREES = 60
LEAST_LEAF = 5
CHANCE = 0.5
BELOW_ALL = -1e30


class UnlikeTraining(Probe):
    """Nothing is disturbed: the test rows that are least like the training rows are judged against the others.

    A forest learns to tell test rows from training rows by their inputs; each row is told by trees that have not seen
    it. The area under its ROC curve is 0.5 where they are alike, as after a split at random, and near 1 where the world
    has moved on, as after a split by time. What counts is the gain over the dummy. The strength is the share of rows
    that are too like training rows to be judged.

    References
    ----------
    Lopez-Paz, D. and Oquab, M. (2017). Revisiting classifier two-sample tests. ICLR.
    """

    title = "The rows least like those of training"
    dear = True
    strengths = (0.5, 0.75)

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The rows as they are."""
        return table

    def judged(
        self, table: pa.Table, profile: Profile, strength: float, known: Known, rng: np.random.Generator
    ) -> Judged:
        """The rows that are surest to be no training rows."""
        if min(len(known.target), table.num_rows) < FEWEST_ROWS:
            raise NotApplicable(f"there are fewer than {FEWEST_ROWS} rows on one of the two sides")
        chance = np.random.default_rng(0)
        some = np.sort(chance.permutation(len(known.target))[:MOST_ROWS])
        names = [name for name in table.column_names if name in profile.roles.inputs and name != profile.roles.time]
        if not names:
            raise NotApplicable("there is no input but the time")
        both = pa.concat_tables([known.table.select(names).take(pa.array(some)), table.select(names)])
        is_test = np.repeat([0.0, 1.0], [len(some), table.num_rows])
        told = _told_apart(_features(both, names, profile), is_test, chance)
        own = told.sureness[len(some) :] + 1e-9 * chance.random(table.num_rows)
        return Judged(own > np.quantile(own, strength), _in_words(told, is_test, names))

    def describe(self, strength: float) -> str:
        """Which rows are judged."""
        return f"only the {percent(1 - strength)} of the test rows that are least like training rows count"


def _features(table: pa.Table, names: Sequence[str], profile: Profile) -> Array:
    """Each column as one number: its value, or the place of its name; missing ones below all."""
    rows = Rows(profile, np.arange(table.num_rows), table, seed=0)
    return np.column_stack([*_as_numbers(rows, names)])


def _as_numbers(rows: Rows, names: Sequence[str]) -> Iterator[Array]:
    for name in names:
        if rows.is_ordered(name):
            values = rows.numbers(name)
            yield np.where(np.isnan(values), BELOW_ALL, values)
        else:
            yield rows.levels(name).places.astype(np.float64)


class _Told(NamedTuple):
    """How sure a forest is that each row is a test row, and how much it heeds each feature."""

    sureness: Array
    heeded: Array


def _told_apart(features: Array, is_test: Array, rng: np.random.Generator) -> _Told:
    """Tell test rows from training rows, each by trees that have not seen it."""
    fold, sureness = rng.integers(N_FOLDS, size=len(is_test)), np.empty(len(is_test))
    heeded = np.zeros(features.shape[1])
    for held in range(N_FOLDS):
        forest = RandomForestClassifier(
            N_TREES, min_samples_leaf=LEAST_LEAF, random_state=held, n_jobs=1, class_weight="balanced"
        ).fit(features[fold != held], is_test[fold != held])
        sureness[fold == held] = forest.predict_proba(features[fold == held])[:, 1]
        heeded += forest.feature_importances_
    return _Told(sureness, heeded)


def _in_words(told: _Told, is_test: Array, names: Sequence[str]) -> str:
    """Whether they can be told apart, and by what."""
    area = METRICS.get("roc_auc")().score(is_test, told.sureness[:, None], None)
    influence = area_influence(is_test, told.sureness[:, None])
    bounds = area_bounds(area, influence, int(np.bincount(is_test.astype(int)).min()), Sampling(len(is_test)))
    figures = f"area under the ROC curve {area:.2f}, between {bounds.low:.2f} and {bounds.high:.2f}"
    if bounds.low <= CHANCE:
        return f"Test rows cannot be told from training rows ({figures})."
    return f"Test rows can be told from training rows ({figures}), most by '{names[int(told.heeded.argmax())]}'."
