"""The check family: each looks for one fault in the data and says it in one sentence, or stays quiet."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from mlwright.core.family import Family
from mlwright.data.asking import Finder
from mlwright.data.compute.table import SplitTable
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

Group = Literal["leaks", "target", "two tables", "integrity"]

GROUPS: dict[Group, str] = {
    "leaks": "Leaks, and a test that flatters",
    "target": "The target",
    "two tables": "Two tables, and rows then and now",
    "integrity": "Integrity of rows and columns",
}
"""What kinds of faults there are, the weightiest first, each with its heading."""


@dataclass(frozen=True)
class Specimen:
    """A small table on which a check must speak, or must stay quiet.

    Parameters
    ----------
    columns : mapping
        Values by column name.
    target : str
    settings : mapping
        Keys of ``[collect]`` and ``[profile]`` that differ from the defaults, e.g. ``{"time": "day"}``.
    """

    columns: Mapping[str, Sequence[Any]]
    target: str = "y"
    settings: Mapping[str, Any] = field(default_factory=dict)


class Check(Finder):
    """Looks for one kind of fault.

    A check reads the profile first and asks the table only for what the profile lacks. It never sees the target
    of a row that is set aside: `table` has no target column, `table.train` has.

    `group` says what kind of fault it is (see `GROUPS`), by which findings of one severity and the reference page are
    sorted. Where time is short they are asked in that order too, those last that are `dear`.
    """

    group: ClassVar[Group] = "integrity"
    dear: ClassVar[bool] = False

    @abstractmethod
    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """Yield what is found, most important first; nothing if all is well.

        Raises
        ------
        NotApplicable
            If this check cannot judge this table.
        """

    @staticmethod
    @abstractmethod
    def speaks() -> Specimen:
        """A table on which this check must find something."""

    @staticmethod
    @abstractmethod
    def quiet() -> Specimen:
        """A table, as like as can be, on which it must find nothing."""


CHECKS: Family[Check] = Family("mlwright.data.checks", Check)
