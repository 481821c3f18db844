"""How well the model holds up when the data is not as it was."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate
from mlwright.records.findings import Skipped


class ProbeResult(Record):
    """One way to disturb the test rows, at one strength.

    Parameters
    ----------
    probe : str
    title : str
        What was done, in a few words.
    strength : float
        From 0 (nothing) to 1 (the most that is tried).
    metric : Estimate
        On the disturbed rows.
    loss : Estimate
        How much worse than undisturbed, in the direction of worse: positive is worse. Paired over rows.
    lost_share : float
        `loss` as a share of the model's gain over the dummy: 1 means no better than the dummy.
    answers_changed : float
        Share of rows whose answer (class, or number by more than 10 % of its spread) changed.
    sentence : str
    cost : Estimate or None
        What it costs per 1,000 cases in the user's money; None where no benefit table was given.
    noted_share : float or None
        Share of the records on which the service would note something, beyond the usual; None where no record was
        disturbed.
    quick_model : str
        The family that learned both ways, where it was disturbed what was learned from; else empty. Gain and loss are
        then its own.
    """

    probe: str
    title: str
    strength: float
    metric: Estimate
    loss: Estimate
    lost_share: float
    answers_changed: float
    sentence: str
    cost: Estimate | None = None
    noted_share: float | None = None
    quick_model: str = ""


class Robustness(Record):
    """All probes, the most harmful first.

    Parameters
    ----------
    metric : str
        The metric in which loss is told.
    n_rows : int or None
        Test rows that were disturbed: fewer where the model is slow or time was short; None in records from before
        this was kept.
    results : tuple of ProbeResult
    skipped : tuple of Skipped
        Probes of which there is no result, and why.
    n_unasked : int
        Questions of moderate strength that there was no time for.
    """

    metric: str
    n_rows: int | None = None
    results: tuple[ProbeResult, ...]
    skipped: tuple[Skipped, ...]
    n_unasked: int = 0

    @property
    def cut_short(self) -> bool:
        """Whether there was no time for some questions that a rule looks at."""
        return self.n_unasked > 0
