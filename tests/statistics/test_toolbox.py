"""The toolbox against independent reckonings (scipy, by hand), and what it says of bad input."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats as ref

from mlwright import statistics as st
from mlwright.core.errors import TableError

RNG = np.random.default_rng(0)
A, B = RNG.normal(1.0, 2.0, 30), RNG.normal(0.0, 1.0, 45)


def test_welch_and_its_interval_are_those_of_scipy():
    ours, theirs = st.compare_means(A, B), ref.ttest_ind(A, B, equal_var=False)
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))
    low, high = theirs.confidence_interval(0.95)
    assert (ours.effect("difference").low, ours.effect("difference").high) == pytest.approx((low, high))


def test_the_chance_that_a_is_larger_is_counted_over_all_pairs():
    chance = st.compare_ranks(A, B).effect("chance that a is larger")
    assert chance.value == pytest.approx(np.mean(A[:, None] > B[None, :]))
    assert st.compare_ranks(A, B).p_value == pytest.approx(ref.mannwhitneyu(A, B).pvalue)


def test_several_groups_are_compared_as_by_scipy():
    groups = [A, B, RNG.normal(2, 1, 20)]
    assert st.compare_several_means(*groups).p_value == pytest.approx(ref.f_oneway(*groups).pvalue)
    assert st.compare_several_ranks(*groups).p_value == pytest.approx(ref.kruskal(*groups).pvalue)
    every = np.concatenate(groups)
    between = sum(len(group) * (group.mean() - every.mean()) ** 2 for group in groups)
    eta = st.compare_several_means(*groups).effect("eta squared")
    assert eta.value == pytest.approx(between / ((every - every.mean()) ** 2).sum())


def test_shares_are_compared_by_fisher_and_by_wilson_intervals():
    answer = st.compare_shares(30, 100, 10, 100)
    assert answer.p_value == pytest.approx(ref.fisher_exact([[30, 70], [10, 90]]).pvalue)
    assert answer.effect("risk ratio").value == pytest.approx(3.0)
    assert answer.effect("risk difference").value == pytest.approx(0.2)


def test_newcombes_published_example():
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe, 1998, table II, method 10)."""
    difference = st.compare_shares(56, 70, 48, 80).effect("risk difference")
    assert (difference.low, difference.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_categories_and_cramers_v_are_those_of_scipy():
    counts = np.array([[20, 30, 10], [25, 5, 30]])
    answer = st.compare_categories(counts)
    assert answer.p_value == pytest.approx(ref.chi2_contingency(counts, correction=False).pvalue)
    assert answer.effect("Cramer's V").value == pytest.approx(ref.contingency.association(counts, "cramer"))


def test_correlations_are_those_of_scipy():
    x, y = A, A + RNG.normal(size=30)
    assert st.pearson(x, y).value == pytest.approx(ref.pearsonr(x, y).statistic)
    assert st.spearman(x, y).value == pytest.approx(ref.spearmanr(x, y).statistic)
    assert st.chatterjee_xi(x, y).value == pytest.approx(ref.chatterjeexi(x, y).statistic)


def test_information_of_a_copy_is_its_entropy_and_that_of_a_stranger_next_to_nothing():
    names = np.array(["a", "b", "c", "c"] * 50)
    assert st.mutual_information(names, names).value == pytest.approx(ref.entropy([0.25, 0.25, 0.5], base=2))
    assert st.mutual_information(names, RNG.permutation(names)).value < 0.05


def test_robust_figures_are_those_of_scipy_and_unmoved_by_an_outlier():
    assert st.trimmed_mean(A, 0.2).value == pytest.approx(ref.trim_mean(A, 0.2))
    assert st.median_absolute_deviation(A).value == pytest.approx(ref.median_abs_deviation(A, scale="normal"))
    wild = np.append(A[:-1], 1e6)
    for figure in (st.median, st.trimmed_mean, st.hodges_lehmann, st.median_absolute_deviation):
        assert abs(figure(wild).value - figure(A).value) < 1


def test_corrections_for_many_looks():
    p = RNG.random(20) ** 3
    assert st.benjamini_hochberg(p) == pytest.approx(ref.false_discovery_control(p, method="bh"))
    assert st.benjamini_yekutieli(p) == pytest.approx(ref.false_discovery_control(p, method="by"))
    assert (st.holm(p) >= st.benjamini_hochberg(p)).all()


def test_planned_rows_reach_the_power_that_was_asked_for():
    plan = st.rows_for_shares(0.3, 0.45)
    assert st.power_for_shares(0.3, 0.45, plan.rows_each) >= 0.8 > st.power_for_shares(0.3, 0.45, plan.rows_each - 1)
    rng, n = np.random.default_rng(1), st.rows_for_means(0.5, 1.0).rows_each
    seen = [ref.ttest_ind(rng.normal(0.5, 1, n), rng.normal(0, 1, n)).pvalue < 0.05 for _ in range(400)]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.06)


def test_missing_values_are_left_out_in_pairs():
    x, y = [1, 2, None, 4, 5, 6], [2, 1, 3, np.nan, 6, 5]
    assert st.spearman(x, y).n == 4
    assert st.mean([1.0, 2.0, np.nan, 3.0]).n == 3


def test_any_two_columns_find_their_measure():
    assert st.associate([1, 2, 3, 4, 5], [1, 4, 9, 16, 25]).value == pytest.approx(1)
    assert st.associate(["a", "b"] * 10, list(range(20))).name == "correlation ratio"
    assert st.associate([True, False] * 10, ["x", "y"] * 10).name == "Cramer's V"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: st.mean([]), "hold 0 numbers; it takes 2"),
        (lambda: st.mean(["a", "b"]), "are not all numbers"),
        (lambda: st.mean([[1, 2], [3, 4]]), "2 dimensions"),
        (lambda: st.mean([1.0, float("inf")]), "infinite"),
        (lambda: st.pearson([1, 2, 3, 4], [1, 2, 3]), "4 and 3 rows long"),
        (lambda: st.compare_shares(5, 3, 1, 2), "5 hits of 3 rows"),
        (lambda: st.compare_categories([[1, 2]]), "one row or column"),
        (lambda: st.cramers_v([None, None], ["a", "b"]), "all missing"),
        (lambda: st.compare_several_means([1, 2]), "1 groups"),
        (lambda: st.rows_for_shares(0.1, 0.1), "cannot be planned"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises(TableError, match=said):
        call()


def test_it_says_itself_in_a_sentence():
    said = str(st.compare_means(A + 2, B))
    assert said.startswith("The means differ (Welch's t = ")
    assert said.endswith(".")
    assert "95 % interval" in str(st.median(A))


def test_importing_it_loads_nothing_heavy():
    code = "import mlwright.statistics, sys; print([m for m in ('numpy', 'scipy', 'pandas') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_every_name_is_there_and_documented():
    assert all((getattr(st, name).__doc__ or "").strip() for name in st.__all__)


def test_groups_that_do_not_spread_are_told_apart_without_a_fault():
    assert st.correlation_ratio(["a", "b"] * 5, [1.0, 2.0] * 5).value == 1.0
    assert np.isnan(st.compare_several_means([1, 1, 1], [1, 1, 1]).effect("eta squared").value)
    assert st.compare_means([1, 1, 1], [2, 2, 2]).effect("difference").value == -1
