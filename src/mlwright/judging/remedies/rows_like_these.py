"""Rows unlike anything that was learned from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.judging.examined import Examined
from mlwright.judging.remedies import NOT_KNOWN, Cure, Remedy, Suspected
from mlwright.learning.segments import p_value

FEWEST_ROWS = 15
MOST_SHOWN = 10


class RowsLikeThese(Remedy):
    """Rows that the service calls unlike anything seen, if they are answered worse than others."""

    title = "Unlike anything seen"

    def suspects(self, examined: Examined) -> Iterator[Suspected]:
        """Rows that are unlike, with whether they lose more."""
        if examined.uncertain is None:
            raise NotApplicable("what is familiar was not learned")
        why = examined.uncertain.unlike(examined.blocks)
        unlike = np.array([bool(reason) for reason in why])
        if unlike.sum() < FEWEST_ROWS:
            raise NotApplicable(f"fewer than {FEWEST_ROWS} rows are unlike anything seen")
        places = np.flatnonzero(unlike)
        worst = places[np.argsort(-examined.excess[places], kind="stable")][:MOST_SHOWN]
        everywhere = np.ones(len(examined), dtype=bool)
        p = p_value(unlike, examined.excess, examined.rows.sampling, everywhere)
        yield Suspected("rows are unlike anything that was learned from", unlike, p, worst)

    def cure(self, suspected: Suspected, examined: Examined) -> Cure:
        """Rows of this kind; what they would bring is not known, as there are none to learn from."""
        advice = "Collect rows like those that are unlike anything seen, and hand such cases to a person until then."
        return Cure(advice, NOT_KNOWN._replace(rests_on="There are none among the training rows to learn from."))
