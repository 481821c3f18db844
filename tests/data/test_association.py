"""How closely two columns go together."""

import numpy as np
import pytest

from mlwright.data.association import cramers_v


def test_groupings_that_know_nothing_of_each_other_have_nothing_in_common():
    rng = np.random.default_rng(0)
    found = [cramers_v(rng.integers(0, 8, 500), rng.integers(0, 8, 500)) for _ in range(50)]
    assert np.mean(found) < 0.05


def test_a_grouping_under_other_names_is_the_same_grouping():
    groups = np.random.default_rng(1).integers(0, 5, 1_000)
    assert cramers_v(groups, (groups * 3 + 7) % 5) == pytest.approx(1.0, abs=0.01)


def test_a_grouping_of_one_group_has_nothing_in_common_with_any():
    assert cramers_v(np.zeros(100, dtype=np.int64), np.arange(100) % 3) == 0.0
