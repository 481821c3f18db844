"""A column is held to be a key only if it is one, and not because no random value happened to come twice."""

import numpy as np
import pyarrow as pa
import pytest

from mlwright.data.clauses.uniqueness import is_key
from mlwright.data.clauses.values import Values
from mlwright.records.profile import ColumnProfile


def judged(values):
    column = pa.chunked_array([pa.array(values)])
    numbers = values if isinstance(values[0], int) else [None]
    profile = ColumnProfile.model_construct(minimum=min(numbers), maximum=max(numbers))
    return is_key(Values(column), profile, len(values))


@pytest.mark.parametrize(
    "values",
    [
        [*range(500)],
        [7_000_000 + 3 * k for k in range(500)],
        [f"A-{k:04d}" for k in range(500)],
        np.random.default_rng(0).permutation(20_000)[:1_000].tolist(),
        [f"{k:032x}" for k in np.random.default_rng(0).integers(0, 2**62, 500).tolist()],
    ],
    ids=["counted", "in steps", "codes in a row", "given out from few", "random and long"],
)
def test_keys_are_known(values):
    assert judged(values)


def test_random_values_of_which_none_came_twice_by_chance_are_no_key():
    rng = np.random.default_rng(1)
    promised = broken = 0
    for _ in range(300):
        then, now = rng.integers(0, 20_000, (2, 120)).tolist()
        if len({*then}) == len(then) and judged(then):
            promised += 1
            broken += len({*now}) < len(now)
    assert promised == broken == 0
    assert not judged([f"{chr(65 + k % 26)}{k:05d}" for k in rng.permutation(90_000)[:300].tolist()])
