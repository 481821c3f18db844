"""Dates as text in a pattern of numbers (``31.12.2026 9:30``), told in ISO 8601 by where their numbers stand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

WIDTHS = {"Y": (4,), "m": (2, 1), "d": (2, 1), "H": (2, 1), "M": (2, 1), "S": (2, 1)}
"""How many digits each part of a date may have."""

DAY, TIME = "Ymd", "HMS"
BETWEEN = re.compile(r"[-/.:,_ ]+").fullmatch
"""What may stand between two parts: something, so that it is known where the one ends."""

Shape = list[int | str]
"""How a text looks: so many digits, or these signs."""

HasShape = Callable[[str, Shape], str]
"""Whether a text has a shape, both as SQL."""


def by_regex(text: str, shape: Shape) -> str:
    """In PostgreSQL.

    >>> by_regex("x", [2, ".", 4])
    "x ~ '^[0-9]{2}[.][0-9]{4}$'"
    """
    signs = (f"[0-9]{{{piece}}}" if isinstance(piece, int) else piece.replace(".", "[.]") for piece in shape)
    return f"{text} ~ '^{''.join(signs)}$'"


def by_glob(text: str, shape: Shape) -> str:
    """In SQLite.

    >>> by_glob("x", [2, ".", 1])
    "x GLOB '[0-9][0-9].[0-9]'"
    """
    signs = ("[0-9]" * piece if isinstance(piece, int) else piece for piece in shape)
    return f"{text} GLOB '{''.join(signs)}'"


def in_iso(text: str, pattern: str, has_shape: HasShape) -> str | None:
    """A text in ISO 8601, as SQL; a text of another shape as it is. None for a pattern that is not of numbers alone.

    Parameters
    ----------
    text : str
        SQL.
    pattern : str
        Of `strptime`.
    has_shape : callable
        `by_regex` or `by_glob`.

    >>> in_iso("x", "%d.%m.%y", by_glob) is None
    True
    >>> print(in_iso("x", "%m/%Y/%d", by_regex)[:101])
    CASE WHEN x ~ '^[0-9]{2}/[0-9]{4}/[0-9]{2}$' THEN substr(x, 4, 4) || '-' || substr(x, 1, 2) || '-' ||
    """
    parts = re.split(r"%([a-zA-Z])", pattern)
    names, between = parts[1::2], parts[2:-1:2]
    n_of_time = len(names) - len(DAY)
    if parts[0] or parts[-1] or sorted(names) != sorted(DAY + TIME[:n_of_time]) or n_of_time == 1:
        return None
    if not all(map(BETWEEN, between)):
        return None
    whens = " ".join(_whens(text, names, between, has_shape))
    return f"CASE {whens} ELSE {text} END"


def _whens(text: str, names: list[str], between: list[str], has_shape: HasShape) -> Iterator[str]:
    """One for each way to write numbers with one digit or two."""
    for widths in itertools.product(*(WIDTHS[name] for name in names)):
        shape: Shape = [widths[0]]
        for signs, width in zip(between, widths[1:], strict=True):
            shape += [signs, width]
        found, place = {}, 1
        for number, piece in enumerate(shape):
            width = piece if isinstance(piece, int) else len(piece)
            if isinstance(piece, int):
                zero = "'0' || " if piece == 1 else ""
                found[names[number // 2]] = f"{zero}substr({text}, {place}, {width})"
            place += width
        day = " || '-' || ".join(found[name] for name in DAY)
        time = " || ':' || ".join(found[name] for name in TIME if name in found)
        whole = f"{day} || ' ' || {time}" if time else day
        yield f"WHEN {has_shape(text, shape)} THEN {whole}"
