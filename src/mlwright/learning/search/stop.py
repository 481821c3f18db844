"""When trying more candidates no longer pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mlwright.learning.search.judge import Array, Places, mean_and_error

LEAST_PATIENCE, PATIENCE_SHARE = 8, 0.25
"""How many candidates the latest are: so many at least, and this share of all that were tried and of what they cost."""
LONG_PATIENCE, LONG_SHARE = 32, 0.5
"""How many they are where noise hides what they gain."""
SLIGHT, SLIGHT_OF_REST = 0.005, 0.01
"""What further candidates may bring at most to be slight, as a share of what the ensemble gains over the dummy, and of
what it still loses."""
WORTHWHILE = 0.25


class Mark(NamedTuple):
    """Where a search stands.

    Parameters
    ----------
    n_tried : int
        Candidates.
    row_loss : array, shape (n_rows,)
        Of the ensemble of all of them.
    baseline : float
        The mean loss of the dummy.
    cost_s : float
        What their fits were guessed to take: no clock, so that a search can be repeated.
    """

    n_tried: int
    row_loss: Array
    baseline: float = 0.0
    cost_s: float = 0.0


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

    def mark(self, mark: Mark) -> None:
        """Remember where the search stands."""
        self.marks.append(mark)

    def verdict(self) -> Literal["no further gain", "further gain is not worth it"] | None:
        """Why to stop, or None to go on.

        What the latest candidates brought tells what the next ones may bring. The latest are a quarter of all, eight at
        least, and have cost a quarter of what all did: where many are cheap, little is saved by leaving. No further
        gain: what they gained is, with one standard error on top, less than half a percent of what the ensemble gains
        over the dummy, and less than a percent of what it still loses: where that is a hundredth of what the dummy
        loses, it could be halved by less than the first. Where noise hides that, half of all are asked, 32 at least:
        what they gained is less than a quarter of its standard error, and a search below the noise of the estimate
        finds luck. Not worth it: the latest gained less than the user wants.
        """
        latest = self._gain_of(max(self.least_patience, PATIENCE_SHARE * self._n_tried))
        if latest is None:
            return None
        gain, error = latest
        now = self.marks[-1]
        rest = float(now.row_loss.mean())
        over_dummy = now.baseline - rest
        if gain + error <= min(SLIGHT * over_dummy, SLIGHT_OF_REST * rest) or self._is_lost_in_noise():
            return "no further gain"
        is_too_little = self.least_gain > 0 and gain < self.least_gain * over_dummy
        return "further gain is not worth it" if is_too_little else None

    def _is_lost_in_noise(self) -> bool:
        found = self._gain_of(max(LONG_PATIENCE, LONG_SHARE * self._n_tried))
        return found is not None and found[0] <= WORTHWHILE * found[1]

    @property
    def _n_tried(self) -> int:
        return self.marks[-1].n_tried if self.marks else 0

    def _gain_of(self, n_latest: float) -> tuple[float, float] | None:
        """What so many candidates gained last and its standard error; None where that is not known yet."""
        most_s = (1 - PATIENCE_SHARE) * self.marks[-1].cost_s if self.marks else 0.0
        before = [mark for mark in self.marks if self._n_tried - mark.n_tried >= n_latest and mark.cost_s <= most_s]
        if not before or len(before[-1].row_loss) != len(self.marks[-1].row_loss):
            return None
        return mean_and_error(before[-1].row_loss - self.marks[-1].row_loss, self.groups)
