"""The values of a column that can be read as numbers, with what stands around the digits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from mlwright.data.evidence.cells import Levels
from mlwright.scoring.quantities import (
    Decimal,
    Quantity,
    is_bounded,
    parse_parts,
    parse_quantity,
    read_digits,
    read_quantity,
    without_bound,
    written_like,
)

SIGNS: tuple[Decimal, ...] = (".", ",")
SURE_TIMES = 9
THOUSAND = 1000.0
NUMBERS_A_LIMIT = 10


@dataclass(frozen=True)
class WrittenNumbers:
    """The readable values of a column.

    Parameters
    ----------
    quantities : mapping
        Values of one number.
    parts : mapping
        Values of several, such as ``1 h 54 min``: digits and unit of each.
    counts : mapping
        Rows of every value, the unreadable ones among them.
    """

    quantities: Mapping[str, Quantity]
    parts: Mapping[str, list[tuple[str, str]]]
    counts: Mapping[str, int]

    @classmethod
    def of(cls, levels: Levels) -> WrittenNumbers:
        """Those of a column."""
        quantities, parts = {}, {}
        for text in levels.names:
            if quantity := parse_quantity(text):
                quantities[text] = quantity
            elif several := parse_parts(text):
                parts[text] = several
        counts = dict(zip(levels.names, levels.counts.tolist(), strict=True))
        return cls(_without_bands(quantities, counts), parts, counts)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values themselves."""
        return (*self.quantities, *self.parts)

    @property
    def n_rows(self) -> int:
        """Rows that can be read."""
        return sum(self.counts[text] for text in self.texts)

    @property
    def units(self) -> Counter[str]:
        """Rows by what stands around the digits, limits (``<0.5``) with the others; values of several parts count for
        each of them.
        """
        found: Counter[str] = Counter()
        for text, quantity in self.quantities.items():
            found[without_bound(quantity.unit)] += self.counts[text]
        for text, parts in self.parts.items():
            found.update(dict.fromkeys((unit for _, unit in parts), self.counts[text]))
        return found

    @property
    def has_limits(self) -> bool:
        """Whether there are limits among the numbers."""
        return any(is_bounded(quantity.unit) for quantity in self.quantities.values())

    def decimal(self) -> Decimal | None:
        """The decimal sign; None if values contradict each other."""
        counts: Counter[str] = Counter()
        for text, quantity in self.quantities.items():
            can = [sign for sign in SIGNS if not math.isnan(read_digits(quantity.digits, sign))]
            counts["".join(can)] += self.counts[text]
        if counts[","] > SURE_TIMES * counts["."]:
            return ","
        return "." if counts["."] >= SURE_TIMES * counts[","] else None

    def median(self, decimal: Decimal, units: Mapping[str, float]) -> float:
        """The median size of the numbers in some units, NaN if there are none; a value counts at most 100 times."""
        sizes: list[float] = []
        for text in self.texts:
            if not math.isnan(number := read_quantity(text, decimal, units, either=True)):
                sizes += [abs(number)] * min(self.counts[text], 100)
        return float(np.median(sizes)) if sizes else math.nan

    def ways(self, decimal: Decimal, unread: Collection[str]) -> Counter[str]:
        """Rows by the way in which the number is written."""
        ways: Counter[str] = Counter()
        for text in self.texts:
            if text not in unread:
                ways[written_like(text, decimal)] += self.counts[text]
        return ways

    def n_large(self, decimal: Decimal) -> int:
        """Rows with a number that is large enough to have thousands."""
        large = (text for text, found in self.quantities.items() if read_digits(found.digits, decimal) >= THOUSAND)
        return sum(self.counts[text] for text in large)


def _without_bands(quantities: dict[str, Quantity], counts: Mapping[str, int]) -> dict[str, Quantity]:
    """Without limits where these are names of bands (``<=50K`` beside ``>50K``, ``>3`` beside 0 to 3).

    Limits of what can be measured are few: one for ten different numbers at most, in half of the rows at most.
    """
    limits = [text for text, quantity in quantities.items() if is_bounded(quantity.unit)]
    n_others = sum(counts[text] for text in quantities) - sum(counts[text] for text in limits)
    are_few = NUMBERS_A_LIMIT * len(limits) <= len(quantities) - len(limits)
    if not limits or (are_few and sum(counts[text] for text in limits) <= n_others):
        return quantities
    return {text: quantity for text, quantity in quantities.items() if text not in limits}
