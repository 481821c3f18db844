"""Where there is nothing to learn the answer is to stop, and where there are too few rows to tell it is to get more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from mlwright.project import Project
from mlwright.records.decision import Decision


def decided(folder: Path, n: int, strength: float, seed: int) -> Decision:
    """What a whole run says of customers who leave at random, or because of `x`."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    left = rng.random(n) < 1 / (1 + np.exp(1 - strength * x))
    columns = {"x": x, "age": rng.normal(40, 9, n), "plan": rng.choice(["basic", "pro"], n)}
    pyarrow.csv.write_csv(pa.table(columns | {"left": np.where(left, "yes", "no")}), folder / "customers.csv")
    train = {"candidates": 2, "families": ["linear", "lightgbm"], "experience": False}
    sections = {"project": {"target": "left"}, "collect": {"source": str(folder / "customers.csv")}, "train": train}
    project = Project.create(folder / "project", sections)
    project.run(until="decide", only_needed=True)
    decision = project.show("decision")
    assert isinstance(decision, Decision)
    return decision


@pytest.mark.parametrize("seed", [0, 1])
def test_a_target_of_pure_noise_ends_in_stop(seed: int, tmp_path: Path) -> None:
    decision = decided(tmp_path, 1000, 0.0, seed)
    assert decision.verdict == "stop"
    assert decision.headline.startswith("Do not use it")


def test_eighty_rows_end_in_collect_more_and_are_told_how_many_of_what(tmp_path: Path) -> None:
    decision = decided(tmp_path, 80, 2.0, 0)
    assert decision.verdict == "collect_more"
    assert "16 rows to test on are too few to tell" in decision.headline
    assert "rows in all would do" in decision.headline
    assert "of them 'yes'" in decision.headline
