"""Parts of a record found by their name: of thousands of columns none is looked for one by one."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mlwright.core.record import Record


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """What it is called."""


Part = TypeVar("Part", bound=Named)


def by_name(record: Record, parts: tuple[Part, ...]) -> dict[str, Part]:
    """The parts of a record by their names, the first where two are called alike; made once and kept in the record."""
    index: dict[str, Part]
    kept, index = record.__dict__.get("_by_name", (None, {}))
    if kept is not parts:  # never asked before, or a copy with other parts took the index along
        index = {part.name: part for part in reversed(parts)}
        record.__dict__["_by_name"] = parts, index
    return index
