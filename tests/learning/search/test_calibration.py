"""Probabilities are mended where that surely helps, and left alone where it does not."""

import numpy as np
import pytest
from scipy.special import expit, logit

from mlwright.learning.loss import log_loss_rows
from mlwright.learning.metrics import METRICS
from mlwright.learning.search.calibration import fit_calibrator
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.scoring.calibrate import calibrate


def judged(task, target, groups=None, metric="log_loss"):
    rows = np.arange(len(target))
    return Judge(TASKS.get(task)(), METRICS.get(metric)(), HeldOut(rows, target.astype(float), rows % 3, groups))


def two_classes(n_rows, seed=0):
    """True probabilities and what happened."""
    rng = np.random.default_rng(seed)
    true = expit(rng.normal(0, 2, n_rows))
    return true, (rng.random(n_rows) < true).astype(float)


def several_classes(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    true = rng.dirichlet([1.0, 0.7, 0.4], n_rows)
    return true, np.array([rng.choice(3, p=each) for each in true], dtype=float)


def test_right_probabilities_are_left_alone_in_most_cases():
    changed = 0
    for seed in range(10):
        true, target = two_classes(2000, seed)
        changed += fit_calibrator(judged("binary", target), true[:, None], np.random.default_rng(seed)) is not None
    assert changed <= 2


def test_probabilities_that_are_too_sure_are_mended():
    true, target = two_classes(5000)
    said = expit(2.0 * logit(true) + 0.5)[:, None]
    calibrator = fit_calibrator(judged("binary", target), said, np.random.default_rng(0))
    assert calibrator.form == "beta"
    mended = calibrate(said, calibrator)
    assert np.abs(mended[:, 0] - true).mean() < 0.02 < 0.05 < np.abs(said[:, 0] - true).mean()
    assert log_loss_rows(target, mended).mean() < log_loss_rows(target, said).mean() - 0.02


def test_the_order_of_the_rows_is_kept():
    true, target = two_classes(5000)
    said = (0.5 + (true - 0.5) * 0.4)[:, None]
    calibrator = fit_calibrator(judged("binary", target), said, np.random.default_rng(0))
    assert min(calibrator.parameters[:2]) >= 0
    mended = calibrate(np.sort(said, axis=0), calibrator)
    assert (np.diff(mended[:, 0]) >= 0).all()


def test_several_classes_that_are_too_sure_are_mended():
    true, target = several_classes(4000)
    said = true**2.5
    said /= said.sum(axis=1, keepdims=True)
    calibrator = fit_calibrator(judged("multiclass", target), said, np.random.default_rng(0))
    assert calibrator.form == "vector"
    mended = calibrate(said, calibrator)
    np.testing.assert_allclose(mended.sum(axis=1), 1.0)
    assert np.abs(mended - true).mean() < 0.3 * np.abs(said - true).mean()


def test_fewer_than_a_thousand_rows_are_too_few():
    true, target = two_classes(999)
    said = expit(3.0 * logit(true))[:, None]
    assert fit_calibrator(judged("binary", target), said, np.random.default_rng(0)) is None


def test_numbers_are_not_calibrated():
    true, target = two_classes(2000)
    judge = judged("regression", target, metric="rmse")
    assert fit_calibrator(judge, true[:, None], np.random.default_rng(0)) is None


def test_rows_of_a_group_count_as_one():
    """The same 40 rows a hundred times over are no 4,000 rows to learn from."""
    true, target = two_classes(40, seed=3)
    groups = np.repeat(np.arange(40), 100)
    said = expit(1.3 * logit(true))
    judge = judged("binary", np.repeat(target, 100), groups)
    assert fit_calibrator(judge, np.repeat(said, 100)[:, None], np.random.default_rng(0)) is None


@pytest.mark.parametrize("extreme", [0.0, 1.0])
def test_probabilities_of_nought_and_one_are_no_trouble(extreme):
    true, target = two_classes(2000)
    said = np.where(true > 0.5, 0.9, extreme)[:, None]
    calibrator = fit_calibrator(judged("binary", target), said, np.random.default_rng(0))
    assert np.isfinite(calibrate(said, calibrator)).all()


def test_the_same_seed_gives_the_same_calibrator():
    true, target = two_classes(3000)
    said = expit(2.0 * logit(true))[:, None]
    found = [fit_calibrator(judged("binary", target), said, np.random.default_rng(5)) for _ in range(2)]
    assert found[0] == found[1]


def test_of_many_classes_with_few_rows_all_are_mended_alike():
    """Two parameters for each of 60 classes cannot be told from 1,500 rows; one for all is, and it is the right one."""
    rng = np.random.default_rng(0)
    true = rng.dirichlet(np.full(60, 0.1), 1_500)
    target = np.array([rng.choice(60, p=each) for each in true], dtype=float)
    said = np.maximum(true, 1e-9) ** 2
    said /= said.sum(axis=1, keepdims=True)
    calibrator = fit_calibrator(judged("multiclass", target), said, np.random.default_rng(0))
    slopes, shifts = np.split(np.array(calibrator.parameters), 2)
    assert np.ptp(slopes) == 0.0
    assert not shifts.any()
    assert slopes[0] == pytest.approx(0.5, abs=0.05)
