"""What a program reads of a row."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class NumberInput:
    """A column of numbers; infinities and the numbers of `missing` count as missing."""

    name: str
    missing: tuple[float, ...] = ()


@dataclass(frozen=True)
class NameInput:
    """A column of names.

    Parameters
    ----------
    name : str
    codes : dict of str to int
        By canonical spelling; -1 for a name that stands for "missing", as a missing name itself.
    unseen : int
        The code of any other name.
    """

    name: str
    codes: dict[str, int] = field(hash=False)
    unseen: int


@dataclass(frozen=True)
class MomentInput:
    """A column of dates, as seconds since 1970.

    Parameters
    ----------
    name : str
    format : str or None
        The ``strptime`` pattern of dates that come as text.
    first_year : int or None
        The first of the hundred years that years of two digits stand for; None: 1969.
    """

    name: str
    format: str | None = None
    first_year: int | None = None


Input = NumberInput | NameInput | MomentInput
