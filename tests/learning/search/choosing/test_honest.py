"""Choosing the best of many flatters it; answers of choices that were made without the row do not."""

import numpy as np

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.calibration import parts
from mlwright.learning.search.choosing.honest import flattery
from mlwright.learning.search.correcting.corrected import sampling_of
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.statistics.sampling import Draws

N_ROWS, N_CANDIDATES = 200, 20
CHANCE = 0.4


def judge_of(target, n_folds=5, groups=None):
    rows = np.arange(len(target))
    return Judge(TASKS.get("binary")(), METRICS.get("log_loss")(), HeldOut(rows, target, rows % n_folds, groups))


def noise_candidates(rng, n_rows=N_ROWS, n_candidates=N_CANDIDATES):
    """Candidates that all know nothing: each says something else of every row; shape (n_candidates, n_rows, 1)."""
    return np.clip(CHANCE + rng.normal(0, 0.15, (n_candidates, n_rows, 1)), 0.02, 0.98)


def true_loss():
    """What any of them loses on rows that nobody has seen."""
    said = noise_candidates(np.random.default_rng(99), 400_000, 1)[0, :, 0]
    return float(-(CHANCE * np.log(said) + (1 - CHANCE) * np.log(1 - said)).mean())


def the_best(predictions):
    def choose(some, places):
        best = min(range(len(predictions)), key=lambda i: some.loss(predictions[i, places]))
        return lambda here: predictions[best, here]

    return choose


def interval(judge, answers, seed):
    return yardstick("log_loss", judge.held.target, Draws(sampling_of(judge, answers), seed, 600)).estimate(
        Scored(answers)
    )


def test_of_many_that_know_nothing_the_best_is_not_flattered():
    truth, covered, naively_covered, errors = true_loss(), 0, 0, []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        target = (rng.random(N_ROWS) < CHANCE).astype(float)
        predictions, judge = noise_candidates(rng), judge_of(target)
        naive = the_best(predictions)(judge, np.arange(N_ROWS))(np.arange(N_ROWS))
        by, found = flattery(judge, the_best(predictions), naive, rng), interval(judge, naive, seed)
        naively_covered += found.low <= truth <= found.high
        covered += found.low + by <= truth <= found.high + by
        errors.append(found.value + by - truth)
    assert abs(np.mean(errors)) < 0.004
    assert 0.93 <= covered / 300 <= 0.97
    assert naively_covered / 300 < 0.85


def test_an_ensemble_is_flattered_by_the_rows_that_gave_its_weights():
    naive_errors, errors, truth = [], [], true_loss()
    for seed in range(4):
        rng = np.random.default_rng(seed)
        target = (rng.random(N_ROWS) < CHANCE).astype(float)
        predictions, judge = noise_candidates(rng, n_candidates=6), judge_of(target)

        def choose(some, places, predictions=predictions):
            weights = choose_weights(predictions[:, places], some, np.random.default_rng(0))
            return lambda here: blend(predictions[:, here], weights)

        naive = choose(judge, np.arange(N_ROWS))(np.arange(N_ROWS))
        naive_errors.append(judge.loss(naive) - truth)
        errors.append(naive_errors[-1] + flattery(judge, choose, naive, rng))
    assert np.mean(errors) > np.mean(naive_errors) + 0.004


def test_no_row_and_no_group_has_a_say_in_its_own_answer():
    groups = np.repeat(np.arange(25), 4)
    judge, seen = judge_of(np.zeros(100), groups=groups), []

    def choose(some, places):
        def answer(here):
            assert not set(groups[here]) & set(groups[places])
            assert len(here) + len(places) == 100
            seen.extend(here)
            return np.full((len(here), 1), 0.5)

        return answer

    assert flattery(judge, choose, np.full((100, 1), 0.5), np.random.default_rng(0)) == 0.0
    assert set(np.bincount(seen)) == {len(seen) // 100}


def test_parts_of_rows_are_of_like_size():
    counts = np.bincount(parts(103, None, np.random.default_rng(0), 10))
    assert counts.max() - counts.min() <= 1
