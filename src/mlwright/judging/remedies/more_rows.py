"""A part of the rows that is served badly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.judging.examined import Examined
from mlwright.judging.remedies import NOT_KNOWN, Cure, Remedy, Suspected
from mlwright.learning.segments import suspected_parts

MOST_SHOWN = 10


class MoreRows(Remedy):
    """Rows that share a value or a range (or two of them) are answered worse than others.

    Parts are found on one half of the rows and judged on the other, both ways. What more rows of the kind would bring
    is told by a quick model: where half of the training rows did surely worse there, rows are lacking; where they did
    not, no number of rows of these columns helps, and what is lacking is a column.
    """

    title = "A part that is served badly"

    def suspects(self, examined: Examined) -> Iterator[Suspected]:
        """What stands out on either half, by what the other half says."""
        rows = examined.rows
        halves = suspected_parts(rows.unseen.rows, examined.excess, rows.sampling, examined.seed)
        for part in (part for half in halves for part in half.parts):
            places = np.flatnonzero(part.rows)
            worst = places[np.argsort(-examined.excess[places], kind="stable")][:MOST_SHOWN]
            yield Suspected(part.description, part.rows, part.p_value, worst)

    def cure(self, suspected: Suspected, examined: Examined) -> Cure:
        """More such rows, or a column that tells them apart."""
        column = f"Look for a column that tells these rows apart: {suspected.where}"
        try:
            gain = examined.of_twice_the_rows(suspected.rows)
        except NotApplicable:
            return Cure(f"{column}; or collect more of them.", NOT_KNOWN)
        if gain.metric is not None and gain.metric.low > 0:
            return Cure(f"Collect more rows where {suspected.where}: they are what is lacking.", gain)
        return Cure(f"{column}. More rows of the columns that there are have brought nothing that is sure.", gain)
