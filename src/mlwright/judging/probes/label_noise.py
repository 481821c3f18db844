"""Some of the answers that were learned from are wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Known, Lesson, Probe
from mlwright.judging.probes._cells import some
from mlwright.records.profile import Profile

SHARE_AT_MOST = 0.2
FEWEST_ROWS = 100


class LabelNoise(Probe):
    """Labels are wrong: a share of the training rows says another class, or the number of another row.

    A quick model learns from the labels as they are, and from those with the errors; both answer the same test rows.
    What errors there are already stays in both, so that this is what as many more would cost.
    """

    title = "Wrong labels"
    relearns = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The rows as they are: what is disturbed is what was learned from."""
        return table

    def lessons(
        self, table: pa.Table, profile: Profile, strength: float, known: Known, rng: np.random.Generator
    ) -> Iterator[Lesson]:
        """All training rows, some of them with a wrong label."""
        n = len(known.target)
        if n < FEWEST_ROWS:
            raise NotApplicable(f"there are fewer than {FEWEST_ROWS} training rows")
        wrong = some(rng, n, SHARE_AT_MOST * strength)
        target = np.where(wrong, _others(known, rng), known.target)
        noticed = "The service cannot notice it; `mlwright check` looks for labels that nothing explains."
        yield Lesson(np.arange(n), target, None, "", self.describe(strength), noticed)

    def describe(self, strength: float) -> str:
        """How many labels are wrong."""
        return f"{percent(SHARE_AT_MOST * strength)} more of the training labels are wrong"


def _others(known: Known, rng: np.random.Generator) -> NDArray[np.float64]:
    """For each row another class than its own, or the number of another row."""
    n = len(known.target)
    if not known.n_classes:
        return known.target[rng.permutation(n)]
    return np.asarray((known.target + rng.integers(1, known.n_classes, n)) % known.n_classes)
