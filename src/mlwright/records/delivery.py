"""A delivery: new data beside what was promised, and whether it may be used."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.findings import Findings
from mlwright.records.profile import ColumnProfile

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
    """

    verdict: DeliveryVerdict
    headline: str
    then: str
    now: str
    n_then: int
    n_now: int
    findings: Findings
