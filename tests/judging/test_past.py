"""What the past of a target says of its later rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from mlwright.data.checks import Specimen
from mlwright.data.compute.table import open_snapshot
from mlwright.judging.worth.past import by_the_past
from mlwright.testing.checks import open_specimen


def said(folder: Path, columns: Mapping[str, Sequence[Any]], n_later: int) -> dict[str, list[float]]:
    """What is said of the rows with the latest days, by its words; `x` makes the table one with an input."""
    rows = len(columns["y"])
    specimen = Specimen({**columns, "x": [row % 7 / 2 for row in range(rows)]}, settings={"time": "day"})
    job = open_specimen(specimen, folder)
    order = np.argsort(np.array([str(day) for day in columns["day"]]), kind="stable")
    before, after = np.sort(order[:-n_later]), np.sort(order[-n_later:])
    y = np.array(columns["y"], dtype=np.float64)
    table = open_snapshot(job.snapshot, job.run)
    found = by_the_past(table, job.profile, (before, y[before]), (after, y[after]))
    return {practice.told: practice.prediction[:, 0].tolist() for practice in found}


def test_a_series_is_held_to_its_last_value_and_to_that_of_a_year_before(tmp_path: Path) -> None:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(500)]
    values = [round(n + n % 7 / 4, 2) for n in range(500)]
    found = said(tmp_path, {"day": days, "y": values}, n_later=100)
    assert [*found] == ["say the last known 'y'", "say the 'y' of a year before"]
    assert found["say the last known 'y'"] == [values[399]] * 100
    assert found["say the 'y' of a year before"][0] == values[days.index(date(2020, 2, 4))]


def test_a_panel_is_held_to_the_last_value_of_each_thing(tmp_path: Path) -> None:
    weeks = [date(2024, 1, 1) + timedelta(days=7 * n) for n in range(20)] * 6
    shops = [f"shop {chr(97 + n // 20)}" for n in range(120)]
    values = [100.5 * (n // 20) + n % 20 for n in range(120)]
    found = said(tmp_path, {"day": weeks, "shop": shops, "y": values}, n_later=24)
    assert [*found] == ["say the last known 'y' of each 'shop'"]
    assert found["say the last known 'y' of each 'shop'"][::4] == [100.5 * shop + 15 for shop in range(6)]


def test_cases_that_are_no_series_have_no_past(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    days = sorted(date(2024, 1, 1) + timedelta(days=int(n)) for n in rng.integers(0, 90, 300))
    assert said(tmp_path, {"day": days, "y": rng.normal(size=300).tolist()}, n_later=60) == {}
