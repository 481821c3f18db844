import itertools
from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.models import MODELS, Fitted, ModelFamily
from mlwright.learning.search.bench import sample_of
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.course import Course
from mlwright.learning.search.lineup import line_up
from mlwright.records.model import Candidate
from mlwright.scoring.cores import Core

N_ROWS, N_HELD_OUT = 120_000, 5_000


class Steep(Core):
    """Says the probability that belongs to the first number, wrong by a given factor."""

    form = "constant"

    def __init__(self, factor):
        self.factor = factor

    def predict(self, blocks):
        sums = 2 * blocks.numbers[:, :1].astype(np.float64) + 2 * (blocks.codes == 2)
        return 1 / (1 + np.exp(-self.factor * sums))

    def to_bytes(self):
        return b"steep"

    @classmethod
    def from_bytes(cls, data):
        return cls(1.0)


class Learner(ModelFamily):
    """Gets better with more rows, up to a limit; each row is said to cost its share of `cost`."""

    title = "Learner"

    def __init__(self, name, enough, cost=1_000.0):
        self.name, self.enough, self.cost, self.seen = name, enough, cost, []

    def candidates(self, facts):
        return [Candidate(name=self.name, family=self.name), Candidate(name=f"{self.name}-b", family=self.name)]

    def cost_s(self, candidate, facts):
        return self.cost

    def fit(self, candidate, train, valid, context):
        self.seen.append(len(train))
        return Fitted(Steep(min(1.0, len(train) / self.enough)))


@pytest.fixture
def climb(make_bench):
    def run(*learners, budget_s=None):
        models = {name: MODELS.get(name)() for name in ("dummy", "linear")} | {one.name: one for one in learners}
        held = np.arange(N_HELD_OUT)
        bench = replace(
            make_bench(models, n_rows=N_ROWS, budget_s=budget_s), folds=[(np.arange(N_HELD_OUT, N_ROWS), held)]
        )
        bench = replace(bench, facts=replace(bench.facts, n_rows=N_ROWS))
        wanted = [one.name for one in learners]
        course = Course(bench, line_up(models, bench.facts, wanted), Budget(bench.run.clock, 1))
        course.run()
        return course

    return run


def test_who_gains_by_more_rows_gets_more_until_all_are_used(climb):
    learner = Learner("a", enough=N_ROWS)
    course = climb(learner, budget_s=600.0)
    climbed = learner.seen[: learner.seen.index(N_ROWS - N_HELD_OUT) + 1]
    assert climbed[0] <= 40_000
    assert len(climbed) >= 2
    assert all(1.4 <= more / few <= 6 for few, more in itertools.pairwise(climbed))
    assert "a" in course.standing.trials


def test_more_rows_that_gain_nothing_are_not_learned_from(climb):
    learner = Learner("a", enough=1.0)
    course = climb(learner, budget_s=600.0)
    assert max(learner.seen) < N_ROWS - N_HELD_OUT
    assert "a" not in course.standing.trials


def test_where_the_time_allows_for_all_rows_there_is_no_sample(climb):
    learner = Learner("a", enough=N_ROWS, cost=0.01)
    course = climb(learner, budget_s=600.0)
    assert set(learner.seen) == {N_ROWS - N_HELD_OUT}
    assert set(course.standing.trials) == {"dummy", "linear", "a", "a-b"}


def test_a_smaller_sample_is_a_part_of_a_larger_one():
    rows = np.arange(100, 1_000)
    small, large = (sample_of(rows, most, seed=3) for most in (50, 400))
    assert len(small) == 50
    assert set(small) < set(large) < set(rows)
    assert (np.diff(large) > 0).all()
    assert sample_of(rows, 5_000, seed=3) is rows
