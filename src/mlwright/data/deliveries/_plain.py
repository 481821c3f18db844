"""Two tables of one source, from which specimens are made by changing one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlwright.data.deliveries import Specimen

Column = Sequence[Any]


def orders(n_rows: int = 400, seed: int = 0, first: int = 0) -> dict[str, Column]:
    """Orders of a shop: a number each, three numbers, two names, a day, and whether they came back."""
    rng = np.random.default_rng([seed, n_rows])
    price = rng.lognormal(4, 0.6, n_rows)
    back = price * rng.lognormal(0, 0.5, n_rows) > 60
    days = np.datetime64("2024-01-01") + (first + np.arange(n_rows)) // 4
    return {
        "order": [f"A-{first + row:06d}" for row in range(n_rows)],
        "day": [str(day) for day in days],
        "price": price.round(2).tolist(),
        "weight": rng.normal(70, 10, n_rows).round(1).tolist(),
        "items": rng.poisson(2, n_rows).tolist(),
        "town": rng.choice(["Riga", "Lund", "Graz", "Brno"], n_rows, p=[0.4, 0.3, 0.2, 0.1]).tolist(),
        "colour": rng.choice(["red", "green", "blue"], n_rows).tolist(),
        "y": np.where(back, "yes", "no").tolist(),
    }


def then() -> dict[str, Column]:
    """The rows before."""
    return orders()


def now() -> dict[str, Column]:
    """The rows that came after them."""
    return orders(seed=1, first=400)


def unchanged() -> Specimen:
    """Nothing has changed."""
    return Specimen(then(), now())


def changed(**columns: Column) -> Specimen:
    """Some columns of the new rows are otherwise, or new."""
    return Specimen(then(), {**now(), **columns})
