"""Numbers that have lost or won a minus."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, MapValues
from mlwright.scoring.quantities import parse_quantity

LEAST_ROWS = 100
ONE_SIDE = 0.9
ALL_READ = 0.95
FAR = 0.25
ORDINARY = (0.01, 0.99)


class LostSigns(Cure):
    """``103 dBm`` becomes ``-103 dBm``, and a longitude of 87.6 becomes -87.6, where all others are far below zero.

    `ONE_SIDE` of the numbers lie on one side of zero, none of them nearer to it than `FAR` of their median. One on the
    other side has the wrong sign if its size is an ordinary one, between the outermost hundredths of theirs.
    """

    title = "Numbers with the wrong sign"
    about = "meaning"
    turn = 45

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.names:
            levels = cells.levels(name)
            if levels.n_known >= LEAST_ROWS and (values := _turned(levels)):
                n = int(sum(levels.counts[levels.place_of[level]] for level in values))
                reason = (
                    f"{percent(1 - n / levels.n_known)} of the numbers lie on one side of zero and far from it; "
                    f"{counted(n, 'cell has', 'cells have')} an ordinary size and the other sign, such as "
                    f"{quoted([*values][:2])}."
                )
                yield MapValues(column=name, cure=self.name, level="repair", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Longitudes in America, and signals in decibels."""
        return {
            "lon": [*(-70.0 - 0.3 * n for n in range(120)), 87.6, 91.1],
            "signal": [*(f"-{50 + n % 60} dBm" for n in range(120)), "77 dBm", "81 dBm"],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Longitudes of the whole world, refunds among payments, and degrees above and below zero."""
        return {
            "lon": [*(-70.0 - 0.3 * n for n in range(110)), *(2.0 + n for n in range(12))],
            "paid": [*(0.5 * n for n in range(1, 119)), -12.0, -7.5, -30.0, -2.0],
            "celsius": [*(float(n % 30) for n in range(117)), -3.0, -1.0, -4.0, -5.0, -6.0],
        }


def _turned(levels: Levels) -> dict[str, str]:
    """The texts with the wrong sign, and what they should be."""
    found = [parse_quantity(level) for level in levels.names]
    numbers = np.array([np.nan if q is None else q.sign * _size(q.digits) for q in found])
    known = ~np.isnan(numbers)
    if levels.counts[known].sum() < ALL_READ * levels.n_known or not known.any():
        return {}
    n_below = int(levels.counts[known & (numbers < 0)].sum())
    side = -1.0 if n_below > levels.counts[known].sum() / 2 else 1.0
    own = known & (numbers * side > 0)
    if levels.counts[own].sum() < ONE_SIDE * levels.counts[known].sum():
        return {}
    sizes = np.repeat(np.abs(numbers[own]), levels.counts[own])
    return _ordinary(levels, numbers, known & (numbers * side <= 0), sizes)


def _ordinary(
    levels: Levels, numbers: NDArray[np.float64], others: NDArray[np.bool_], sizes: NDArray[np.float64]
) -> dict[str, str]:
    """Those of the others whose size is an ordinary one; none if any is not, or if zero is near."""
    low, high = np.quantile(sizes, ORDINARY)
    turned = np.flatnonzero(others)
    if (
        sizes.min() < FAR * np.median(sizes)
        or not ((np.abs(numbers[turned]) >= low) & (np.abs(numbers[turned]) <= high)).all()
    ):
        return {}
    return {levels.names[p]: _other_sign(levels.names[p]) for p in turned}


def _size(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:
        return float("nan")


def _other_sign(text: str) -> str:
    return text[1:].lstrip() if text[0] in "-−" else f"-{text}"
