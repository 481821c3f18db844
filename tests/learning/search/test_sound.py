"""A family that breaks is left out and named; nothing else of the search suffers by it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from mlwright.core.errors import MemberBroken, RunCancelled
from mlwright.learning.models import MODELS, Facts, Fitted, ModelFamily
from mlwright.learning.search.lineup import open_families
from mlwright.learning.search.sound import sound
from mlwright.records.model import Candidate
from mlwright.scoring.cores.constant import ConstantCore


class Fair(ModelFamily):
    """Answers the same of every row."""

    title = "Fair"
    names = ("fair",)
    scores = (0.5,)

    def candidates(self, facts: Facts) -> list[Candidate]:
        return [Candidate(name=name, family="fair") for name in self.names]

    def cost_s(self, candidate, facts):
        return 0.1

    def fit(self, candidate, train, valid, context):
        return Fitted(ConstantCore(np.array(self.scores)))


class NoCandidates(Fair):
    def candidates(self, facts):
        raise KeyError("no such thing")


class NoCost(Fair):
    def cost_s(self, candidate, facts):
        raise ZeroDivisionError("rows")


class NoTime(Fair):
    def cost_s(self, candidate, facts):
        return float("nan")


class NoVariant(Fair):
    def vary(self, facts, rng):
        raise RuntimeError("no settings")


class Misnamed(Fair):
    names = ("unfair",)


def asked(bench, extra: Mapping[str, ModelFamily], wanted=()):
    floor = {name: MODELS.get(name)() for name in ("dummy", "linear")}
    return sound(floor | extra, bench.facts, wanted, bench.run)


@pytest.mark.parametrize(
    ("family", "said"),
    [
        (NoCandidates, "no such thing"),
        (NoCost, "ZeroDivisionError: rows"),
        (NoTime, "take nan seconds"),
        (NoVariant, "no settings"),
        (Misnamed, "'unfair'"),
    ],
)
def test_one_that_breaks_is_left_out_and_named_and_an_error_where_it_is_wanted(make_bench, family, said):
    told = []
    bench = make_bench(listen=told.append)
    assert set(asked(bench, {"fair": family()})) == {"dummy", "linear"}
    assert any("'fair'" in str(event) and said in str(event) for event in told)
    with pytest.raises(MemberBroken, match="'fair' cannot say what it would try"):
        asked(bench, {"fair": family()}, ["fair"])


def test_one_that_is_sound_stays(make_bench):
    assert set(asked(make_bench(), {"fair": Fair()})) == {"dummy", "linear", "fair"}


def test_two_families_do_not_share_a_name(make_bench):
    class Same(Fair):
        names = ("fair", "fair-2")

        def candidates(self, facts):
            return [Candidate(name=name, family="fai") for name in self.names]

    assert "fai" not in asked(make_bench(), {"fair": Fair(), "fai": Same()})


def test_who_ends_the_run_is_heard(make_bench):
    class Ended(Fair):
        def candidates(self, facts):
            raise RunCancelled("ended")

    with pytest.raises(RunCancelled):
        asked(make_bench(), {"fair": Ended()})


def test_the_families_of_this_package_are_sound(make_bench):
    told = []
    bench = make_bench(listen=told.append)
    models = open_families((), bench.run)
    assert sound(models, bench.facts, (), bench.run) == models
    assert told == []


@pytest.mark.parametrize("scores", [(0.2, 0.3, 0.5), (0.2, 0.8)])
def test_scores_of_another_shape_cost_the_candidate_alone(make_bench, scores):
    class Odd(Fair):
        pass

    Odd.scores = scores
    bench = make_bench({"dummy": MODELS.get("dummy")(), "fair": Odd()})
    trial = bench.fit(Candidate(name="fair", family="fair"), 0, lambda: False)
    assert trial.score is None
    assert "shape" in trial.error
