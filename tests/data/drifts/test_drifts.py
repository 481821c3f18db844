"""Tests of drift: quiet when nothing moved, loud when something did, by figures alone."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.clause import clause_of
from mlwright.data.clauses.values import Values
from mlwright.data.drifts import DRIFTS, Current
from mlwright.data.two_tables.reference import current_of, reference_of, unknown_names
from mlwright.statistics.several import holm
from mlwright.testing.small_job import small_profile

LEVEL = 0.05
TESTS = {name: test() for name, test in DRIFTS}


def bundle_of(table):
    """What a bundle would know of these rows."""
    profile = small_profile(
        table.append_column("y", pa.array([0, 1] * (len(table) // 2))), "y", task="binary", kinds={}
    )
    clauses = {name: clause_of(Values(table[name]), profile.column(name), "input", 0.01) for name in table.column_names}
    return {name: reference_of(profile.column(name), clause, len(table)) for name, clause in clauses.items()}


def shifts(before, after):
    """Every test's answer for every column, by both names."""
    found = {}
    for name, reference in bundle_of(before).items():
        current = current_of(after[name], reference)
        for test_name, test in TESTS.items():
            try:
                found[name, test_name] = test.compare(reference, current)
            except NotApplicable:
                continue
    return found


def one(before, after, test):
    """The answer of one test for one column."""
    return shifts(pa.table({"x": before}), pa.table({"x": after}))["x", test]


def many_columns(rng, n):
    """Columns on which it is easy to be wrong: ties, zeros, rare names, many names, holes."""
    return pa.table(
        {
            "normal": rng.normal(size=n),
            "whole": rng.integers(0, 73, n),
            "zeros": np.where(rng.random(n) < 0.6, 0, rng.integers(1, 400, n)),
            "rare": pa.array(np.array(["no", "yes"])[(rng.random(n) < 0.04).astype(int)]),
            "unlike": pa.array(np.char.add("n", rng.integers(0, 250, n).astype(str))),
            "holes": pa.array(rng.poisson(2, n), mask=rng.random(n) < 0.1),
        }
    )


def test_nothing_moved_and_at_most_one_window_in_twenty_alarms():
    rng = np.random.default_rng(0)
    n_windows, alarms = 300, 0
    for _ in range(n_windows):
        found = shifts(many_columns(rng, 400), many_columns(rng, 400))
        alarms += min(holm(np.array([shift.p_value for shift in found.values()]))) <= LEVEL
    # 5 % of 300 are 15; 24 or more happen by chance in 1.5 % of all cases.
    assert alarms < 24


def test_a_shift_of_half_a_standard_deviation_is_found_in_300_rows():
    rng = np.random.default_rng(1)
    found = one(rng.normal(size=2000), rng.normal(0.5, 1, 300), "quantile_bins")
    assert found.p_value < 1e-6
    assert 0.1 < found.size < 0.3
    assert "which was the median" in found.sentence


def test_a_wider_spread_around_the_same_middle_is_found():
    rng = np.random.default_rng(2)
    assert one(rng.normal(size=2000), rng.normal(0, 2, 400), "quantile_bins").p_value < 1e-6


def test_another_unit_moves_nearly_all_rows():
    rng = np.random.default_rng(3)
    values = rng.integers(1, 73, 3000)
    found = one(values[:2500], values[2500:] * 30, "quantile_bins")
    assert found.p_value < 1e-9
    assert found.size > 0.8


def test_whole_numbers_that_share_quantiles_with_many_rows_are_no_shift():
    rng = np.random.default_rng(4)
    for _ in range(30):
        before, after = rng.integers(0, 25, 800), rng.integers(0, 25, 800)
        assert one(before, after, "quantile_bins").p_value > 1e-3


def test_quantiles_that_are_estimates_are_not_taken_at_their_word():
    reference = bundle_of(pa.table({"x": np.linspace(0, 1, 1000)}))["x"]
    estimated = reference.profile.model_copy(
        update={"quantile_error": 0.002, "quantiles": tuple(q + 0.001 for q in reference.profile.quantiles)}
    )
    huge = SimpleNamespace(profile=estimated, n_rows=10**7, n_there=10**7, levels={}, n_other=0)
    numbers = np.linspace(0, 1, 1_000_000)
    found = DRIFTS.get("quantile_bins")().compare(huge, Current(np.isnan(numbers), numbers))
    assert found.p_value > 0.5


def test_a_name_that_became_frequent_is_named():
    rng = np.random.default_rng(5)
    found = one(rng.choice(["a", "b", "c"], 1000), rng.choice(["a", "b", "c"], 300, p=[0.1, 0.1, 0.8]), "level_shares")
    assert found.p_value < 1e-9
    assert found.sentence == "The share of 'c' is 78 % now; it was 32 %."


def test_a_new_name_is_a_shift_where_all_names_were_known():
    rng = np.random.default_rng(6)
    after = np.where(rng.random(300) < 0.1, "z", rng.choice(["a", "b"], 300))
    assert one(rng.choice(["a", "b"], 1000), after, "level_shares").p_value < 1e-6


def test_new_spellings_of_all_names_are_a_shift_though_there_were_many():
    rng = np.random.default_rng(7)
    before = np.char.add("n", rng.integers(0, 60, 3000).astype(str))
    after = np.char.add("N", rng.integers(0, 60, 500).astype(str))
    found = one(before, after, "level_shares")
    assert found.p_value < 1e-9
    assert found.size > 0.9


def test_names_that_never_come_twice_cannot_be_compared():
    names = [f"i{place}" for place in range(1000)]
    assert ("x", "level_shares") not in shifts(pa.table({"x": names[:600]}), pa.table({"x": names[600:]}))


def test_few_values_of_a_number_are_compared_one_by_one():
    rng = np.random.default_rng(8)
    found = shifts(pa.table({"x": rng.integers(0, 2, 1000)}), pa.table({"x": (rng.random(400) < 0.8).astype(float)}))
    assert ("x", "quantile_bins") not in found
    assert found["x", "level_shares"].p_value < 1e-9


def test_more_missing_values_are_found_and_the_chance_is_exact():
    before = pa.array([1.0] * 9 + [None])
    found = one(before, pa.array([1.0] * 2 + [None] * 8), "missing_share")
    # Of 9 missing values among 20 rows, 8 or 9 in one half of them: twice the tail, by hand.
    assert found.p_value == pytest.approx(2 * (45 * 10 + 10) / 167960)
    assert found.size == pytest.approx(0.7)


def test_text_among_numbers_counts_as_missing():
    rng = np.random.default_rng(9)
    after = ["?!"] * 60 + [str(value) for value in rng.normal(size=140)]
    found = shifts(pa.table({"x": rng.normal(size=1000)}), pa.table({"x": after}))
    assert found["x", "missing_share"].p_value < 1e-9


def test_a_window_of_three_rows_cannot_be_compared():
    rng = np.random.default_rng(10)
    found = shifts(many_columns(rng, 500), many_columns(rng, 3))
    assert {test for _, test in found} == {"missing_share"}


def test_unknown_names_come_with_their_rows():
    before, after = pa.table({"x": ["a", "b"] * 50}), pa.table({"x": ["z", "a", "q", "z", None]})
    reference = bundle_of(before)["x"]
    assert unknown_names(current_of(after["x"], reference), reference) == {"z": 2, "q": 1}


@pytest.mark.parametrize("name", DRIFTS.names())
def test_a_drift_test_says_what_it_does(name):
    assert DRIFTS.get(name).title
    assert DRIFTS.get(name).__doc__
