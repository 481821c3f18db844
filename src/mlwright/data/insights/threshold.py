"""Numbers beyond which the target is another one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Contrast
from mlwright.data.insights._evidence import Evidence
from mlwright.data.insights._shapes import groups, shape, spelling_of
from mlwright.data.words import shortened


class Threshold(Seeker):
    """Rows below a cut against those above it, where one step says more than a straight line does.

    The cut is the one of 16 quantiles that takes away most of the squared error in the first half.
    """

    title = "Numbers beyond which the target is another one"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One contrast for each column and outcome that a step suits."""
        for name in evidence.of_kind("number"):
            for outcome in evidence.outcomes:
                found = shape(evidence, name, outcome)
                if found is not None and found.form == "step":
                    more, less = groups(evidence, name, found)
                    spell = spelling_of(evidence, name)
                    sides = f"'{shortened(name)}' is above {spell(found.low)}", f"it is at most {spell(found.low)}"
                    if not found.rises:
                        sides = f"'{shortened(name)}' is at most {spell(found.low)}", "it is above"
                    yield Contrast((name,), outcome, more, less, *sides)

    @staticmethod
    def speaks() -> Specimen:
        """Yes from a load of 40 on, hardly ever below."""
        rng = np.random.default_rng(5)
        load = rng.uniform(0, 100, 1600)
        answers = np.where(rng.random(1600) < np.where(load > 40, 0.7, 0.1), "yes", "no")
        return Specimen({"load": load.round(1).tolist(), "y": answers.tolist()})

    @staticmethod
    def quiet() -> Specimen:
        """A load that says nothing."""
        rng = np.random.default_rng(5)
        return Specimen({"load": rng.uniform(0, 100, 300).round(1).tolist(), "y": plain_columns()["y"]})
