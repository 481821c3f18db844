"""Gaps that go with the target."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Contrast
from mlwright.data.insights._evidence import Evidence
from mlwright.data.insights._shapes import SEEN, apart
from mlwright.data.words import shortened


class Missingness(Seeker):
    """Rows without a value against those with one, for every column that lacks some."""

    title = "Gaps that go with the target"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One contrast for each column and outcome."""
        gaps = {name: evidence.rows.missing(name) for name in evidence.columns}
        gaps = {name: gap for name, gap in gaps.items() if gap.any()}
        if not gaps:
            raise NotApplicable("no input lacks a value")
        for name, gap in gaps.items():
            for outcome in evidence.outcomes:
                strength = apart(outcome.ranks[evidence.first], gap[evidence.first], ~gap[evidence.first])
                if abs(strength) >= SEEN:
                    told = f"'{shortened(name)}' is missing", "it has a value"
                    if strength > 0:
                        yield Contrast((name,), outcome, gap, ~gap, *told)
                    else:
                        other = f"'{shortened(name)}' has a value", "it is missing"
                        yield Contrast((name,), outcome, ~gap, gap, *other)

    @staticmethod
    def speaks() -> Specimen:
        """Those who say no leave their income out more often."""
        columns = plain_columns()
        rng = np.random.default_rng(8)
        lost = rng.random(len(columns["y"])) < np.where(np.array(columns["y"]) == "no", 0.6, 0.1)
        income = rng.normal(3000, 300, len(lost)).round()
        return Specimen(columns | {"income": [None if gap else value for gap, value in zip(lost, income, strict=True)]})

    @staticmethod
    def quiet() -> Specimen:
        """Gaps by chance."""
        columns = plain_columns()
        rng = np.random.default_rng(8)
        n_rows = len(columns["y"])
        income = [None if gap else 1.0 * gap for gap in (rng.random(n_rows) < 0.3).tolist()]
        filled = [value if value is None else float(rng.normal(3000, 300)) for value in income]
        return Specimen({"income": filled, "y": columns["y"]})
