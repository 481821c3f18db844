"""Columns of a table: how many there may be, and what they may be called."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.core.errors import SourceUnreadable, name_list

MAX_COLUMNS = 10_000
RESERVED = {"__row__", "file_row_number"}
"""Names that the table of a snapshot needs for itself."""


def refuse_width(n_columns: int, where: str) -> None:
    """Refuse a table that is too wide.

    Raises
    ------
    SourceUnreadable
        If there are more than `MAX_COLUMNS` columns.
    """
    if n_columns > MAX_COLUMNS:
        raise SourceUnreadable(
            f"{where} has {n_columns} columns; mlwright takes up to {MAX_COLUMNS}.",
            "Leave out columns, or turn them into rows.",
        )


def mend_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names that are there, different from each other and free of stray blanks; and notices of what was changed.

    Names that differ in upper and lower case only count as equal, as they do in databases.

    >>> mend_names(["id", " age ", "", "ID"])[0]
    ['id', 'age', 'column_3', 'ID_2']
    """
    stripped = [" ".join(name.replace("\\0", "").split()) for name in names]
    wanted = [name or f"column_{place + 1}" for place, name in enumerate(stripped)]
    taken = set(RESERVED)
    free = {name.casefold() for name in wanted}
    mended: list[str] = []
    for name in wanted:
        unique, n = name, 1
        while unique.casefold() in taken or (n > 1 and unique.casefold() in free):
            n += 1
            unique = f"{name}_{n}"
        taken.add(unique.casefold())
        mended.append(unique)
    return mended, [*_unnamed(stripped, mended), *_renamed(wanted, mended)]


def _unnamed(stripped: Sequence[str], mended: Sequence[str]) -> list[str]:
    given = [new for old, new in zip(stripped, mended, strict=True) if not old]
    return [f"Columns without a name were named: {name_list(given)}."] if given else []


def _renamed(wanted: Sequence[str], mended: Sequence[str]) -> list[str]:
    pairs = [f"{old!r} to {new!r}" for old, new in zip(wanted, mended, strict=True) if old != new]
    return [f"Columns whose name is taken already were renamed: {name_list(pairs)}."] if pairs else []
