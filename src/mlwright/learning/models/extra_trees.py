"""Extremely randomised trees."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from mlwright.learning.aim import Aim
from mlwright.learning.forest import forest_to_onnx
from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._params import number, one_of, whole
from mlwright.learning.models._sample import some_rows
from mlwright.learning.models._target import class_shares, n_outputs, standardised
from mlwright.records.model import Candidate
from mlwright.scoring.cores.trees import TreesCore

Array = NDArray[np.float64]

MOST_ENTRIES = 2_000_000
"""Fits use a random part of the rows above this many entries of the matrix: no tree takes much longer than this."""
N_TREES, FEWEST_TREES = 100, 25
SHARP, CALM = 1, 5
"""Rows in a leaf at least. Where that would weigh too much there are fewer trees before leaves are larger."""
MOST_BYTES = 30_000_000
BYTES_PER_LEAF, BYTES_PER_ANSWER = 66, 16
LEAF_FILLING = 1.2
"""Leaves of trees that are grown until a leaf would have less than m rows hold about so many times m rows."""
CHUNK_S = 0.3
ROWS_BEYOND = 1.5
"""Of a leaf whose answer is a quantile, so many rows lie beyond it."""
PULL = 0.05
"""How many rows the class shares count in a leaf: enough that nothing is impossible. More blurs clean data, and in an
ensemble noisy data gains nothing by it."""


class ExtraTrees(ModelFamily):
    """The mean of many trees that are cut at random places.

    For classes in two forms: one follows clean data closely, the other stays calm on noisy data. The probabilities
    of a leaf are drawn a little towards the class shares, so that none is 0. What the model may weigh goes into small
    leaves before it goes into many trees: with 60 and 86 classes and 3,000 rows the log loss of 25 trees was 16 and
    20 % below that of 100 trees of the same size, with two classes and 24,000 rows (electricity) 6 %, and the error on
    16,000 diamonds 7 %. The sharp form is there for what it adds to others, not for itself: alone it loses to a
    calmer one on noisy data.

    References
    ----------
    Geurts, P., Ernst, D. and Wehenkel, L. (2006). Extremely randomized trees. Machine Learning 63.
    """

    title = "Extra trees"

    def candidates(self, facts: Facts) -> list[Candidate]:
        """One for numbers; a sharp and a calm one for classes."""
        if not facts.names.all:
            return []
        sharp, calm = _trees_and_leaf(facts, SHARP), _trees_and_leaf(facts, CALM)
        if facts.task == "regression":
            return [Candidate(name="extra_trees", family="extra_trees", params=_params("squared_error", 1.0, *sharp))]
        return [
            Candidate(name="extra_trees", family="extra_trees", params=_params("entropy", 1.0, *sharp)),
            Candidate(name="extra_trees-calm", family="extra_trees", params=_params("entropy", "sqrt", *calm)),
        ]

    def vary(self, facts: Facts, rng: np.random.Generator) -> Params | None:
        """More or less chance, larger or smaller leaves."""
        if not facts.names.all:
            return None
        of_columns, leaf = one_of(rng, (0.3, 0.5, 0.75, 1.0)), round(one_of(rng, (1, 2, 5, 10)))
        criterion = "squared_error" if facts.task == "regression" else "entropy"
        return _params(criterion, of_columns, *_trees_and_leaf(facts, leaf))

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """From fits of 23 columns on one core."""
        n_entries = _n_used(facts) * len(facts.names.all)
        of_columns = candidate.params["max_features"]
        share = 0.4 if of_columns == "sqrt" else min(0.25 + number(candidate.params, "max_features"), 1.0)
        return 0.1 + 1e-7 * n_entries * share * whole(candidate.params, "n_trees")

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Grow trees, a few at a time."""
        return self.refit(candidate, train, (), context)

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Grow trees on these rows: nothing is chosen by others."""
        facts = context.facts
        train = some_rows(rows, _n_used(facts), context.seed)
        kind = ExtraTreesRegressor if facts.task == "regression" else ExtraTreesClassifier
        wanted = {name: value for name, value in candidate.params.items() if name != "n_trees"}
        forest = kind(**wanted, random_state=context.seed % 2**31, n_jobs=context.n_threads, warm_start=True)
        standard = standardised(train.target)
        target = standard.values if facts.task == "regression" else train.target
        matrix = train.blocks.matrix()
        cut = _grow(forest, matrix, target, whole(candidate.params, "n_trees"), context)
        trees = [member.tree_ for member in forest.estimators_]
        if facts.task == "regression":
            values = [tree.value[:, :, 0] for tree in trees]
            if not (facts.aim.is_mean or facts.aim.is_middle):
                values = [leaf_quantiles(tree, matrix, target, facts.aim) for tree in trees]
            data = forest_to_onnx(trees, values, len(facts.names.all), center=standard.center, scale=standard.scale)
        else:
            shares = class_shares(train.target, facts.n_classes)
            values = [leaf_probabilities(tree, forest.classes_, shares) for tree in trees]
            data = forest_to_onnx(trees, values, len(facts.names.all))
        context.time_up()  # a cancelled run ends here: large forests take a second to write, and half of one to load
        return Fitted(TreesCore(data), cut)


def _grow(forest: Any, matrix: NDArray[np.float32], target: Array, n_trees: int, context: FitContext) -> bool:
    """Grow at most so many trees; whether time was up before."""
    done, chunk = 0, 1
    while done < n_trees:
        began = time.monotonic()
        done = min(done + chunk, n_trees)
        forest.set_params(n_estimators=done)
        forest.fit(matrix, target)
        if done < n_trees and context.time_up():
            return True
        tree_s = (time.monotonic() - began) / chunk
        chunk = max(1, min(50, int(CHUNK_S / max(tree_s, 1e-4))))
    return False


def leaf_quantiles(tree: Any, matrix: NDArray[np.float32], target: Array, aim: Aim) -> Array:
    """The number of every node that the aim rewards among the training rows in it, shape (n_nodes, 1).

    References
    ----------
    Meinshausen, N. (2006). Quantile regression forests. Journal of Machine Learning Research 7.
    """
    found: Array = tree.value[:, :, 0].copy()
    leaf = tree.apply(matrix)
    order = np.argsort(leaf, kind="stable")
    leaves, starts = np.unique(leaf[order], return_index=True)
    for node, rows in zip(leaves, np.split(order, starts[1:]), strict=True):
        found[node] = aim.constant(target[rows])
    return found


def leaf_probabilities(tree: Any, seen: Array, shares: Array) -> Array:
    """Class probabilities of every node, drawn towards the shares; one column for two classes.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    seen : array
        The class places that its columns stand for.
    shares : array, shape (n_classes,)

    Returns
    -------
    array, shape (n_nodes, n_outputs)
    """
    n_rows = tree.n_node_samples[:, None]
    probabilities = np.zeros((tree.node_count, len(shares)))
    probabilities[:, seen.astype(np.int64)] = tree.value[:, 0, :]
    drawn: Array = (n_rows * probabilities + PULL * shares) / (n_rows + PULL)
    return drawn[:, 1:] if len(shares) == 2 else drawn


def _params(criterion: str, max_features: float | str, n_trees: int, min_samples_leaf: int) -> Params:
    return {
        "n_trees": n_trees,
        "criterion": criterion,
        "max_features": max_features,
        "min_samples_leaf": min_samples_leaf,
    }


def _trees_and_leaf(facts: Facts, leaf: int) -> tuple[int, int]:
    """How many trees, and the fewest rows in a leaf: as many trees of such leaves as the model may weigh.

    Leaves are larger where even the fewest trees would weigh too much, and where a quantile that is not in the middle
    needs rows beyond it.
    """
    n_trees = min(N_TREES, max(FEWEST_TREES, int(leaf / _leaf_if_one_tree(facts))))
    of_a_quantile = 1 if facts.aim.is_middle else facts.aim.rows_needed(ROWS_BEYOND)
    return n_trees, max(leaf, math.ceil(n_trees * _leaf_if_one_tree(facts)), of_a_quantile)


def _leaf_if_one_tree(facts: Facts) -> float:
    """The rows in a leaf with which one tree alone would weigh as much as all may."""
    bytes_of_tree = _n_used(facts) * (BYTES_PER_LEAF + BYTES_PER_ANSWER * n_outputs(facts)) / LEAF_FILLING
    return bytes_of_tree / MOST_BYTES


def _n_used(facts: Facts) -> int:
    return min(facts.n_rows, MOST_ENTRIES // max(1, len(facts.names.all)))
