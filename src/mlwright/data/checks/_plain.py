"""A table without a fault, from which specimens are made by adding one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def plain_columns(n_rows: int = 300, seed: int = 0) -> dict[str, Sequence[Any]]:
    """Two numbers, a category, and a target of two classes that depends on one of the numbers."""
    rng = np.random.default_rng(seed)
    weight, height = rng.normal(70, 10, n_rows), rng.normal(170, 8, n_rows)
    answer = weight + rng.normal(0, 10, n_rows) > 70
    return {
        "weight": weight.round(2).tolist(),
        "height": height.round(2).tolist(),
        "colour": rng.choice(["red", "green", "blue"], n_rows).tolist(),
        "y": np.where(answer, "yes", "no").tolist(),
    }


def plain_numbers(n_rows: int = 300, seed: int = 0) -> dict[str, Sequence[Any]]:
    """The same, with a number as the target."""
    columns = plain_columns(n_rows, seed)
    noise = np.random.default_rng(seed + 1).normal(0, 10, n_rows)
    return columns | {"y": (2 * np.asarray(columns["weight"]) + noise).round(2).tolist()}
