"""Too good to be true: of thousands of columns those that tell most alone are enough to see it."""

import numpy as np

from mlwright.data.checks.too_good import TooGood
from mlwright.data.leaks import together


def test_a_rule_is_seen_among_more_columns_than_are_asked(find, monkeypatch):
    monkeypatch.setattr(together, "MAX_COLUMNS", 5)
    columns = TooGood.speaks().columns
    rng = np.random.default_rng(1)
    noise = {f"n{i}": rng.normal(size=len(columns["y"])).tolist() for i in range(20)}
    (found,) = find(noise | columns, "too_good")["too_good"]
    assert "A quick model of 5 inputs accounts for" in found.sentence
