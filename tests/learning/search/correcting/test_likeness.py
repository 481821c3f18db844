"""How alike the answers of ever larger cores are tells how fast they learn: known truth, seeded and in seconds."""

import numpy as np
import pytest

from mlwright.learning.search.correcting.likeness import Likeness, likeness, pairs

N_CORES, N_ROWS = 8, 4_000
SIZES = 30.0 * np.arange(1, N_CORES + 1)
NOBODY_LEARNED = np.full(N_ROWS, N_CORES)


def answers(half, *, signal=1.0, luck=0.0, seed=0):
    """What cores say that have each found the share n / (n + half) of a signal, and no more than that of noise."""
    rng = np.random.default_rng(seed)
    found = signal * SIZES / (SIZES + half)
    steps = np.sqrt(np.diff(found, prepend=0.0))[:, None] * rng.normal(size=(N_CORES, N_ROWS))
    return (np.cumsum(steps, axis=0) + luck * rng.normal(size=(N_CORES, N_ROWS)))[:, :, None]


def of(said):
    return likeness(list(pairs(said, NOBODY_LEARNED, 20, is_number=True)), SIZES)


def gain_of(found):
    """What one core of 270 rows is better than these in the mean."""
    return found.promised * float(found.missing(SIZES).mean() - found.missing(np.array(270.0)))


@pytest.mark.parametrize("half", [10.0, 100.0, 1_000.0])
def test_how_fast_cores_learn_is_found(half):
    found = of(answers(half))
    assert half / 1.6 < found.half < half * 1.6
    assert gain_of(found) == pytest.approx(gain_of(Likeness(half, 1.0)), rel=0.2)


def test_what_answers_owe_to_luck_is_hardly_taken_for_learning():
    found = of(answers(100.0, luck=0.3))
    assert gain_of(found) == pytest.approx(gain_of(Likeness(100.0, 1.0)), rel=0.25)


def test_cores_with_nothing_in_common_promise_nothing():
    said = np.random.default_rng(0).normal(size=(N_CORES, N_ROWS, 1))
    found = of(said)
    assert found is None or found.promised < 0.1
    assert of(np.ones((N_CORES, N_ROWS, 1))) is None


def test_classes_are_told_in_nats():
    """Two classes near a half: the size of an answer is an eighth of its squared logit, as of the log loss itself."""
    logits = 0.2 * np.random.default_rng(1).normal(size=(N_CORES, N_ROWS, 1))
    said = 1 / (1 + np.exp(-logits))
    first, *_ = pairs(logits, NOBODY_LEARNED, 20, is_number=True)
    nats, *_ = pairs(said, NOBODY_LEARNED, 20, is_number=False)
    assert nats.own[0] == pytest.approx(first.own[0] / 8, rel=0.1)
    both = pairs(np.concatenate([1 - said, said], axis=2), NOBODY_LEARNED, 20, is_number=False)
    assert next(both).own == pytest.approx(nats.own)


def test_what_is_missing_falls_by_half():
    assert Likeness(100.0, 1.0).missing(np.array([0.0, 100.0])) == pytest.approx([1.0, 0.5])
