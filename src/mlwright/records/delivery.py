"""A delivery: new data beside what was promised, and whether it may be used."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.contract import Contract, Part
from mlwright.records.data import Snapshot
from mlwright.records.findings import Excerpt, Findings
from mlwright.records.profile import ColumnProfile, Kind

DeliveryVerdict = Literal["accept", "look", "refuse"]


class Promise(Record):
    """What a delivery is held to.

    Parameters
    ----------
    source : str
        Where the data was that the contract was learned from.
    contract : Contract
    columns : tuple of ColumnProfile
        The figures of those of its columns that are known.
    importance : dict
        How much the model makes of each input, by any scale; empty if that is not known.
    snapshot : Snapshot or None
        The rows, where they are at hand.
    details : dict
        What reading that data has shown (delimiter, encoding, ...), in the reader's own words.
    earlier : tuple of Snapshot
        New data that was looked at before, oldest first.
    """

    source: str
    contract: Contract
    columns: tuple[ColumnProfile, ...]
    importance: dict[str, float] = {}
    snapshot: Snapshot | None = None
    details: dict[str, str] = {}
    earlier: tuple[Snapshot, ...] = ()


class Beside(Record):
    """A column of new data beside what it was.

    Parameters
    ----------
    name, kind, part : str
    weight : float or None
        How much the model makes of it, as a share of its strongest input; None where that is not known.
    missing_then, missing_now : float
        Shares of the rows.
    is_ordered : bool
        Whether the groups are cut from a line of numbers or moments, else they are names.
    labels : tuple of str
        What the groups are called; empty for texts and keys, which have none.
    then, now : tuple of float
        Shares of the rows with a value that fall into each group.
    size : float or None
        The share of the rows that would have to change to undo the shift; None where no test could judge.
    chance : float or None
        Of a shift like this if nothing has changed, over all columns together.
    """

    name: str
    kind: Kind
    part: Part
    weight: float | None = None
    missing_then: float
    missing_now: float
    is_ordered: bool = False
    labels: tuple[str, ...] = ()
    then: tuple[float, ...] = ()
    now: tuple[float, ...] = ()
    size: float | None = None
    chance: float | None = None


class Delivery(Record):
    """What was found in new data.

    Parameters
    ----------
    verdict : str
        ``accept``; ``look``: a person should look before it is used; ``refuse``: a model would be wrong on it.
    headline : str
    then, now : str
        Where the data before and the new data were.
    n_then, n_now : int
        Their rows.
    findings : Findings
    columns : tuple of Beside
        The first 300 columns that both have.
    excerpts : tuple of Excerpt
        Some of the rows that the findings are about, by the place of each finding.
    """

    verdict: DeliveryVerdict
    headline: str
    then: str
    now: str
    n_then: int
    n_now: int
    findings: Findings
    columns: tuple[Beside, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
