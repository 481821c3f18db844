"""The world moves on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Judged, Known, Probe
from mlwright.records.profile import Profile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import to_number_array

FEWEST_ROWS = 30


class LaterPeriod(Probe):
    """Nothing is disturbed: the latest of the test rows are judged against the earlier ones.

    What counts is the gain over the dummy, so that a time in which everything is harder to tell is not held against
    the model. The strength is the share of rows that are too early to be judged.
    """

    title = "The latest rows"
    strengths = (0.5, 0.75)

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The rows as they are."""
        return table

    def judged(
        self, table: pa.Table, profile: Profile, strength: float, known: Known, rng: np.random.Generator
    ) -> Judged:
        """The latest rows."""
        time = profile.roles.time
        if time is None or time not in table.column_names:
            raise NotApplicable("there is no column of time")
        column = profile.column(time)
        is_number = column.kind == "number"
        moments = to_number_array(table[time]) if is_number else to_moment_array(table[time], column.date_format)
        late: NDArray[np.bool_] = (
            moments > np.nanquantile(moments, strength) if np.isfinite(moments).any() else moments > 0
        )
        if min(late.sum(), (~late).sum()) < FEWEST_ROWS:
            raise NotApplicable(f"there are fewer than {FEWEST_ROWS} rows before or after")
        return Judged(late)

    def describe(self, strength: float) -> str:
        """Which rows are judged."""
        return f"only the latest {percent(1 - strength)} of the test rows count"
