"""What is done today, as the user says it: nobody, everybody, a column that says who, or a rule."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError
from mlwright.data.compute.table import Table
from mlwright.data.words import percent, quoted, shortened
from mlwright.judging.worth.practice import Array, Choosing, Practice, Saying
from mlwright.judging.worth.surest import surest
from mlwright.learning.amounts import refuse_column
from mlwright.learning.benefit_table import capacity_share
from mlwright.records.profile import Profile
from mlwright.records.settings import DecideSettings
from mlwright.scoring.spelling import spelled, to_number_array

BEST = "best"
COMPARISONS: dict[str, Callable[[Array, float], NDArray[np.bool_]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
RULE = re.compile(r"\s*(.+?)\s*(>=|<=|!=|==|>|<|=)\s*(.+?)\s*")
TRUE, FALSE = frozenset({"1", "true", "yes", "y", "t"}), frozenset({"0", "false", "no", "n", "f"})


def practice_today(
    settings: DecideSettings,
    table: Table,
    positions: NDArray[np.int64],
    target: Array,
    profile: Profile,
    *,
    choosing: bool = False,
) -> Practice | None:
    """What is done today with some rows of a snapshot; None where nothing was said.

    Where it answers more cases positive than can be, those are drawn from them by lot. A column of estimates chooses
    the largest ones.

    Parameters
    ----------
    settings : DecideSettings
    table : Table
        The snapshot.
    positions : array of int, shape (n_rows,)
    target : array, shape (n_rows,)
    profile : Profile
    choosing : bool
        Numbers: whether some are acted upon.

    Raises
    ------
    SettingsError
        If `said` is neither a known word nor a column nor a rule, or does not suit the task.
    """
    roles, said, capacity = profile.roles, settings.today, capacity_share(settings)
    if said == BEST:
        return None
    if roles.task == "multiclass":
        raise SettingsError(
            f"decide.today is {said!r}; for several classes the model is compared with the most frequent one.",
            "Leave it out.",
        )
    if choosing and said in table.columns:
        estimates = _numbers(said, table, positions, profile)
        largest = surest(target, estimates, -np.inf, capacity)
        return replace(largest, told=f"act upon the cases of which '{said}' says most")
    if roles.task == "regression" and not choosing:
        return Saying(f"what '{said}' says", target, roles.task, _numbers(said, table, positions, profile)[:, None])
    where, chosen = _chosen(said, table, positions, profile)
    positive, share = chosen.astype(np.float64), float(chosen.mean())
    say = f"say '{roles.target} = {shortened(roles.classes[int(said != 'nobody')])}'" if roles.classes else "act"
    answer = f"{say} {where}"
    if share <= capacity:
        return Choosing(answer, target, positive)
    return Choosing(f"{answer}, {percent(capacity)} of all by lot", target, positive * capacity / share)


def _chosen(said: str, table: Table, positions: NDArray[np.int64], profile: Profile) -> tuple[str, NDArray[np.bool_]]:
    """Who is answered positive, in words and by row."""
    if said in ("nobody", "everybody"):
        return "in every case", np.full(len(positions), said == "everybody")
    rule = None if said in table.columns else RULE.fullmatch(said)
    if rule is None:
        refuse_column(said, table, profile, "decide.today")
        return f"where '{said}' says so", _flagged(said, table.arrow([said], positions)[said], profile.roles.classes)
    refuse_column(rule[1], table, profile, "decide.today")
    chosen = _ruled(table.arrow([rule[1]], positions)[rule[1]], rule[2], rule[3].strip("'\""))
    return f"where {rule[1]} {rule[2]} {rule[3]}", chosen


def _numbers(name: str, table: Table, positions: NDArray[np.int64], profile: Profile) -> Array:
    """Today's estimates; where there is none, the mean of the others."""
    refuse_column(name, table, profile, "decide.today")
    values = to_number_array(table.arrow([name], positions)[name])
    known = np.isfinite(values)
    if not known.any():
        raise SettingsError(f"decide.today names {name!r}, which holds no numbers.", "Name a column of estimates.")
    return np.where(known, values, values[known].mean())


def _flagged(name: str, values: pa.ChunkedArray, classes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Rows of which a column says that they are answered positive; a missing value says no."""
    levels, places = spelled(values)
    positive = {classes[-1].lower()} if classes[-1] in levels else TRUE
    negative = {classes[0].lower()} if classes[-1] in levels else FALSE
    if strange := [level for level in levels if level.lower() not in positive | negative]:
        raise SettingsError(
            f"decide.today names the column {name!r}, which holds {quoted(strange)} besides yes and no.",
            f"Name a column of yes and no, or write a rule: [decide] today = \"{name} = '{strange[0]}'\"",
        )
    yes = np.array([*(level.lower() in positive for level in levels), False])
    return np.asarray(yes[places])


def _ruled(values: pa.ChunkedArray, sign: str, than: str) -> NDArray[np.bool_]:
    """Rows that a rule chooses; a missing value is not chosen."""
    try:
        limit = float(than)
    except ValueError:
        return _named(values, sign, than)
    numbers = to_number_array(values)
    if not np.isfinite(numbers).any():
        levels = spelled(values).levels
        raise SettingsError(
            f"decide.today compares with {than}, but the column holds no numbers: {quoted(levels) or 'nothing'}.",
            'Write a rule like "age > 60" or "plan = \'basic\'".',
        )
    return np.asarray(COMPARISONS[sign](numbers, limit) & np.isfinite(numbers))


def _named(values: pa.ChunkedArray, sign: str, name: str) -> NDArray[np.bool_]:
    levels, places = spelled(values)
    if sign in ("<", ">", "<=", ">=") or name not in levels:
        raise SettingsError(
            f"decide.today compares with {name!r}, which is neither a number nor one of {quoted(levels)}.",
            'Write a rule like "age > 60" or "plan = \'basic\'".',
        )
    named = places == levels.index(name)
    return np.asarray(~named & (places >= 0) if sign == "!=" else named)
