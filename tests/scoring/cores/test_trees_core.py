"""Forests in ONNX answer what scikit-learn answers."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier

from mlwright.core.errors import BundleError
from mlwright.learning.forest import forest_to_onnx
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores.trees import TreesCore

N_ROWS, N_COLUMNS = 800, 6


def rows(missing: float, seed: int = 0):
    """Numbers on a coarse grid, so that many rows lie exactly on a threshold."""
    rng = np.random.default_rng(seed)
    X = (np.round(rng.normal(size=(N_ROWS, N_COLUMNS)) * 8) / 8).astype(np.float32)
    signal = X[:, 0] + X[:, 1] * X[:, 2]
    X[rng.random(X.shape) < missing] = np.nan
    return X, signal + 0.3 * rng.normal(size=N_ROWS)


def core_of(forest, **options) -> TreesCore:
    trees = [member.tree_ for member in forest.estimators_]
    is_classifier = hasattr(forest, "classes_")
    values = [tree.value[:, 0, :] if is_classifier else tree.value[:, :, 0] for tree in trees]
    return TreesCore.from_bytes(forest_to_onnx(trees, values, N_COLUMNS, **options))


def blocks_of(X) -> Blocks:
    return Blocks(X, np.zeros((len(X), 0), dtype=np.int32))


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("kind", [ExtraTreesClassifier, RandomForestClassifier])
def test_probabilities_are_the_same_with_missing_values_and_without(kind, missing):
    X, signal = rows(missing)
    forest = kind(30, random_state=0).fit(X, np.digitize(signal, [-0.7, 0.7]))
    later, _ = rows(0.3, seed=1)
    assert np.abs(core_of(forest).predict(blocks_of(later)) - forest.predict_proba(later)).max() < 1e-6


def test_a_missing_value_where_training_had_none_takes_the_side_of_the_most_rows():
    X, signal = rows(0.0)
    forest = ExtraTreesClassifier(30, random_state=0).fit(X, signal > 0)
    nothing = np.full((1, N_COLUMNS), np.nan, dtype=np.float32)
    assert np.abs(core_of(forest).predict(blocks_of(nothing)) - forest.predict_proba(nothing)).max() < 1e-6


def test_numbers_far_from_zero_keep_their_precision():
    X, signal = rows(0.1)
    forest = ExtraTreesRegressor(30, random_state=0).fit(X, signal)
    expected = 1.6e9 + 1e3 * forest.predict(X)
    assert np.abs(core_of(forest, center=1.6e9, scale=1e3).predict(blocks_of(X))[:, 0] - expected).max() < 1e-2


def test_the_model_passes_the_checker_of_onnx():
    X, signal = rows(0.1)
    data = core_of(ExtraTreesRegressor(3, random_state=0).fit(X, signal)).to_bytes()
    onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)


def test_an_onnx_model_of_another_shape_is_refused():
    wrong = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["x"], ["y"])],
        "wrong",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.STRING, [None])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.STRING, [None])],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(wrong, opset_imports=opset, ir_version=8)
    with pytest.raises(BundleError, match="one input of doubles"):
        TreesCore.from_bytes(model.SerializeToString())
