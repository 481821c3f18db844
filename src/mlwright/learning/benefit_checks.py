"""Slips in the user's table of what answers are worth: keys that mean nothing, amounts that reward wrong answers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mlwright.core.errors import SettingsError, name_list, nearest
from mlwright.learning.benefit import CHOSEN, KEYS, SHORT, Benefit, mistake
from mlwright.records.profile import Task
from mlwright.records.settings import Amount

Said = Mapping[str, float | str | Amount]
"""What the user said of each outcome: an amount, or the column that it comes from."""


def check_keys(task: Task, classes: tuple[str, ...], said: Said, *, chooses: bool) -> None:
    """Raise a `SettingsError` for a key that the task does not know; `chooses`: only some cases are acted upon."""
    known = [*KEYS[task], *(name for name, keys in SHORT.items() if set(keys) <= set(KEYS[task]))]
    if task == "regression":
        known += CHOSEN
    of_errors = sorted(set(said) & set(known) - set(CHOSEN))
    if chooses and of_errors:
        raise SettingsError(
            f"decide.benefit says what errors cost ({of_errors[0]}), where only some cases are acted upon.",
            "Say what acting is worth: benefit = {per_unit_chosen = 0.1, per_chosen = -20}",
        )
    mistakes = {mistake(one, other) for one in classes for other in classes} if task == "multiclass" else set()
    unknown = next((key for key in said if key not in known and key not in mistakes), None)
    if unknown is not None:
        offered = nearest(unknown, [*known, *sorted(mistakes)]) or known
        also = ', and single mistakes as "TRUE as ANSWERED"' if mistakes else ""
        raise SettingsError(
            f"decide.benefit has the key {unknown!r}, which means nothing for a {task} task.",
            f"Did you mean {' or '.join(offered)}? The keys are: {', '.join(known)}{also}",
        )


def check_amounts(said: Said) -> None:
    """Raise a `SettingsError` for a number that is no amount."""
    for key, value in said.items():
        if isinstance(value, float | int) and not math.isfinite(value):
            raise SettingsError(f"decide.benefit.{key} is {value}, which is no amount.", "Give a finite number.")


def check_sense(task: Task, classes: tuple[str, ...], benefit: Benefit) -> None:
    """Raise a `SettingsError` for a table under which a worse answer pays more, which is a slip of a sign."""
    broken = _broken_rule(task, classes, benefit)
    if broken is not None:
        raise SettingsError(
            f"decide.benefit rewards wrong answers: {broken}.",
            "Check the signs, and which class project.positive names.",
        )


def _broken_rule(task: Task, classes: tuple[str, ...], benefit: Benefit) -> str | None:
    if benefit.chooses:
        return _of_choosing(benefit.table)
    if benefit.matrix:
        return _of_mistakes(benefit)
    if task == "regression":
        return _of_errors(benefit.table)
    if task == "multiclass":
        return _of_right_and_wrong(benefit.table)
    return _of_two_classes(benefit.table, classes)


def _of_choosing(table: Mapping[str, float]) -> str | None:
    per_unit = table["per_unit_chosen"]
    if per_unit > 0:
        return None
    return f"per_unit_chosen ({per_unit:g}) must be above zero, as the largest are acted upon"


def _of_mistakes(benefit: Benefit) -> str | None:
    for true, row in enumerate(benefit.matrix):
        best = max(range(len(row)), key=row.__getitem__)
        if row[best] > row[true]:
            worse = mistake(benefit.classes[true], benefit.classes[best])
            return f"'{worse}' is worth more than the right answer"
    return None


def _of_errors(table: Mapping[str, float]) -> str | None:
    over, under = table["per_unit_over"], table["per_unit_under"]
    if over < 0 and under < 0:
        return None
    if over + under < 0 and 0 in (over, under):
        free, side = ("too much", "highest") if over == 0 else ("too little", "lowest")
        return f"{free} costs nothing, so that the {side} number of all would always be best"
    return f"a unit of error must cost something (below zero); too much is worth {over:g}, too little {under:g}"


def _of_right_and_wrong(table: Mapping[str, float]) -> str | None:
    if table["right"] > table["wrong"]:
        return None
    return f"right ({table['right']:g}) must be worth more than wrong ({table['wrong']:g})"


def _of_two_classes(table: Mapping[str, float], classes: tuple[str, ...]) -> str | None:
    when_true = table["true_positive"] - table["false_negative"]
    when_false = table["false_positive"] - table["true_negative"]
    if when_true > when_false:
        return None
    return (
        f"answering {name_list(classes[-1:])!r} must gain more when it is true "
        f"(true_positive - false_negative = {when_true:g}) than when it is not "
        f"(false_positive - true_negative = {when_false:g})"
    )
