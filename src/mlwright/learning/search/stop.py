"""When trying more candidates no longer pays."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlwright.learning.search.judge import Array, Places, mean_and_error

LEAST_PATIENCE = 8
PATIENCE_SHARE = 0.25
WORTHWHILE = 0.25


@dataclass
class Progress:
    """How the ensemble got better while candidates were tried.

    Each mark holds the number of candidates tried so far and the row losses of the ensemble of all of them.
    """

    groups: Places | None = None
    marks: list[tuple[int, Array]] = field(default_factory=list)

    def mark(self, n_tried: int, row_loss: Array) -> None:
        """Remember where the search stands."""
        self.marks.append((n_tried, row_loss))

    def stalled(self) -> bool:
        """Whether the latest candidates gained less than a quarter of the standard error of that gain.

        The latest are the last quarter of all, and eight at least: searching below the noise of the estimate
        finds luck.
        """
        if not self.marks:
            return False
        n_now, now = self.marks[-1]
        patience = max(LEAST_PATIENCE, PATIENCE_SHARE * n_now)
        before = [losses for n_tried, losses in self.marks if n_now - n_tried >= patience]
        if not before or len(before[-1]) != len(now):
            return False
        gain, error = mean_and_error(before[-1] - now, self.groups)
        return gain <= WORTHWHILE * error
