"""What every step of a cleaning plan says."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record

Level = Literal["type", "spelling", "repair", "doubt"]
"""How much a step claims: nothing is wrong and the values are only read as what they are (``type``); values are
written in another way than they should be (``spelling``); a value says something wrong and the right one is known
(``repair``); a value is probably wrong and the right one is not known, so it stays (``doubt``)."""
N_EXAMPLES = 5


class Change(Record):
    """One cell before and after, in canonical spelling; None is missing."""

    before: str | None
    after: str | None


class Step(Record):
    """What all steps have.

    Parameters
    ----------
    column : str
        The column that is changed.
    cure : str
        Member of the family of cures that proposed it.
    level : str
        How much it claims; see `Level`.
    reason : str
        Why, as a sentence with its numbers.
    n_cells : int
        Cells that it changes (or doubts) in the rows it was learned from.
    examples : tuple of Change
        At most `N_EXAMPLES` of them.
    """

    column: str
    cure: str
    level: Level
    reason: str
    n_cells: int = 0
    examples: tuple[Change, ...] = ()
