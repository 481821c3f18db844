"""The delivery family: each looks for one way in which a new table differs from the one before.

Chance is controlled over all columns together: a member whose judgement depends on chance speaks, where nothing has
changed, in at most `ALARMS` (0.5 %) of all deliveries; of all of them together that makes 5 % at most.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlwright.core.family import Family
from mlwright.data.asking import Finder
from mlwright.data.two_tables import TwoTables
from mlwright.records.findings import Finding

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Specimen:
    """Two small tables on which a check must speak, or must stay quiet.

    Parameters
    ----------
    then, now : mapping
        Values by column name.
    target : str
    settings : mapping
        Keys of ``[collect]`` and ``[contract]`` that differ from the defaults.
    earlier : sequence of mapping
        Deliveries before this one, oldest first.
    csv_share : float, optional
        The new table comes as a CSV file, of which so many bytes arrive; default: as Parquet.
    """

    then: Columns
    now: Columns
    target: str = "y"
    settings: Mapping[str, Any] = field(default_factory=dict)
    earlier: Sequence[Columns] = ()
    csv_share: float | None = None


class DeliveryCheck(Finder):
    """Looks for one difference between two tables."""

    @abstractmethod
    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """Yield what is found, most important first; nothing if all is well.

        Raises
        ------
        NotApplicable
            If this check cannot judge these tables.
        """

    @staticmethod
    @abstractmethod
    def speaks() -> Specimen:
        """Tables on which this check must find something."""

    @staticmethod
    @abstractmethod
    def quiet() -> Specimen:
        """Tables, as like as can be, on which it must find nothing."""


DELIVERIES: Family[DeliveryCheck] = Family("mlwright.data.deliveries", DeliveryCheck)
