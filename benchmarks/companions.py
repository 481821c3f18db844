"""Sound columns that stand beside those of a real table, so that every kind of fault has a column to be seeded into."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from seeding import Clean

FIRST = [
    "Jürgen",
    "Zoë",
    "François",
    "Élise",
    "Åsa",
    "Anna",
    "Peter",
    "Maria",
    "Søren",
    "Björn",
    "José",
    "Renée",
    "Marta",
    "Ivan",
    "Chloé",
    "Noël",
    "Müge",
    "Lars",
]
LAST = [
    "Müller",
    "Sjögren",
    "Lefèvre",
    "Peña",
    "Olsen",
    "Novák",
    "Weiß",
    "García",
    "Brontë",
    "Hansen",
    "Schröder",
    "Costa",
    "Lindqvist",
    "Ångström",
]
CITIES = ("Aberdeen", "Bergamo", "Cordoba", "Dresden", "Eindhoven", "Florence", "Grenoble", "Hamilton", "Innsbruck")
WORDS = [
    "door",
    "was",
    "open",
    "again",
    "after",
    "lunch",
    "and",
    "the",
    "second",
    "guest",
    "asked",
    "for",
    "a",
    "quiet",
    "table",
    "near",
    "the",
    "window",
    "because",
    "it",
    "had",
    "rained",
    "all",
    "day",
    "so",
    "nobody",
    "wanted",
    "to",
    "walk",
]
EPOCH = np.datetime64("2021-03-01")


def with_companions(clean: Clean, rng: np.random.Generator) -> Clean:
    """The table with sound columns at random places: keys, names, remarks, dates, codes, towns, parts of a sum."""
    frame = clean.frame.copy()
    for name, values in _columns(len(frame), rng).items():
        frame.insert(int(rng.integers(0, frame.shape[1] + 1)), name, values)
    return replace(clean, frame=frame)


def _columns(n: int, rng: np.random.Generator) -> dict[str, object]:
    place = rng.choice(len(CITIES), n, p=np.arange(9, 0, -1) / 45)
    begun = EPOCH + rng.integers(0, 700, n)
    parts = rng.gamma(3.0, 40.0, (2, n)).round(2)
    height = rng.normal(170, 9, n)
    codes = rng.choice(26**2 * 900, max(60, n // 8), replace=False)
    return {
        "ticket_id": rng.permutation(n * 3)[:n] + 100_000,
        "who": [f"{a} {b}-{c}" for a, b, c in zip(*(rng.choice(each, n) for each in (FIRST, LAST, LAST)), strict=True)],
        "remark": [" ".join(rng.choice(WORDS, int(rng.integers(4, 16)))) for _ in range(n)],
        "begun": begun.astype(str),
        "ended": (begun + rng.integers(0, 60, n)).astype(str),
        "code": [_code(codes[k]) for k in rng.integers(0, len(codes), n)],
        "city": np.array(CITIES, dtype=object)[place],
        "zip": np.array([f"{11 + 7 * k}0{k}" for k in range(9)], dtype=object)[place],
        "goods": parts[0],
        "freight": parts[1],
        "sum_due": parts.sum(axis=0).round(2),
        "stature": height.round(1),
        "reach": (0.98 * height + rng.normal(0, 1.5, n)).round(1),
        "reading": rng.lognormal(2.5, 0.4, n).round(3),
        "n_calls": rng.poisson(180, n) + rng.integers(0, 120, n),
        "guest_age": np.clip(rng.normal(44, 13, n), 18, 90).round(),
        "branch": [f"B{k:02d}" for k in rng.integers(0, 40, n)],
    }


def _code(number: int) -> str:
    letters, digits = divmod(int(number), 900)
    return f"{chr(65 + letters // 26)}{chr(65 + letters % 26)}-{digits + 100}"
