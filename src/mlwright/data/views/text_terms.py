"""The words that go with the target."""

from __future__ import annotations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.insights._evidence import MIN_ROWS
from mlwright.data.insights._terms import Terms
from mlwright.data.style import ORANGE
from mlwright.data.views import Picture, View
from mlwright.data.views._ladder import ladder
from mlwright.data.views._measure import Group, Measure
from mlwright.data.words import shortened
from mlwright.records.profile import Profile

N_TERMS = 10


class TextTerms(View):
    """The words whose rows have the largest figures, and those whose rows have the smallest, with 95 % intervals.

    Of the first column of text; words that come in 40 rows at least. The words are those that stand out most, which
    flatters them a little: the insights say what holds on rows that they were not chosen by.
    """

    title = "Words that go with the target"
    order = 38

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """One line for each word, the largest figure on top; the dotted line is the figure of all rows."""
        rows = training_rows(table, profile)
        texts = [column.name for column in profile.inputs if column.kind == "text"]
        if not texts:
            raise NotApplicable("there is no column of text")
        name = texts[0]
        terms = Terms(rows, name, 2 * MIN_ROWS)
        values, place = _values(rows)
        chosen = _telling(terms, values)
        if len(chosen) < 2:
            raise NotApplicable(f"no two words of '{name}' come in {2 * MIN_ROWS} rows")
        groups = [Group(terms.name(term), terms.name(term), terms.holds(term)) for term in chosen]
        measure = Measure(rows, groups, place=place)
        points = sorted(measure.points(), key=lambda point: -point.centre)
        figure = ladder(measure, points)
        overall = float(values.mean())
        figure.add_vline(overall, line={"color": ORANGE, "dash": "dot", "width": 1.5})
        top, last = points[0], points[-1]
        return Picture(
            f"Where '{shortened(name)}' says '{shortened(top.label)}', the {measure.name} is "
            f"{measure.spell(top.centre)}; with '{shortened(last.label)}' it is {measure.spell(last.centre)}, and "
            f"{measure.spell(overall)} over all.",
            figure,
        )


def _values(rows: TrainingRows) -> tuple[np.ndarray, int | None]:
    """What is drawn: the number, or whether a row is of the last class (of several: the largest one)."""
    if rows.profile.roles.task == "regression":
        return rows.values, None
    sizes = np.bincount(rows.classes, minlength=len(rows.profile.roles.classes))
    place = 1 if len(sizes) == 2 else int(sizes.argmax())
    return (rows.classes == place).astype(np.float64), place


def _telling(terms: Terms, values: np.ndarray) -> list[int]:
    """The words that stand out most to either side, by standard errors."""
    counts, sums = terms.sums(np.ones(len(values))), terms.sums(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (sums / counts - values.mean()) * np.sqrt(counts)
    ranked = sorted(terms.frequent, key=lambda term: -out[term])
    ranked = [term for term in ranked if counts[term] <= len(values) - MIN_ROWS]
    return list(dict.fromkeys([*ranked[:N_TERMS], *ranked[-N_TERMS:]]))
