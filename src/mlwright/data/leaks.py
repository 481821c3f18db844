"""Signs that a column knows the answer: by its values, or by its gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from mlwright.data.columns import TrainingRows
from mlwright.data.lateness import sounds_late
from mlwright.data.strength import MIN_ROWS, Judge, Strength, chance, strengths
from mlwright.data.together import skill_together
from mlwright.data.words import counted, percent

SURE_SKILL = 0.97
SURE_NUMBER = 0.995
SURE_ORDER = 0.995
LIKELY_SKILL = 0.85
STRONG_SKILL, STRONG_NUMBER = 0.6, 0.95
LEAST_FOR_SURE_ORDER = 0.5
LEFT_BY_OTHERS = 0.5
MOST_SUSPECTS = 0.2
MIN_OTHERS = 2
PARTIAL_SHARE = 0.05
PARTIAL_DEFAULT = 0.2

MIN_SIDE = 20
PURE_SHARE = 0.99
MAX_BASE = 0.9
FALSE_ALARMS = 0.001
NUMBER_SKILL = 0.5
PURE_HALF = 0.5


class Leak(NamedTuple):
    """What makes a column suspect.

    Parameters
    ----------
    is_sure : bool
        Whether no honest column could look like that.
    told : str
        What was seen, as a sentence without its stop.
    """

    is_sure: bool
    told: str


def value_leaks(rows: TrainingRows) -> dict[str, Leak]:
    """Inputs whose values alone answer (nearly) without a fault; strongest first, computed once for all who ask.

    - Over all rows: 97 % of the squared error is gone, or 99.75 of 100 pairs are told apart (surely so for classes;
      for numbers, which are often tied as closely by nature, surely from 99.5 % on). From 85 % on if the name speaks of
      something late.
    - Over the rows in which it has a value, or another value than one that fills 20 % of them, if that leaves 5 % and
      more.
    - It outshines all others: 60 % of the squared error is gone (95 % for numbers), and what it leaves is half or less
      of what a quick model of all other inputs leaves (those as strong not among them, if these are few).

    The chance that noise comes so far is held below 0.1 % over all columns (see `strength.chance`).
    """
    if (kept := _KEPT.get(rows)) is None:
        found = dict(_over_all(rows))
        found |= {name: leak for name, leak in _over_some(rows) if name not in found}
        found |= dict(_outshining(rows, set(found)))
        kept = _KEPT.setdefault(rows, found)
    return kept


_KEPT: WeakKeyDictionary[TrainingRows, dict[str, Leak]] = WeakKeyDictionary()


def is_sure(strength: Strength, *, is_number: bool) -> bool:
    """Whether a column gives the target away beyond doubt."""
    if is_number:
        return strength.skill >= SURE_NUMBER
    return strength.skill >= SURE_SKILL or (strength.order >= SURE_ORDER and strength.skill >= LEAST_FOR_SURE_ORDER)


def _is_close(strength: Strength) -> bool:
    return strength.skill >= SURE_SKILL or strength.order >= SURE_ORDER


def _over_all(rows: TrainingRows) -> Iterator[tuple[str, Leak]]:
    roles, tried = rows.profile.roles, strengths(rows)
    for name, strength in tried.items():
        is_late = strength.skill >= LIKELY_SKILL and sounds_late(name, roles.target)
        if (_is_close(strength) or is_late) and chance(strength.order, rows, len(tried)) < FALSE_ALARMS:
            told = f"Knowing '{name}' alone is nearly enough: it {strength.told(roles)}"
            yield name, Leak(is_sure(strength, is_number=roles.task == "regression"), told)


def _over_some(rows: TrainingRows) -> Iterator[tuple[str, Leak]]:
    """Columns that settle the target where they have a value, or another one than mostly."""
    roles, tried = rows.profile.roles, strengths(rows)
    for name, strength in tried.items():
        for keep, where in _telling_parts(rows, name):
            share = float(keep.mean())
            if not PARTIAL_SHARE <= share < 1 or keep.sum() < MIN_ROWS or strength.skill < share / 2:
                continue
            part = rows.only(keep, name)
            found = Judge(part).column(name)
            if _is_close(found) and chance(found.order, part, 3 * len(tried)) < FALSE_ALARMS:
                told = f"Where '{name}' {where} ({percent(share)} of the training rows), it alone {found.told(roles)}"
                yield name, Leak(is_sure(found, is_number=roles.task == "regression"), told)
                break


def _telling_parts(rows: TrainingRows, name: str) -> Iterator[tuple[NDArray[np.bool_], str]]:
    missing = rows.missing(name)
    if missing.any():
        yield ~missing, "has a value"
    values = rows.numbers(name)[~missing] if rows.is_ordered(name) else rows.levels(name).places[~missing]
    if not len(values):
        return
    levels, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    for often in np.flatnonzero(counts >= PARTIAL_DEFAULT * len(rows)) if len(levels) > 2 else ():
        keep = ~missing
        keep[keep] = places != often
        shown = f"{levels[often]:g}" if rows.is_ordered(name) else f"'{rows.levels(name).names[int(levels[often])]}'"
        yield keep, f"is not {shown}"


def _outshining(rows: TrainingRows, told: set[str]) -> Iterator[tuple[str, Leak]]:
    """Few columns that tell far more than all others together."""
    roles, tried = rows.profile.roles, strengths(rows)
    least = STRONG_NUMBER if roles.task == "regression" else STRONG_SKILL
    strong = [name for name, strength in tried.items() if strength.skill >= least and name not in told]
    others = [name for name in tried if name not in told and name not in strong]
    if not strong or len(others) < MIN_OTHERS or len(strong) > max(1, MOST_SUSPECTS * len(tried)):
        return
    together = skill_together(rows, others)
    for name in strong:
        strength = tried[name]
        is_chance = chance(strength.order, rows, len(tried)) >= FALSE_ALARMS
        if not is_chance and 1 - strength.skill <= LEFT_BY_OTHERS * (1 - together):
            yield (
                name,
                Leak(
                    is_sure=False,
                    told=f"'{name}' alone accounts for {percent(strength.skill)} of the differences in "
                    f"'{roles.target}', and a quick model of {counted(len(others), 'other input')} together for "
                    f"{percent(together)}",
                ),
            )


def gap_leaks(rows: TrainingRows) -> dict[str, str]:
    """Inputs whose being there, or not being there, settles the target; what is seen, by name.

    For classes: the rows with a value, or those without, belong to one class by 99 %, and it is not a class that
    has more than 90 % of all rows; the binomial chance of so pure a group is held below 0.1 % over all columns, groups
    and classes together (Bonferroni). For numbers: the gaps alone take away half of the squared error of the target's
    ranks, or 99 % of the rows with a value lie in the upper, or the lower, half of all.
    """
    gaps = {name: rows.missing(name) for name in rows.profile.roles.inputs}
    gaps = {name: gap for name, gap in gaps.items() if MIN_SIDE <= gap.sum() <= len(rows) - MIN_SIDE}
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
        skill = judge.strength(gap.astype(np.int64)).skill
        if skill >= NUMBER_SKILL:
            seen[name] = (
                f"Whether '{name}' has a value accounts for {percent(skill)} of the differences in "
                f"'{rows.profile.roles.target}'"
            )
        elif (told := _one_sided(rows, name, ~gap, judge.targets[0])) is not None:
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
