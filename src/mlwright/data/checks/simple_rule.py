"""A target that a short rule gives away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._encoded import encoded
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.words import figure, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_ROWS = 10_000
MIN_ROWS = 200
MAX_INPUTS = 200
MAX_CLASSES = 20
LEAST_OTHERS = 0.05
RIGHT_SHARE = 0.995
MOST_LEAVES = 8
ALONE = 0.97
N_FOLDS = 5


class SimpleRule(Check):
    """A decision tree of eight leaves at most is right in 99.5 % of the rows that it has not learned from.

    And no input alone is: that is told by `target_leak`. Asked for classes of which the largest has 95 % of the rows at
    most, so that chance does not make such a rule: in 200 rows it could be wrong once.
    """

    group = "target"
    severity = "warning"
    title = "A short rule gives the answer"
    action = (
        "If these inputs are known when the prediction is made, write the rule down: no model is needed. If the answer "
        "was made from them, or they from it, it is a leak: leave them out (mlwright run --ignore)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        if profile.roles.task == "regression" or len(profile.roles.classes) > MAX_CLASSES:
            raise NotApplicable("the target is a number, or has very many classes")
        rows = training_rows(table, profile)
        sizes = np.bincount(rows.classes, minlength=2) / max(1, len(rows))
        if len(rows) < MIN_ROWS or sizes.max() > 1 - LEAST_OTHERS:
            raise NotApplicable("there are too few rows, or nearly all have one answer")
        if max((strength.skill for strength in strengths(rows).values()), default=0.0) >= ALONE:
            raise NotApplicable("one input alone gives the target away")
        matrix, features = encoded(rows, list(profile.roles.inputs[:MAX_INPUTS]))
        few = np.random.default_rng(rows.seed).permutation(len(rows))[:MAX_ROWS]
        share, tree = _tried(matrix[few], rows.classes[few], rows.seed)
        if share >= RIGHT_SHARE:
            used = list(dict.fromkeys(features[place][0] for place in tree.feature if place >= 0))
            if len(used) > 1:
                yield self.found(
                    f"A rule over {len(used)} inputs ({listing(repr(name) for name in used)}) gives the right "
                    f"'{profile.roles.target}' in {percent(share)} of the rows that it was not made from: "
                    f"{_told(tree, features, profile.roles.classes, np.unique(rows.classes[few]))}.",
                    *used,
                )

    @staticmethod
    def speaks() -> Specimen:
        """Who is heavy and red is in."""
        return Specimen(_ruled(noise=0.0))

    @staticmethod
    def quiet() -> Specimen:
        """Mostly so, but not always."""
        return Specimen(_ruled(noise=0.06))


def _tried(matrix: NDArray[np.float32], y: NDArray[np.int64], seed: int) -> tuple[float, Any]:
    """The share of right answers on rows that were held out, and the tree that all rows make."""
    from sklearn.model_selection import KFold
    from sklearn.tree import DecisionTreeClassifier

    if not matrix.shape[1]:
        return 0.0, None
    model = DecisionTreeClassifier(max_leaf_nodes=MOST_LEAVES, random_state=seed)
    n_right = 0
    for learned, held in KFold(N_FOLDS, shuffle=True, random_state=seed).split(matrix):
        n_right += int((model.fit(matrix[learned], y[learned]).predict(matrix[held]) == y[held]).sum())
    return n_right / len(y), model.fit(matrix, y).tree_


def _told(tree: Any, features: list[tuple[str, str | None]], classes: tuple[str, ...], known: NDArray[np.int64]) -> str:
    """The rule of the leaf with most rows, in words."""
    leaves = np.flatnonzero(tree.feature < 0)
    leaf = int(leaves[tree.n_node_samples[leaves].argmax()])
    answer = classes[int(known[tree.value[leaf, 0].argmax()])]
    steps: list[str] = []
    node = leaf
    while node:
        left, right = np.flatnonzero(tree.children_left == node), np.flatnonzero(tree.children_right == node)
        parent = int(left[0] if len(left) else right[0])
        steps.append(_step(features[tree.feature[parent]], float(tree.threshold[parent]), is_above=not len(left)))
        node = parent
    return f"'{answer}' where {listing(reversed(steps), 4)}"


def _step(feature: tuple[str, str | None], threshold: float, *, is_above: bool) -> str:
    column, name = feature
    if name is not None:
        return f"{column} is {'' if is_above else 'not '}'{name}'"
    return f"{column} is {'above' if is_above else 'at most'} {figure(threshold)}"


def _ruled(noise: float) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns(600).items()}
    slips = np.random.default_rng(1).random(600) < noise
    is_in = [(w > 68) and (c == "red") for w, c in zip(columns["weight"], columns["colour"], strict=True)]
    columns["y"] = ["yes" if a != b else "no" for a, b in zip(is_in, slips, strict=True)]
    return columns
