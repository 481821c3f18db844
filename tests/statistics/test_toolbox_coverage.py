"""Every interval of the toolbox holds the truth as often as it says: samples are drawn from a known truth.

The figures in the docstrings come from ``python tests/statistics/test_toolbox_coverage.py 1000``, which draws so many
samples a case; the test draws 100, so that a share of 0.95 has a standard error of 0.022.
"""

import sys
from typing import NamedTuple

import numpy as np
import pytest

from mlwright import statistics as st

N_SETS = 100


class Case(NamedTuple):
    """How to draw a sample, what to make of it, and what is true."""

    name: str
    figure: object
    truth: float
    least: float = 0.89


def normal_pair(rng, n=60, rho=0.5):
    x = rng.normal(size=n)
    return x, rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)


def heavy_pair(rng, n=60, rho=0.5, freedom=5):
    x, y = normal_pair(rng, n, rho)
    scale = np.sqrt(freedom / rng.chisquare(freedom, n))
    return x * scale, y * scale


def table(rng, shares, n):
    return rng.multinomial(n, np.ravel(shares)).reshape(np.shape(shares))


def columns(rng, shares, n=300):
    places = rng.choice(np.size(shares), n, p=np.ravel(shares))
    a, b = np.unravel_index(places, np.shape(shares))
    return [f"a{p}" for p in a], [f"b{p}" for p in b]


def shares(rng):
    return st.compare_shares(rng.binomial(60, 0.3), 60, rng.binomial(90, 0.15), 90)


def parabola(rng, n=200):
    x = rng.uniform(-1, 1, n)
    return x, x**2 + 0.2 * rng.normal(size=n)


def information(shares):
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return float((shares * np.log2(shares / expected)).sum())


DEPENDENT = np.array([[0.2, 0.1, 0.05], [0.05, 0.15, 0.1], [0.05, 0.05, 0.25]])
V = np.array([[0.25, 0.15, 0.1], [0.1, 0.15, 0.25]])
TRUE_V = float(np.sqrt(((V - np.outer(V.sum(1), V.sum(0))) ** 2 / np.outer(V.sum(1), V.sum(0))).sum()))
SHIFTS = np.array([0.0, 0.4, 0.8])
ETA = float(SHIFTS.var() / (SHIFTS.var() + 1))


def shifted(rng, n=30):
    return [rng.normal(size=n) + shift for shift in SHIFTS]


CASES = [
    Case("mean, normal, 50", lambda rng: st.mean(rng.normal(size=50)), 0.0),
    Case("mean, exponential, 50", lambda rng: st.mean(rng.exponential(size=50)), 1.0),
    Case("mean, lognormal, 50", lambda rng: st.mean(rng.lognormal(size=50)), float(np.exp(0.5))),
    Case("median, normal, 25", lambda rng: st.median(rng.normal(size=25)), 0.0),
    Case("median, Cauchy, 25", lambda rng: st.median(rng.standard_cauchy(25)), 0.0),
    Case("trimmed mean, normal, 25", lambda rng: st.trimmed_mean(rng.normal(size=25)), 0.0),
    Case("trimmed mean, t2, 25", lambda rng: st.trimmed_mean(rng.standard_t(2, 25)), 0.0),
    Case("MAD, normal, 60", lambda rng: st.median_absolute_deviation(rng.normal(size=60)), 1.0),
    Case("MAD, Laplace, 60", lambda rng: st.median_absolute_deviation(rng.laplace(size=60)), np.log(2) * 1.482602),
    Case("Hodges-Lehmann, normal, 25", lambda rng: st.hodges_lehmann(rng.normal(size=25)), 0.0),
    Case("Hodges-Lehmann, t2, 25", lambda rng: st.hodges_lehmann(rng.standard_t(2, 25)), 0.0),
    Case(
        "Welch, 20 and 40, spreads 2 and 1",
        lambda rng: st.compare_means(2 * rng.normal(size=20) + 1, rng.normal(size=40)).effect("difference"),
        1.0,
    ),
    Case(
        "Hedges' g, 30 and 30",
        lambda rng: st.compare_means(rng.normal(size=30) + 0.5, rng.normal(size=30)).effect("standardised difference"),
        0.5,
    ),
    Case(
        "chance that a is larger, 25 and 35",
        lambda rng: st.compare_ranks(rng.normal(size=25) + 0.5, rng.normal(size=35)).effect("chance that a is larger"),
        0.6381632,
    ),
    Case(
        "shift, 25 and 35",
        lambda rng: st.compare_ranks(rng.normal(size=25) + 0.5, rng.normal(size=35)).effect("shift"),
        0.5,
    ),
    *[
        Case(f"{name}, 60 and 90, 0.3 and 0.15", lambda rng, name=name: shares(rng).effect(name), truth)
        for name, truth in (("risk ratio", 2.0), ("risk difference", 0.15), ("odds ratio", 0.3 / 0.7 / (0.15 / 0.85)))
    ],
    Case("eta squared, three of 30", lambda rng: st.compare_several_means(*shifted(rng)).effect("eta squared"), ETA),
    Case(
        "epsilon squared, three of 30",
        lambda rng: st.compare_several_ranks(*shifted(rng)).effect("epsilon squared"),
        0.0944,
    ),
    Case("V, 200", lambda rng: st.compare_categories(table(rng, V, 200)).effect("Cramer's V"), TRUE_V),
    Case("Pearson, normal, 60", lambda rng: st.pearson(*normal_pair(rng)), 0.5),
    Case("Pearson, t5, 60", lambda rng: st.pearson(*heavy_pair(rng)), 0.5),
    Case("Spearman, normal, 60", lambda rng: st.spearman(*normal_pair(rng)), 6 / np.pi * np.arcsin(0.25)),
    Case(
        "mutual information, 300", lambda rng: st.mutual_information(*columns(rng, DEPENDENT)), information(DEPENDENT)
    ),
    Case("xi, parabola, 200", lambda rng: st.chatterjee_xi(*parabola(rng)), 0.4589, 0.8),
]


def coverage(case, n_sets):
    rng = np.random.default_rng(1)
    return float(np.mean([case.truth in case.figure(rng) for _ in range(n_sets)]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_holds_the_truth(case):
    n_sets = 20 if case.name.startswith("xi") else N_SETS
    assert coverage(case, n_sets) >= case.least


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    big = [st.compare_several_ranks(*shifted(rng, 3000)).effect("epsilon squared").value for _ in range(40)]
    print("true epsilon squared", np.mean(big))
    print("true xi", np.mean([st.chatterjee_xi(*parabola(rng, 100_000)).value for _ in range(3)]))
    for each in CASES:
        print(f"{each.name}: {coverage(each, int(sys.argv[1]) if len(sys.argv) > 1 else 2000):.1%}", flush=True)
