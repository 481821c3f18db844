"""When trying more candidates no longer pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mlwright.learning.search.judge import Array, Places, mean_and_error

LEAST_PATIENCE = 16
PATIENCE_SHARE = 0.25
WORTHWHILE = 0.25


class Mark(NamedTuple):
    """How many candidates were tried, the row losses of the ensemble of all of them, and the mean loss of the dummy."""

    n_tried: int
    row_loss: Array
    baseline: float


@dataclass
class Progress:
    """How the ensemble got better while candidates were tried.

    Parameters
    ----------
    groups : array of int or None
        Of the held-out rows.
    least_gain : float
        What the latest candidates must have gained to go on, as a share of what the ensemble gains over the dummy.
    least_patience : int
        How many candidates the latest are at least.
    """

    groups: Places | None = None
    least_gain: float = 0.0
    least_patience: int = LEAST_PATIENCE
    marks: list[Mark] = field(default_factory=list)

    def mark(self, n_tried: int, row_loss: Array, baseline: float = 0.0) -> None:
        """Remember where the search stands."""
        self.marks.append(Mark(n_tried, row_loss, baseline))

    def verdict(self) -> Literal["no further gain", "further gain is not worth it"] | None:
        """Why to stop, or None to go on.

        The latest candidates are the last quarter of all, sixteen at least. No further gain: what they gained is less
        than a quarter of the standard error of that gain; searching below the noise of the estimate finds luck. Not
        worth it: it is less than the user wants.
        """
        found = self._latest_gain()
        if found is None:
            return None
        gain, error = found
        if gain <= WORTHWHILE * error:
            return "no further gain"
        now = self.marks[-1]
        wanted = self.least_gain * (now.baseline - float(now.row_loss.mean()))
        return "further gain is not worth it" if gain < wanted else None

    def _latest_gain(self) -> tuple[float, float] | None:
        """What the latest candidates gained and its standard error; None where that is not known yet."""
        if not self.marks:
            return None
        now = self.marks[-1]
        patience = max(self.least_patience, PATIENCE_SHARE * now.n_tried)
        before = [mark for mark in self.marks if now.n_tried - mark.n_tried >= patience]
        if not before or len(before[-1].row_loss) != len(now.row_loss):
            return None
        return mean_and_error(before[-1].row_loss - now.row_loss, self.groups)
