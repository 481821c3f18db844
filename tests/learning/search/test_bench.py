import numpy as np
import pytest

from mlwright.core.errors import RunCancelled
from mlwright.learning.models import Fitted, ModelFamily
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial
from mlwright.scoring.cores import CORES
from mlwright.scoring.cores.constant import ConstantCore

ODD = Candidate(name="odd", family="odd")


class Odd(ModelFamily):
    """Does whatever a test wants instead of a fit."""

    title = "Odd"

    def __init__(self, act):
        self.act = act

    def candidates(self, facts):
        return [ODD]

    def cost_s(self, candidate, facts):
        return 0.1

    def fit(self, candidate, train, valid, context):
        return self.act(context)


def never() -> bool:
    return False


def linear(bench) -> Candidate:
    return bench.models["linear"].candidates(bench.facts)[0]


def test_a_trial_holds_what_was_said_of_rows_that_were_not_learned_from(make_bench):
    bench = make_bench()
    trial = bench.fit(linear(bench), 1, never)
    core = CORES.get(trial.core.form).from_bytes(bench.run.get(trial.core.blob))
    said = core.predict(bench.held_out(1))
    assert trial.error is None
    assert bench.prediction([trial]) == pytest.approx(said, abs=1e-6)
    assert trial.score == pytest.approx(bench.judge([1]).score(said), abs=1e-6)


def test_predictions_stand_in_the_order_of_the_judges_rows(make_bench):
    bench = make_bench()
    trials = [bench.fit(linear(bench), fold, never) for fold in (0, 1, 2)]
    judge = bench.judge([0, 1, 2])
    assert sorted(judge.held.rows) == list(range(300))
    pooled = judge.score(bench.prediction(trials))
    assert pooled == pytest.approx(np.mean([trial.score for trial in trials]), abs=1e-6)


@pytest.mark.parametrize("error", [ValueError("bad\nnews"), MemoryError(), RuntimeError("x" * 1_000)])
def test_a_crash_is_a_trial_with_one_line_of_error(make_bench, error):
    def act(context):
        raise error

    trial = make_bench({"odd": Odd(act)}).fit(ODD, 0, never)
    assert trial.error.startswith(type(error).__name__)
    assert "\n" not in trial.error
    assert len(trial.error) <= 200
    assert trial.score is None
    assert Trial.model_validate_json(trial.model_dump_json()) == trial


def test_a_core_that_gives_no_number_has_failed(make_bench):
    trial = make_bench({"odd": Odd(lambda context: Fitted(ConstantCore(np.array([np.nan]))))}).fit(ODD, 0, never)
    assert trial.error == "ArithmeticError: no number was predicted for 100 of 100 rows"


def test_a_cancel_ends_the_fit_and_the_search(make_bench):
    def act(context):
        raise RunCancelled("The run was cancelled.")

    with pytest.raises(RunCancelled):
        make_bench({"odd": Odd(act)}).fit(ODD, 0, never)


def test_a_fit_sees_its_threads_its_seed_and_its_time(make_bench):
    seen = []

    def act(context):
        seen.append((context.n_threads, context.seed, context.time_up()))
        return Fitted(ConstantCore(np.array([0.5])), cut=True)

    bench = make_bench({"odd": Odd(act)})
    assert bench.fit(ODD, 0, lambda: True).cut
    bench.fit(ODD, 1, never)
    assert [(threads, up) for threads, _, up in seen] == [(1, True), (1, False)]
    assert seen[0][1] != seen[1][1]
