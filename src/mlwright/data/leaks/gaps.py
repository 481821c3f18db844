"""Columns whose being there, or not being there, settles the target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from mlwright.data.columns import TrainingRows
from mlwright.data.strength import Judge
from mlwright.data.words import percent

MIN_SIDE, MIN_SIDE_OF_CLASSES = 20, 5
PURE_SHARE = 0.99
MAX_BASE = 0.9
FALSE_ALARMS = 0.001
NUMBER_SKILL = 0.5
PURE_HALF = 0.5


def gap_leaks(rows: TrainingRows) -> dict[str, str]:
    """Inputs whose being there, or not being there, settles the target; what is seen, by name.

    For classes: the rows with a value, or those without, belong to one class by 99 %, and it is not a class that
    has more than 90 % of all rows; the binomial chance of so pure a group is held below 0.1 % over all columns, groups
    and classes together (Bonferroni). For numbers: the gaps alone take away half of the squared error of the target's
    ranks, or 99 % of the rows with a value lie in the upper, or the lower, half of all.
    """
    gaps = {name: rows.missing(name) for name in rows.profile.roles.inputs}
    least = MIN_SIDE if rows.profile.roles.task == "regression" else MIN_SIDE_OF_CLASSES
    gaps = {name: gap for name, gap in gaps.items() if least <= gap.sum() <= len(rows) - least}
    if rows.profile.roles.task == "regression":
        seen = _gaps_and_numbers(rows, gaps)
    else:
        seen = {name: told for name, gap in gaps.items() if (told := _gap_and_class(rows, name, gap, len(gaps)))}
    return seen


def _gap_and_class(rows: TrainingRows, name: str, gap: NDArray[np.bool_], n_columns: int) -> str | None:
    classes = rows.profile.roles.classes
    base = np.bincount(rows.classes, minlength=len(classes)) / len(rows)
    for side, words in ((~gap, "has a value"), (gap, "is missing")):
        sizes = np.bincount(rows.classes[side], minlength=len(classes))
        place, n = int(sizes.argmax()), int(sizes.sum())
        if base[place] > MAX_BASE:
            continue
        hits, seen = (int(count * rows.independent_share) for count in (sizes[place], n))
        by_chance = float(bdtrc(hits - 1, seen, base[place])) if hits else 1.0
        if sizes[place] >= PURE_SHARE * n and by_chance * n_columns * 2 * len(classes) < FALSE_ALARMS:
            return (
                f"Where '{name}' {words}, the answer is '{classes[place]}' in {sizes[place]:,} of {n:,} training rows; "
                f"over all rows it is so in {percent(base[place])}"
            )
    return None


def _gaps_and_numbers(rows: TrainingRows, gaps: dict[str, NDArray[np.bool_]]) -> dict[str, str]:
    judge = Judge(rows)
    seen = {}
    for name, gap in gaps.items():
        skill = judge.skill(gap.astype(np.int64))
        if skill >= NUMBER_SKILL:
            seen[name] = (
                f"Whether '{name}' has a value accounts for {percent(skill)} of the differences in "
                f"'{rows.profile.roles.target}'"
            )
        elif (told := _one_sided(rows, name, ~gap, judge.targets[0].values)) is not None:
            seen[name] = told
    return seen


def _one_sided(rows: TrainingRows, name: str, filled: NDArray[np.bool_], ranks: NDArray[np.float64]) -> str | None:
    """That nearly all rows with a value have a large (or a small) target, if that is so.

    Half of all rows are so, and 20 of 20 with a chance of one in a million.
    """
    for side, words in ((ranks, "above"), (1 - ranks, "below")):
        share = float((side[filled] > PURE_HALF).mean())
        if share >= PURE_SHARE and filled.sum() * rows.independent_share >= MIN_SIDE:
            return (
                f"Where '{name}' has a value, '{rows.profile.roles.target}' lies {words} its median in "
                f"{percent(share)} of {int(filled.sum()):,} training rows"
            )
    return None
