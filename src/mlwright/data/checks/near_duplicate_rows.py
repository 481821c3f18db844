"""Rows that are alike but for the spelling of one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._slips import is_slip
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_TEXTS = 30
MAX_PAIRS = 20_000
N_RANDOM = 2_000
FALSE_ALARMS = 0.001
LEAST_PAIRS = 2
_WORDS = re.compile(r"[^\W_]+")


class NearDuplicateRows(Check):
    """Pairs of rows that are equal in every input but one text, and there differ by case, space or a slip.

    Rows that agree everywhere else are found by hashes that leave one column out, so the cost grows with the number of
    rows and not with that of pairs; 50,000 rows are looked at at most. Near spellings come by chance too, so their
    share among these pairs is held against that among pairs of rows at random: the chance of a false alarm is below
    0.1 % over all columns together (binomial test, Bonferroni).
    """

    severity = "warning"
    title = "Nearly equal rows"
    action = (
        "Look at these rows: if each pair is one case that was entered twice, keep one row of it. Such pairs count "
        "twice, and a test row that was nearly seen in training flatters."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        texts = [c.name for c in profile.columns if c.length_max and c.kind in ("category", "text", "id")]
        texts = [name for name in texts if name in table.columns][:MAX_TEXTS]
        if not texts or len(profile.roles.inputs) < 2:
            raise NotApplicable("there is no text, or nothing beside it")
        rows = sampled_rows(table, profile)
        keys = {name: _key(rows, name, place) for place, name in enumerate(profile.roles.inputs)}
        whole = sum(keys.values(), start=np.zeros(len(rows), dtype=np.uint64))
        found = [
            alike for name in texts if (alike := _alike(rows, name, whole - keys.get(name, np.uint64(0)), len(texts)))
        ]
        if found:
            told = listing((f"'{each.name}' ({counted(each.n, 'pair')}, such as {each.example})" for each in found), 3)
            n = sum(each.n for each in found)
            yield self.found(
                f"{counted(n, 'pair')} of rows {'is' if n == 1 else 'are'} equal in every input but the spelling of "
                f"one: {told}.",
                *(each.name for each in found),
                rows=[row for each in found for row in each.rows][:10],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Four customers were entered twice, their names spelled in another way."""
        return Specimen(_customers(again=lambda name: name.replace("son", "sonn")))

    @staticmethod
    def quiet() -> Specimen:
        """Four couples bought the same on the same day."""
        return Specimen(_customers(again=lambda name: f"Maria {name[::-1].title()}"))


class Alike(NamedTuple):
    """Pairs of rows that differ by the spelling of one column."""

    name: str
    n: int
    example: str
    rows: list[int]


def _key(rows: Rows, name: str, place: int) -> NDArray[np.uint64]:
    """A number for each row that is equal where the column is, drawn anew for each column."""
    if rows.is_ordered(name):
        _, places = np.unique(rows.numbers(name), return_inverse=True)
    else:
        places = rows.levels(name).places + 1
    drawn = np.random.default_rng([rows.seed, place]).integers(
        0, 2**64, int(places.max(initial=0)) + 1, dtype=np.uint64
    )
    return drawn[places]


def _alike(rows: Rows, name: str, rest: NDArray[np.uint64], n_columns: int) -> Alike | None:
    """The pairs that agree in all but this column and are near in it, if they are more than chance makes."""
    names, places = rows.levels(name)
    pairs = _pairs(rest, places)
    near = [pair for pair in pairs if is_near(names[places[pair[0]]], names[places[pair[1]]])]
    if len(near) < LEAST_PAIRS:
        return None
    by_chance = _near_by_chance(rows, name)
    if binom.sf(len(near) - 1, len(pairs), by_chance) * n_columns > FALSE_ALARMS:
        return None
    one, other = (names[places[row]] for row in near[0])
    shown = [int(rows.positions[row]) for pair in near[:3] for row in pair]
    return Alike(name, len(near), quoted([one, other]), shown)


def _pairs(rest: NDArray[np.uint64], places: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Neighbours among the rows that agree in the rest and differ in the column; bounded."""
    known = np.flatnonzero(places >= 0)
    order = known[np.lexsort([places[known], rest[known]])]
    same = (rest[order[1:]] == rest[order[:-1]]) & (places[order[1:]] != places[order[:-1]])
    where = np.flatnonzero(same)[:MAX_PAIRS]
    return list(zip(order[where].tolist(), order[where + 1].tolist(), strict=True))


def _near_by_chance(rows: Rows, name: str) -> float:
    """The share of near spellings among pairs of rows that differ, estimated on the cautious side."""
    names, places = rows.levels(name)
    rng = np.random.default_rng(rows.seed)
    known = places[places >= 0]
    ones, others = rng.choice(known, N_RANDOM), rng.choice(known, N_RANDOM)
    differing = [(a, b) for a, b in zip(ones.tolist(), others.tolist(), strict=True) if a != b]
    n_near = sum(is_near(names[a], names[b]) for a, b in differing)
    return (n_near + 1) / (len(differing) + 1)


def is_near(one: str, other: str) -> bool:
    """Whether two texts are the same but for case, space and signs, the order of two or three words, or one slip.

    Texts that differ in a digit are not near: they number different things.

    >>> is_near("Smith, John", "john smith"), is_near("Jonson", "Johnson"), is_near("flat 12", "flat 13")
    (True, True, False)
    """
    words, others = (_WORDS.findall(text.casefold()) for text in (one, other))
    if words == others or "".join(words) == "".join(others):
        return True
    is_turned = len(words) in (2, 3) and sorted(words) == sorted(others)
    return is_turned or is_slip(" ".join(words), " ".join(others))


def _customers(again: object) -> dict[str, list[object]]:
    assert callable(again)
    first, last = ["Anna", "Boris", "Clara", "David", "Emil"], ["Peterson", "Ericson", "Karlson", "Gibson", "Nilson"]
    columns = {name: list(values) for name, values in plain_columns().items()}
    columns["name"] = [f"{first[row % 5]} {last[row // 5 % 5]} {chr(65 + row // 25)}" for row in range(300)]
    for values in columns.values():
        values += values[:4]
    columns["name"][-4:] = [again(name) for name in columns["name"][:4]]
    return columns
