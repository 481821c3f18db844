"""Tables in which nothing has to do with the target, to try on what must stay quiet then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlwright.data.checks import Specimen

Columns = dict[str, Sequence[Any]]

TASKS = ("two classes", "four classes", "number")


def noise(world: str, task: str, seed: int) -> Specimen:
    """A table of one of the `WORLDS`, with a target that is drawn for itself."""
    n_rows, make = WORLDS[world]
    rng = np.random.default_rng(seed)
    columns = make(rng, n_rows)
    settings = {"time": "day"} if world == "seasons" else {}
    return Specimen(columns | {"y": _answers(rng, task, n_rows)}, settings=settings)


def pure_noise(task: str, seed: int, n_rows: int = 500) -> Columns:
    """Numbers of light and heavy tails, counts, categories, gaps and dates, each drawn for itself, and a target."""
    rng = np.random.default_rng(seed)
    return _of_all_kinds(rng, n_rows) | {"y": _answers(rng, task, n_rows)}


def _answers(rng: np.random.Generator, task: str, n_rows: int) -> Sequence[Any]:
    answers: dict[str, Sequence[Any]] = {
        "two classes": rng.choice(["no", "yes"], n_rows, p=[0.7, 0.3]).tolist(),
        "four classes": rng.choice(["a", "b", "c", "d"], n_rows, p=[0.4, 0.3, 0.15, 0.15]).tolist(),
        "number": rng.lognormal(0, 1, n_rows).tolist(),
    }
    return answers[task]


def _of_all_kinds(rng: np.random.Generator, n_rows: int) -> Columns:
    """Each column is drawn for itself."""
    days = np.datetime64("2023-01-01") + rng.integers(0, 700, n_rows)
    return {
        **{f"normal_{place}": rng.normal(size=n_rows).tolist() for place in range(5)},
        "lognormal": rng.lognormal(0, 1.5, n_rows).tolist(),
        "cauchy": rng.standard_cauchy(n_rows).tolist(),
        "pareto": rng.pareto(1.2, n_rows).tolist(),
        "count": rng.poisson(2, n_rows).tolist(),
        "duration": rng.exponential(100, n_rows).tolist(),
        **{f"category_{size}": [f"v{v}" for v in rng.integers(0, size, n_rows)] for size in (2, 5, 40, 150)},
        "flag": (rng.random(n_rows) < 0.03).tolist(),
        "gaps": [
            None if gap else value for gap, value in zip(rng.random(n_rows) < 0.4, rng.random(n_rows), strict=True)
        ],
        "reason": [None if gap else "x" for gap in rng.random(n_rows) < 0.9],
        "day": [str(day) for day in days],
    }


def _related(rng: np.random.Generator, n_rows: int) -> Columns:
    """Measures that hang together, rounded and cut into names, as of one thing measured in many ways."""
    factors = rng.normal(size=(n_rows, 3))
    columns: Columns = {}
    for place in range(12):
        value = factors @ rng.normal(size=3) + rng.normal(0, 0.3, n_rows)
        columns[f"measure_{place}"] = np.round(50 + 10 * value, place % 3).tolist()
    for place in range(3):
        cut = np.digitize(factors[:, place], [-1, 0, 1])
        columns[f"grade_{place}"] = [("low", "middle", "high", "top")[k] for k in cut]
    columns["place"] = np.round(np.exp(factors[:, 0]), 2).tolist()
    return columns


def _seasons(rng: np.random.Generator, n_rows: int) -> Columns:
    """A row a day: seasons, weeks, a trend, what walks at random, and names that go with the day."""
    day = np.arange(n_rows)
    year, week = np.sin(2 * np.pi * day / 365), np.sin(2 * np.pi * day / 7)
    walk = np.cumsum(rng.normal(size=n_rows))
    drawn = rng.normal(size=(3, n_rows))
    return {
        "day": [str(np.datetime64("2022-01-01") + k) for k in day.tolist()],
        "warmth": (15 + 10 * year + 3 * drawn[0]).round(1).tolist(),
        "visitors": np.maximum(0, 100 + 30 * week + 0.1 * day + 20 * drawn[1]).round().astype(int).tolist(),
        "stock": (100 + walk).round(2).tolist(),
        "pressure": (1013 + np.convolve(drawn[2], np.ones(5), "same")).round(1).tolist(),
        "weekday": [("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")[k % 7] for k in day.tolist()],
        "shift": rng.choice(["early", "late", "night"], n_rows).tolist(),
    }


def _many_names(rng: np.random.Generator, n_rows: int) -> Columns:
    """Names made of syllables, from few to nearly one a row, some of them rare, with codes and phrases."""
    syllables = ["ba", "lo", "mi", "ren", "tas", "ko", "vel", "dor", "si", "nur", "pa", "gel"]
    columns: Columns = {}
    for n_names in (3, 8, 20, 60, 120, 300):
        names = ["".join(rng.choice(syllables, rng.integers(2, 5))).title() for _ in range(n_names)]
        weights = 1 / np.arange(1, n_names + 1)
        columns[f"name_{n_names}"] = rng.choice(names, n_rows, p=weights / weights.sum()).tolist()
    columns["code"] = [f"{chr(65 + k % 26)}{k:05d}" for k in rng.integers(0, 90_000, n_rows).tolist()]
    columns["remark"] = [" ".join(rng.choice(syllables, rng.integers(1, 15))) for _ in range(n_rows)]
    columns["size"] = rng.normal(10, 2, n_rows).round(1).tolist()
    return columns


def _money(rng: np.random.Generator, n_rows: int) -> Columns:
    """Whole and rounded amounts, many of them nothing, dates that follow each other, parts and their sum."""
    ordered = np.datetime64("2023-01-01") + rng.integers(0, 600, n_rows)
    sent = ordered + rng.integers(0, 9, n_rows)
    net = rng.gamma(1.2, 80, n_rows).round(2)
    freight = np.where(rng.random(n_rows) < 0.6, 0.0, rng.gamma(2, 4, n_rows)).round(2)
    return {
        "ordered": [str(day) for day in ordered],
        "sent": [str(day) for day in sent],
        "net": net.tolist(),
        "freight": freight.tolist(),
        "gross": (net + freight).round(2).tolist(),
        "pieces": rng.geometric(0.3, n_rows).tolist(),
        "price": (np.ceil(rng.lognormal(3, 0.8, n_rows)) - 0.05).round(2).tolist(),
        "income": (100 * np.round(rng.lognormal(5.5, 0.5, n_rows))).astype(int).tolist(),
        "age": np.clip(rng.normal(45, 15, n_rows), 18, 95).round().astype(int).tolist(),
        "region": rng.choice(["north", "south", "east", "west"], n_rows).tolist(),
    }


WORLDS: dict[str, tuple[int, Callable[[np.random.Generator, int], Columns]]] = {
    "all kinds": (500, _of_all_kinds),
    "few rows": (60, _of_all_kinds),
    "many rows": (5_000, _of_all_kinds),
    "related": (600, _related),
    "seasons": (900, _seasons),
    "many names": (600, _many_names),
    "money": (800, _money),
}
"""How many rows, and how they are made."""
