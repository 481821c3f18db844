"""How the model stands against the one that is in use."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate


class Challenge(Record):
    """The model of this run beside the champion, on the same rows, which neither has learned from.

    Parameters
    ----------
    champion : str or None
        The bundle that is in use; None if there is none.
    n_rows : int
        Rows that both were asked about.
    n_known : int
        Unseen rows of this run that the champion has learned from; it would be flattered by them.
    metric : str
    model, champion_model : Estimate or None
        None where there was nothing to compare.
    gain : Estimate or None
        Paired, in the direction of better: positive is in favour of this run's model.
    sentence : str
    """

    champion: str | None
    n_rows: int = 0
    n_known: int = 0
    metric: str
    model: Estimate | None = None
    champion_model: Estimate | None = None
    gain: Estimate | None = None
    sentence: str
