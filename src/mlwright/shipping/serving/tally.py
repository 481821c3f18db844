"""What is counted and kept of requests that are answered at the same moment: written at once, when all have answers."""

from __future__ import annotations

from typing import NamedTuple

from mlwright.scoring.coded_rows import CodedRequest
from mlwright.scoring.kept_rows import Asked
from mlwright.shipping.serving.counted import Series


class Tally(NamedTuple):
    """What came together.

    Parameters
    ----------
    classes : list of str or None
        What each record that was answered alone got, by the spelling of its class; None for a number.
    seen : list of Series
        What was seen of their values.
    requests : list of (str, int, float or None)
        Requests by path and status, with the seconds that each took that asked for a prediction.
    ids, coded : list of str, list of CodedRequest
        For the log: requests whose records were read as numbers and codes.
    asked : list of Asked
        Those that are kept as they came.
    """

    classes: list[str | None]
    seen: list[Series]
    requests: list[tuple[str, int, float | None]]
    ids: list[str]
    coded: list[CodedRequest]
    asked: list[Asked]


def new_tally() -> Tally:
    """Nothing so far."""
    return Tally([], [], [], [], [], [])
