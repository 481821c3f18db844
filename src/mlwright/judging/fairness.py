"""What the model does to the groups of a column: their figures, and how far they are apart.

As in fairlearn: a figure of each group, then the difference between the group with the most and the one with the least,
or the ratio of the least to the most. Whether a distance is a wrong is for people to say; what can be said is how large
it is and how sure that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from mlwright.data.columns import Rows
from mlwright.data.words import counted, figure, listing, percent, quoted, shortened
from mlwright.judging.answered import Answered, Array, Mask
from mlwright.judging.distances import DISTANCES, FIGURES, WORTH, Distance
from mlwright.learning.amounts import refuse_column
from mlwright.learning.segments import parts_of
from mlwright.records.diagnosis import Disparity, GroupFigures, Groups
from mlwright.records.evaluation import Estimate
from mlwright.statistics.apart import Apart, OfLevel, largest_difference, smallest_ratio
from mlwright.statistics.means import mean_estimates, share_estimate

FEWEST_ROWS, FEWEST_OF_A_CLASS = 30, 10


def groups_of(column: str, rows: Answered, n_columns: int = 1) -> Groups:
    """The groups of a column, which need be no input of the model.

    Names are groups (the 20 most frequent), numbers and dates are cut into five of about equal size, and rows without
    a value are a group. Fewer than 30 rows, and for the rates of a class fewer than 10 of it, are too few to tell.
    Each interval holds by itself. Groups are said to be surely apart where they still are with intervals that hold for
    all figures of all columns together (Bonferroni).

    Raises
    ------
    SettingsError
        If there is no such column, or it is the target.
    """
    profile = rows.unseen.profile
    refuse_column(column, rows.table, profile, "evaluate.groups")
    of = Rows(profile, rows.unseen.positions, rows.table.arrow([column], rows.unseen.positions), seed=0)
    parts = sorted(parts_of(of, column), key=lambda part: -int(part[1].sum()))
    parts = [(_name(name, column), inside) for name, inside in parts if inside.any()]
    figures = FIGURES[rows.task] | ({} if rows.benefit.assumed else {"worth": WORTH})
    measured = {name: one.of(rows) for name, one in figures.items()}
    groups = tuple(_group(name, inside, measured, rows) for name, inside in parts)
    told = [(name, inside) for (name, inside), group in zip(parts, groups, strict=True) if not group.too_small]
    n_looks = n_columns * len(measured)
    disparities = tuple(_disparities(told, measured, rows, n_looks)) if len(told) > 1 else ()
    return Groups(
        column=column, groups=groups, disparities=disparities, sentence=_sentence(column, groups, disparities)
    )


def _name(description: str, column: str) -> str:
    """What a group shares, without the name of the column."""
    return description.removeprefix(f"{column} ").removeprefix("is ").strip("'")


def _group(name: str, inside: Mask, measured: dict[str, tuple[Array, Mask]], rows: Answered) -> GroupFigures:
    n = int(inside.sum())
    if n < FEWEST_ROWS:
        why = f"{counted(n, 'row')} of '{shortened(name)}' are too few to tell; {FEWEST_ROWS} would do."
        return GroupFigures(name=name, n_rows=n, too_small=why)
    figures = {
        key: _of_level(values, inside & part, rows)(rows.level)
        for key, (values, part) in measured.items()
        if _is_enough(inside & part, part)
    }
    return GroupFigures(name=name, n_rows=n, figures=figures)


def _is_enough(counting: Mask, part: Mask) -> bool:
    return bool(counting.sum() >= (FEWEST_ROWS if part.all() else FEWEST_OF_A_CLASS))


def _of_level(values: Array, counting: Mask, rows: Answered) -> OfLevel:
    """The mean over the rows that count, as a function of the level of its interval."""
    inside = values[counting]
    if set(np.unique(inside)) <= {0.0, 1.0}:
        return partial(_share, values, counting, rows)
    draws = rows.draws(counting)
    return lambda level: mean_estimates(inside[:, None], draws, level)[0]


def _share(values: Array, counting: Mask, rows: Answered, level: float) -> Estimate:
    return share_estimate(values, rows.draws(), level, counting)


def _disparities(
    parts: Sequence[tuple[str, Mask]], measured: dict[str, tuple[Array, Mask]], rows: Answered, n_looks: int
) -> Iterator[Disparity]:
    for name, distance in DISTANCES.items():
        if not set(distance.figures) <= set(measured):
            continue
        found = [_apart(key, distance, parts, measured, rows, n_looks) for key in distance.figures]
        if all(each is not None for each in found):
            yield _disparity(name, distance, [each for each in found if each is not None], rows.level)


class _Found(NamedTuple):
    figure: str
    apart: Apart
    names: tuple[str, ...]
    values: tuple[float, ...]
    is_sure: bool


def _apart(
    key: str,
    distance: Distance,
    parts: Sequence[tuple[str, Mask]],
    measured: dict[str, tuple[Array, Mask]],
    rows: Answered,
    n_looks: int,
) -> _Found | None:
    """How far groups are apart in one figure; None where fewer than two have rows enough for it."""
    values, part = measured[key]
    enough = [(name, inside & part) for name, inside in parts if _is_enough(inside & part, part)]
    if len(enough) < 2:
        return None
    of = [_of_level(values, counting, rows) for _, counting in enough]
    compare = smallest_ratio if distance.is_ratio else largest_difference
    means = tuple(float(values[counting].mean()) for _, counting in enough)
    names = tuple(name for name, _ in enough)
    strict = compare(of, rows.level, n_looks).value
    is_sure = strict.high < 1 if distance.is_ratio else strict.low > 0
    return _Found(key, compare(of, rows.level, len(distance.figures)), names, means, is_sure)


def _disparity(name: str, distance: Distance, found: Sequence[_Found], level: float) -> Disparity:
    """The figure in which the groups are furthest apart; its interval holds with those of the others."""
    furthest = (min if distance.is_ratio else max)(found, key=lambda each: each.apart.value.value)
    choose = min if distance.is_ratio else max
    low, high = (choose(getattr(each.apart.value, end) for each in found) for end in ("low", "high"))
    value = furthest.apart.value.model_copy(update={"low": low, "high": high, "level": level})
    most, least = (furthest.names[place] for place in (furthest.apart.most, furthest.apart.least))
    is_sure = any(each.is_sure for each in found)
    sentence = _told(furthest, value, distance, is_sure=is_sure)
    return Disparity(name=name, value=value, most=most, least=least, is_sure=is_sure, sentence=sentence)


def _told(found: _Found, value: Estimate, distance: Distance, *, is_sure: bool) -> str:
    most, least = (found.names[place] for place in (found.apart.most, found.apart.least))
    measured = next((of[found.figure] for of in FIGURES.values() if found.figure in of), WORTH)
    spell = percent if measured.is_share else figure
    top, bottom = (spell(found.values[place]) for place in (found.apart.most, found.apart.least))
    title = f"{measured.title[0].upper()}{measured.title[1:]}"
    shown = f"{title}: {top} of '{shortened(most)}', {bottom} of '{shortened(least)}'"
    if not measured.is_share:
        shown = f"{title}: {top} for '{shortened(most)}', {bottom} for '{shortened(least)}'"
    if distance.is_ratio:
        return f"{shown}: a ratio of {value.value:.2f} ({value.low:.2f} to {value.high:.2f})."
    if measured.is_share:
        points = (100 * end for end in (value.value, value.low, value.high))
        apart = "{:.1f} points ({:.1f} to {:.1f})".format(*points)
    else:
        apart = "{} ({} to {})".format(*(figure(float(f"{end:.3g}")) for end in (value.value, value.low, value.high)))
    return f"{shown}: {apart} apart.{'' if is_sure else _chance(value)}"


def _chance(value: Estimate) -> str:
    return " Among so many figures that may be chance." if value.low > 0 else " That may be chance."


def _sentence(column: str, groups: Sequence[GroupFigures], disparities: Sequence[Disparity]) -> str:
    small = [group.name for group in groups if group.too_small]
    left_out = f" Too small to tell: {quoted(small)}." if small else ""
    if not disparities:
        return f"Fewer than two groups of '{column}' are large enough to be compared.{left_out}"
    sure = _sure(disparities)
    if not sure:
        return f"The groups of '{column}' cannot be told apart in any figure: what differs may be chance.{left_out}"
    names = listing((each.name.replace("_", " ") for each in sure), limit=8)
    told = f"The groups of '{column}' are surely apart in: {names}."
    return f"{told} Whether that is a wrong is for people to say.{left_out}"


def _sure(disparities: Sequence[Disparity]) -> list[Disparity]:
    return [each for each in disparities if each.is_sure and not each.name.endswith("_ratio")]


def is_surely_apart(groups: Groups) -> bool:
    """Whether the groups of a column differ in some figure by more than chance."""
    return bool(_sure(groups.disparities))
