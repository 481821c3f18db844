"""Signs that a column knows the answer: by its values, by its gaps, by its name."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from mlwright.data.columns import TrainingRows
from mlwright.data.strength import Judge, Strength, chance, strengths
from mlwright.data.words import percent
from mlwright.records.profile import Roles

SURE_SKILL = 0.97
SURE_ORDER = 0.995
LIKELY_SKILL = 0.85

MIN_SIDE = 20
PURE_SHARE = 0.99
MAX_BASE = 0.9
FALSE_ALARMS = 0.001
NUMBER_SKILL = 0.5

# fmt: off
LATE_WORDS = frozenset({
    "duration", "elapsed", "delay", "actual", "outcome", "result", "response", "reason", "after", "post", "closed",
    "closing", "close", "end", "ended", "exit", "final", "death", "discharge", "discharged", "resolved", "resolution",
    "settled", "settlement", "recovered", "recovery", "completed", "completion", "cancelled", "canceled",
    "cancellation", "terminated", "termination", "refund",
})
EARLY_WORDS = frozenset({
    "age", "sex", "gender", "birth", "born", "previous", "prior", "last", "past", "before", "planned", "expected",
    "scheduled", "requested", "initial", "start",
})
PLAN_WORDS = frozenset({
    "due", "deadline", "expiry", "expires", "expire", "expiration", "maturity", "planned", "scheduled", "expected",
    "requested", "promised", "until", "valid", "target", "forecast", "renewal", "appointment", "booked", "reserved",
})
# fmt: on


def sounds_planned(name: str) -> bool:
    """Whether a date's name speaks of a plan, which is known before its day comes.

    >>> sounds_planned("due_date"), sounds_planned("closed_on")
    (True, False)
    """
    return bool(_words(name) & PLAN_WORDS)


def sounds_late(name: str, target: str) -> bool:
    """Whether a column's name speaks of something that is known late: duration, outcome, the target's own words.

    A word that speaks of something early overrules it.

    >>> sounds_late("call_duration", "y"), sounds_late("previousOutcome", "y"), sounds_late("Rating color", "rating")
    (True, False, True)
    """
    words = _words(name)
    return not words & EARLY_WORDS and bool(words & (LATE_WORDS | _words(target)))


def sounds_early(name: str) -> bool:
    """Whether a column's name speaks of something that is known beforehand: age, sex, previous.

    >>> sounds_early("age"), sounds_early("wages")
    (True, False)
    """
    return bool(_words(name) & EARLY_WORDS)


def is_sure(strength: Strength) -> bool:
    """Whether a column gives the target away beyond doubt."""
    return strength.skill >= SURE_SKILL or strength.order >= SURE_ORDER


def value_leaks(rows: TrainingRows) -> dict[str, Strength]:
    """Inputs whose values alone answer nearly without a fault; strongest first.

    Surely so (see `is_sure`), or with a skill of 0.85. Numbers are often tied as closely by nature (the size and the
    price of a diamond), so for them that is enough only if the name sounds late. The chance that noise comes so far
    is held below 0.1 % over all columns (see `strength.chance`).
    """
    roles, tried = rows.profile.roles, strengths(rows)
    return {
        name: strength
        for name, strength in tried.items()
        if (is_sure(strength) or _is_likely(name, strength, roles))
        and chance(strength.order, rows, len(tried)) < FALSE_ALARMS
    }


def _is_likely(name: str, strength: Strength, roles: Roles) -> bool:
    return strength.skill >= LIKELY_SKILL and (roles.task != "regression" or sounds_late(name, roles.target))


def gap_leaks(rows: TrainingRows) -> dict[str, str]:
    """Inputs whose being there, or not being there, settles the target; what is seen, by name.

    For classes: the rows with a value, or those without, belong to one class by 99 %, though no class has more
    than 90 % of all rows; the binomial chance of so pure a group is held below 0.1 % over all columns, groups and
    classes together (Bonferroni). For numbers: the gaps alone take away half of the squared error of the target's
    ranks.
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
    if base.max() > MAX_BASE:
        return None
    for side, words in ((~gap, "has a value"), (gap, "is missing")):
        sizes = np.bincount(rows.classes[side], minlength=len(classes))
        place, n = int(sizes.argmax()), int(sizes.sum())
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
    skills = {name: judge.strength(gap.astype(np.int64)).skill for name, gap in gaps.items()}
    return {
        name: f"Whether '{name}' has a value accounts for {percent(skill)} of the differences in "
        f"'{rows.profile.roles.target}'"
        for name, skill in skills.items()
        if skill >= NUMBER_SKILL
    }


def _words(name: str) -> set[str]:
    """The words of a column's name, whether it is written snake_case, CamelCase or with spaces."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name) if len(word) > 2}
