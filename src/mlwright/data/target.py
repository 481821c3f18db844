"""What is to be predicted: the target column and its classes; what nothing can be learned from is refused."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from mlwright.core.errors import SettingsError, TargetError, name_list, nearest, offers
from mlwright.data.alike_answers import alike
from mlwright.data.compute.engine import LONGEST_SHOWN
from mlwright.data.kinds.amounts import are_amounts
from mlwright.data.kinds.names import words_of
from mlwright.data.kinds.scales import in_order
from mlwright.data.kinds.verdict import sentence
from mlwright.data.task import MOST_NUMBERS_CALLED_CLASSES, guessed_task, is_numeric
from mlwright.data.words import counted
from mlwright.records.data import Snapshot
from mlwright.records.profile import ColumnProfile, Task
from mlwright.records.settings import ProjectSettings
from mlwright.scoring.answers import Answers
from mlwright.scoring.spelling import canonical

LEAST_ROWS = 20
MOST_CLASSES = 1_000
LARGEST = 1e30
"""Answers are kept with eight digits and an exponent of up to 38."""
NAMES_SHARE = 0.5
POSITIVE_NAMES = frozenset(
    {
        *("yes", "y", "true", "t", "1", "positive", "pos", "churn", "churned", "fraud", "default", "defaulted", "bad"),
        *("ill", "sick", "disease", "dead", "died", "failure", "fail", "failed", "spam", "attrition", "left", "lost"),
        *("malignant", "abnormal", "anomaly", "attack", "success", "win", "won", "bought", "converted", "clicked"),
    }
)
_INFINITE = ("-inf", "inf")
_LIKELY_NAMES = frozenset(
    {
        *("target", "label", "class", "y", "outcome", "response", "churn", "churned", "survived", "default", "fraud"),
        *("converted", "clicked", "deposit", "attrition", "diagnosis", "result", "quality", "price", "salary", "sales"),
    }
)


@dataclass(frozen=True)
class Question:
    """What is asked of a target column; `column` counts what cannot be learned from as missing.

    `are_ordered` says whether the classes stand in an order of their own.
    """

    task: Task
    reason: str
    classes: tuple[str, ...]
    column: ColumnProfile
    are_ordered: bool = False


def target_name(project: ProjectSettings, snapshot: Snapshot) -> str:
    """The column to predict.

    Raises
    ------
    SettingsError
        If the settings name none; likely columns are offered.
    TargetError
        If the snapshot has no such column; the nearest names are offered.
    """
    names = snapshot.column_names
    if project.target is None:
        likely = [name for name in names if _LIKELY_NAMES & set(words_of(name))]
        offers = name_list(dict.fromkeys([*likely, *reversed(names)]))
        raise SettingsError(
            "project.target does not say which column is to be predicted.",
            f"Set project.target in mlwright.toml to one of: {offers}",
        )
    if project.target not in names:
        offers = name_list(dict.fromkeys([*nearest(project.target, names), *reversed(names)]))
        raise TargetError(
            f"Target column {project.target!r} is missing from {snapshot.lineage.location!r} "
            f"({counted(len(names), 'column')}).",
            f"Name it with --target, or as project.target in mlwright.toml; the nearest first: {offers}",
        )
    return project.target


def question(
    column: ColumnProfile,
    levels: Sequence[tuple[str, int]],
    n_rows: int,
    project: ProjectSettings,
    *,
    merges: bool = True,
) -> Question:
    """What is asked of the target, and why.

    Parameters
    ----------
    column : ColumnProfile
        The target.
    levels : sequence of (str, int)
        Its most frequent values with their counts, at least `MOST_CLASSES` of them if there are so many.
    n_rows : int
        Rows of the table.
    project : ProjectSettings
    merges : bool
        Whether classes that differ in writing alone are one.

    Raises
    ------
    TargetError
        If nothing can be learned from this target.
    SettingsError
        If `project.positive` is no class of it, or `project.order` no order of its classes.
    """
    _check_usable(column, n_rows)
    levels = [(value, count) for value, count in levels if value not in column.missing_codes]
    same = ""
    seen = column
    if merges and not is_numeric(column) and len(levels) == column.n_distinct:
        levels, same = alike(levels)
        seen = column.model_copy(update={"n_distinct": len(levels)})
        _check_several(seen, levels[0][0], n_rows)
    if project.task == "auto" or project.task == "none":
        task, why = guessed_task(seen, levels)
        _refuse_amounts_in_text(column, task)
    else:
        task, why = project.task, "set by project.task"
    if task == "regression":
        if project.order:
            raise SettingsError(
                f"project.order names an order of classes, but {column.name!r} is taken as numbers.",
                "Leave project.order out, or set project.task to multiclass.",
            )
        return _numbers(column, why, n_rows)
    asked = _classes(seen, levels, n_rows, (task, sentence(why, same).removesuffix(".")), project)
    return replace(asked, column=column)


def _check_usable(column: ColumnProfile, n_rows: int) -> None:
    labelled = n_rows - column.n_missing
    where = f"Target column {column.name!r}"
    if not labelled:
        raise TargetError(f"{where} holds no value in any of its {n_rows:,} rows.", "Choose another project.target.")
    _check_several(column, column.top[0].value if column.top else "one value", n_rows)
    if column.kind == "date":
        raise TargetError(
            f"{where} holds dates, which are no classes and no amounts.",
            "Give a column with the number of days, or with a class, and set project.target to it.",
        )
    _check_enough(column, labelled, n_rows)


def _check_several(column: ColumnProfile, first: str, n_rows: int) -> None:
    if column.n_distinct != 1:
        return
    hint = "Choose another project.target."
    if column.n_missing:
        hint = "If an empty cell means the other class, write that class there; else choose another project.target."
    raise TargetError(
        f"Target column {column.name!r} holds only {first!r} ({n_rows - column.n_missing:,} rows): there is nothing "
        "to tell apart.",
        hint,
    )


def _refuse_amounts_in_text(column: ColumnProfile, task: Task) -> None:
    if task == "multiclass" and column.n_distinct > MOST_NUMBERS_CALLED_CLASSES and are_amounts(column):
        raise TargetError(
            f"Target column {column.name!r} holds {column.n_distinct:,} amounts written as text: {_some(column)}.",
            "Turn them into numbers where the data comes from, or take the copy that this makes: mlwright clean FILE "
            "-o clean.parquet, in which a limit (<0.5) is the number that it names. If they are names, set "
            "project.task to multiclass.",
        )


def _check_enough(column: ColumnProfile, labelled: int, n_rows: int) -> None:
    if labelled < LEAST_ROWS:
        raise TargetError(
            f"Target column {column.name!r} has a value in {labelled} of {n_rows:,} rows; "
            f"at least {LEAST_ROWS} are needed to learn and to test.",
            "Collect more rows that have it.",
        )


def _numbers(column: ColumnProfile, why: str, n_rows: int) -> Question:
    if not is_numeric(column):
        raise TargetError(
            f"Target column {column.name!r} does not hold numbers: {_some(column)}.",
            "Set project.task to binary or multiclass, or leave it out.",
        )
    largest = max(abs(column.minimum or 0.0), abs(column.maximum or 0.0))
    if LARGEST < largest < math.inf:
        raise TargetError(
            f"Target column {column.name!r} holds numbers of up to {largest:.3g}; beyond {LARGEST:.0e} answers "
            "cannot be kept.",
            "Empty the cells that are faults; if the numbers are right, divide them by a power of ten or take their "
            "logarithm.",
        )
    n_infinite = column.n_infinite or 0
    _check_enough(column, n_rows - column.n_missing - column.n_unparsed - n_infinite, n_rows)
    if not n_infinite:
        return Question("regression", sentence(why), (), column)
    cleaned = column.model_copy(
        update={
            "missing_codes": (*column.missing_codes, *_INFINITE),
            "n_missing": column.n_missing + n_infinite,
            "n_distinct": column.n_distinct - sum(each.value in _INFINITE for each in column.top),
            "top": tuple(each for each in column.top if each.value not in _INFINITE),
        }
    )
    return Question("regression", sentence(why, f"{n_infinite:,} infinite values count as missing"), (), cleaned)


def _classes(
    column: ColumnProfile,
    levels: Sequence[tuple[str, int]],
    n_rows: int,
    asked: tuple[Task, str],
    project: ProjectSettings,
) -> Question:
    task, why = asked
    _check_classes(column, n_rows - column.n_missing, task)
    classes = tuple(sorted(value for value, _ in levels))
    if len(classes) > 2:
        if project.positive is not None:
            raise SettingsError(
                f"project.positive is {project.positive!r}, but {column.name!r} has {len(classes)} classes.",
                "Leave project.positive out: it is for two classes.",
            )
        ordered, told = _ordered(classes, project, column.name)
        return Question("multiclass", sentence(why, told), ordered or classes, column, are_ordered=bool(ordered))
    if project.order:
        raise SettingsError(
            f"project.order names an order of classes, but {column.name!r} has two.",
            "Leave project.order out: it is for three classes or more.",
        )
    positive, reason = _positive(dict(levels), project, column.name)
    negative = next(value for value in classes if value != positive)
    return Question("binary", sentence(why, reason), (negative, positive), column)


def _ordered(classes: Sequence[str], project: ProjectSettings, target: str) -> tuple[tuple[str, ...], str]:
    """The classes from lowest to highest and why; nothing where they have no order."""
    if project.order is None:
        found = in_order(classes, target)
        told = f"they are taken to have an order, from {found[0]!r} to {found[-1]!r}" if found else ""
        return found, told and f"{told}; set project.order if it is another, or to [] if they have none"
    answers = Answers(classes)
    places = [answers.place(canonical(name) or "") for name in project.order]
    if project.order and sorted(places) != list(range(len(classes))):
        raise SettingsError(
            f"project.order does not name each class of {target!r} once.",
            f"Put these in order, the lowest first, or set it to []: {name_list(classes)}",
        )
    return tuple(classes[place] for place in places), "their order is set by project.order" if places else ""


def _check_classes(column: ColumnProfile, labelled: int, task: Task) -> None:
    where, n_distinct = f"Target column {column.name!r}", column.n_distinct
    if (column.length_max or 0) > LONGEST_SHOWN:
        raise TargetError(
            f"{where} holds texts of up to {column.length_max:,.0f} characters, which are no classes.",
            "Choose another project.target.",
        )
    if n_distinct > 2 and n_distinct > NAMES_SHARE * labelled:
        raise TargetError(
            f"{where} has {n_distinct:,} different values in {labelled:,} rows ({_some(column)}): "
            "these are names, not classes.",
            "Set project.task to regression if they are amounts, or choose another project.target.",
        )
    if task == "binary" and n_distinct != 2:
        raise TargetError(
            f"{where} has {n_distinct:,} different values ({_some(column)}), but project.task is binary.",
            "Set project.task to multiclass or auto.",
        )
    if n_distinct > MOST_CLASSES:
        raise TargetError(
            f"{where} has {n_distinct:,} different values; at most {MOST_CLASSES:,} classes can be learned.",
            "Join rare classes into one, set project.task to regression if they are amounts, "
            "or choose another project.target.",
        )


def _positive(counts: dict[str, int], project: ProjectSettings, target: str) -> tuple[str, str]:
    """The class that the decision is about, and why."""
    if project.positive is not None:
        said = canonical(project.positive) or ""
        place = Answers(counts).place(said)
        if place < 0:
            raise SettingsError(
                f"project.positive is {project.positive!r}, which is no class of {target!r}.",
                f"Set it to one of: {offers(said, sorted(counts))}",
            )
        return [*counts][place], f"the decision is about {[*counts][place]!r}: set by project.positive"
    named = [value for value in counts if value.casefold() in POSITIVE_NAMES and _says_yes(value, counts)]
    if len(named) == 1:
        return named[0], f"the decision is taken to be about {named[0]!r}, by its name"
    rarest = min(sorted(counts, reverse=True), key=counts.__getitem__)
    return rarest, f"the decision is taken to be about {rarest!r}, the rarer class; set project.positive if it is not"


def _says_yes(value: str, counts: Collection[str]) -> bool:
    """Whether 1 means yes: beside 2 it is a code like any other."""
    return value != "1" or bool({"0", "-1"} & set(counts))


def _some(column: ColumnProfile) -> str:
    return ", ".join(repr(each.value) for each in column.top[:3])
