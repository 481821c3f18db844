"""LightGBM and CatBoost models answer what they answered in training, and read missing values sensibly."""

from __future__ import annotations

import catboost
import lightgbm
import numpy as np
import pytest

from mlwright.core.errors import BundleError
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.lightgbm import LightGBMCore

N_ROWS = 500
NO_FILLS = np.full(2, np.nan)


def rows() -> tuple[Blocks, np.ndarray]:
    """The first number and the code decide; both can be missing."""
    rng = np.random.default_rng(0)
    numbers = rng.uniform(5, 6, size=(N_ROWS, 2)).astype(np.float32)
    codes = rng.integers(-1, 5, size=(N_ROWS, 1)).astype(np.int32)
    target = ((numbers[:, 0] > 5.5) ^ (codes[:, 0] == 3)).astype(float)
    return Blocks(numbers, codes), target


def boosted(blocks: Blocks, target) -> str:
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5, "seed": 1}
    known = lightgbm.Dataset(blocks.matrix(), target, categorical_feature=[2])
    return lightgbm.train(params, known, 20).model_to_string()


def cat_boosted(blocks: Blocks, target, fills=NO_FILLS) -> CatBoostCore:
    params = {"loss_function": "Logloss", "iterations": 20, "logging_level": "Silent", "allow_writing_files": False}
    model = catboost.CatBoost(params | {"thread_count": 1, "random_seed": 1})
    return CatBoostCore.of(model.fit(catboost.Pool(features(blocks, fills), target.astype(int))), fills, link=1)


def test_lightgbm_answers_what_it_answered_in_training():
    blocks, target = rows()
    text = boosted(blocks, target)
    core = LightGBMCore.from_bytes(LightGBMCore.of(text, NO_FILLS).to_bytes())
    assert (core.predict(blocks)[:, 0] == lightgbm.Booster(model_str=text).predict(blocks.matrix())).all()


def test_lightgbm_reads_a_number_that_is_never_missing_as_what_fills_say_and_not_as_zero():
    blocks, target = rows()
    core = LightGBMCore.of(boosted(blocks, target), np.array([5.9, 5.5]))
    gap = Blocks(np.array([[np.nan, np.nan]], dtype=np.float32), np.array([[0]], dtype=np.int32))
    full = Blocks(np.array([[5.9, 5.5]], dtype=np.float32), gap.codes)
    assert core.predict(gap) == core.predict(full)
    assert core.predict(gap) > 0.7


def test_lightgbm_itself_reads_our_text():
    blocks, target = rows()
    text = boosted(blocks, target)
    ours = LightGBMCore.of(text, np.array([5.9, 5.5])).text
    plain = lightgbm.Booster(model_str=text).predict(blocks.matrix())
    assert (lightgbm.Booster(model_str=ours).predict(blocks.matrix()) == plain).all()


def test_lightgbm_text_that_is_cut_or_changed_is_refused_before_the_library_sees_it():
    data = LightGBMCore.of(boosted(*rows()), NO_FILLS).to_bytes()
    for cut in (100, len(data) // 2, data.index(b"end of trees")):
        with pytest.raises(BundleError):
            LightGBMCore.from_bytes(data[:cut])
    with pytest.raises(BundleError, match="Tree 1"):
        LightGBMCore.from_bytes(data.replace(b"Tree=1\n", b"Tree=7\n"))


def test_codes_never_seen_count_as_other_names():
    blocks, target = rows()
    core = LightGBMCore.of(boosted(blocks, target), NO_FILLS)
    odd = Blocks(blocks.numbers[:1].repeat(2, axis=0), np.array([[77], [-1]], dtype=np.int32))
    first, second = core.predict(odd)
    assert first == second


def test_catboost_answers_what_it_answered_in_training():
    blocks, target = rows()
    core = cat_boosted(blocks, target)
    direct = core.model.predict(features(blocks, NO_FILLS), prediction_type="Probability")[:, 1]
    again = CatBoostCore.from_bytes(core.to_bytes())
    assert again.predict(blocks)[:, 0] == pytest.approx(direct, abs=1e-12)


def test_catboost_fills_numbers_that_are_never_missing():
    blocks, target = rows()
    core = CatBoostCore.from_bytes(cat_boosted(blocks, target, np.array([5.9, 5.5])).to_bytes())
    gap = Blocks(np.array([[np.nan, np.nan]], dtype=np.float32), np.array([[0]], dtype=np.int32))
    full = Blocks(np.array([[5.9, 5.5]], dtype=np.float32), gap.codes)
    assert core.predict(gap) == core.predict(full)


def test_a_catboost_model_of_somebody_else_is_refused(tmp_path):
    model = catboost.CatBoost({"iterations": 2, "logging_level": "Silent", "allow_writing_files": False})
    model.fit(np.arange(20.0).reshape(10, 2), np.arange(10.0)).save_model(str(tmp_path / "model.cbm"))
    with pytest.raises(BundleError, match="mlwright_fills"):
        CatBoostCore.from_bytes((tmp_path / "model.cbm").read_bytes())
