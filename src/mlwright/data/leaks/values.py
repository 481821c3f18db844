"""Signs that a column knows the answer by its values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.once import once
from mlwright.data.columns import TrainingRows
from mlwright.data.leaks.copies import Leak, copied_numbers, stands_for_a_class
from mlwright.data.leaks.lateness import sounds_late, sounds_next, words_asked
from mlwright.data.leaks.together import skill_together
from mlwright.data.strength import MIN_ROWS, Judge, Strength, chance, strengths
from mlwright.data.words import counted, percent

SURE_SKILL = 0.97
SURE_NUMBER = 0.995
SURE_ORDER = 0.995
LIKELY_SKILL = 0.85
LEAST_SKILL = 0.05
STRONG_SKILL, STRONG_NUMBER = 0.6, 0.95
LEAST_FOR_SURE_ORDER = 0.5
LEFT_BY_OTHERS, LEFT_IF_LATE = 0.5, 0.75
MOST_SUSPECTS = 0.2
MIN_OTHERS = 2
PARTIAL_SHARE = 0.05
PARTIAL_DEFAULT = 0.2
FALSE_ALARMS = 0.001


@once
def value_leaks(rows: TrainingRows) -> dict[str, Leak]:
    """Inputs whose values alone answer (nearly) without a fault; strongest first, computed once for all who ask.

    - Over all rows: 97 % of the squared error is gone, or 99.75 of 100 pairs are told apart (surely so for classes;
      for numbers, which are often tied as closely by nature, surely from 99.5 % on). From 85 % on if the name speaks of
      something late, from 5 % on if it speaks of the target at a later time (``sales_next_week``).
    - Over the rows in which it has a value, or another value than one that fills 20 % of them, if that leaves 5 % and
      more.
    - With two values, it stands for one of several classes (97 % of that class's squared error is gone).
    - A number that the target follows to the digit, in whatever unit, in a good part of the rows.
    - It outshines all others: 60 % of the squared error is gone (95 % for numbers), and what it leaves is half or less
      of what a quick model of all other inputs leaves (those as strong not among them, if these are few); three
      quarters if the name speaks of something late, or shares a word with the target (``cup_wins``, ``cup_finish``).

    The chance that noise comes so far is held below 0.1 % over all columns (see `strength.chance`).
    """
    found = dict(_over_all(rows))
    for look in (_over_some, stands_for_a_class, copied_numbers):
        found |= {name: leak for name, leak in look(rows) if name not in found}
    return found | dict(_outshining(rows, set(found)))


def is_sure(strength: Strength, *, is_number: bool) -> bool:
    """Whether a column gives the target away beyond doubt."""
    if is_number:
        return strength.skill >= SURE_NUMBER
    return strength.skill >= SURE_SKILL or (strength.order >= SURE_ORDER and strength.skill >= LEAST_FOR_SURE_ORDER)


def _is_close(strength: Strength) -> bool:
    return strength.skill >= SURE_SKILL or strength.order >= SURE_ORDER


def _over_all(rows: TrainingRows) -> Iterator[tuple[str, Leak]]:
    roles, tried = rows.profile.roles, strengths(rows)
    asked = words_asked(roles.target, roles.inputs)
    for name, strength in tried.items():
        is_late = strength.skill >= LIKELY_SKILL and sounds_late(name, asked)
        is_next = strength.skill >= LEAST_SKILL and sounds_next(name, asked)
        if not (_is_close(strength) or is_late or is_next) or chance(strength.order, rows, len(tried)) >= FALSE_ALARMS:
            continue
        if _is_close(strength) or is_late:
            told = f"Knowing '{name}' alone is nearly enough: it {strength.told(roles)}"
        else:
            told = f"'{name}' is a later '{roles.target}' by its name: it {strength.told(roles)}"
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
    together, asked = skill_together(rows, others), words_asked(roles.target, roles.inputs)
    for name in strong:
        strength = tried[name]
        is_chance = chance(strength.order, rows, len(tried)) >= FALSE_ALARMS
        is_late = sounds_late(name, asked)
        if not is_chance and 1 - strength.skill <= (LEFT_IF_LATE if is_late else LEFT_BY_OTHERS) * (1 - together):
            hint = ", and its name sounds like something that is known only afterwards" if is_late else ""
            yield (
                name,
                Leak(
                    is_sure=False,
                    told=f"'{name}' alone accounts for {percent(strength.skill)} of the differences in "
                    f"'{roles.target}', and a quick model of {counted(len(others), 'other input')} together for "
                    f"{percent(together)}{hint}",
                ),
            )
