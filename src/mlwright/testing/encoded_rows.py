"""Encoded rows with a known truth, from easy to awkward, for suites that fit on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, random_array

from mlwright.learning.models import Facts, Rows
from mlwright.records.profile import Task
from mlwright.scoring.blocks import BlockNames, Blocks

N_CLASSES: dict[Task, int] = {"binary": 2, "multiclass": 4, "regression": 0}


@dataclass(frozen=True)
class Lesson:
    """Rows to fit on, rows to stop by, rows to try on, and what is known of them."""

    train: Rows
    valid: Rows
    trial: Rows
    facts: Facts


def easy(task: Task, n_rows: int = 600, n_numbers: int = 4) -> Lesson:
    """Two numbers and one code decide; some values are missing; the rest is noise."""
    rng = np.random.default_rng(1)
    numbers = rng.normal(size=(n_rows, n_numbers)).astype(np.float32)
    codes = np.column_stack([rng.integers(-1, 4, n_rows), rng.integers(0, 9, n_rows)]).astype(np.int32)
    signal = 2.0 * numbers[:, 0] + numbers[:, 1] ** 2 + 2.0 * (codes[:, 0] == 1) + 0.3 * rng.normal(size=n_rows)
    numbers[rng.random(numbers.shape) < 0.05] = np.nan
    return _lesson(Blocks(numbers, codes), signal, (3, 8), task)


def _one_number(task: Task) -> Lesson:
    lesson = easy(task, 200)
    return _over(lesson, lambda blocks: Blocks(blocks.numbers[:, :1], blocks.codes[:, :0]), ())


def _codes_only(task: Task) -> Lesson:
    lesson = easy(task, 200)
    return _over(lesson, lambda blocks: Blocks(blocks.numbers[:, :0], blocks.codes), (3, 8))


def _text_only(task: Task) -> Lesson:
    lesson = easy(task, 200)
    return _over(lesson, lambda blocks: Blocks(blocks.numbers[:, :0], blocks.codes[:, :0], _text(len(blocks))), ())


def _text_and_numbers(task: Task) -> Lesson:
    lesson = easy(task, 200)
    return _over(lesson, lambda blocks: replace(blocks, text=_text(len(blocks))), (3, 8))


def _constant_columns(task: Task) -> Lesson:
    def flatten(blocks: Blocks) -> Blocks:
        return Blocks(np.full_like(blocks.numbers, 7.0), np.zeros_like(blocks.codes))

    return _over(easy(task, 200), flatten, (3, 8))


def _empty_columns(task: Task) -> Lesson:
    def empty(blocks: Blocks) -> Blocks:
        return Blocks(np.full_like(blocks.numbers, np.nan), np.full_like(blocks.codes, -1))

    return _over(easy(task, 200), empty, (3, 8))


def _huge_numbers(task: Task) -> Lesson:
    def blow_up(blocks: Blocks) -> Blocks:
        numbers = blocks.numbers.copy()
        numbers[:, 0] *= np.float32(1e30)
        numbers[::50, 1] = np.float32(1e30)
        return replace(blocks, numbers=numbers)

    return _over(easy(task, 200), blow_up, (3, 8))


def _missing_only_later(task: Task) -> Lesson:
    """Training has no missing value; the rows to try on have nothing else, and codes that were never seen."""
    lesson = easy(task, 200)
    full = Blocks(np.nan_to_num(lesson.train.blocks.numbers), np.maximum(lesson.train.blocks.codes, 0))
    trial = lesson.trial.blocks
    other_names = np.tile(np.array([3, -1], dtype=np.int32), (len(trial), 1))
    empty = Blocks(np.full_like(trial.numbers, np.nan), other_names)
    return replace(lesson, train=Rows(full, lesson.train.target), trial=Rows(empty, lesson.trial.target))


def _few_rows(task: Task) -> Lesson:
    """Twelve rows; two of each class, where there are classes, at least."""
    lesson = easy(task, 40)
    targets = {"binary": np.arange(12) < 2, "multiclass": np.arange(12) % 4, "regression": lesson.train.target[:12]}
    train = Rows(lesson.train.blocks.take(np.arange(12)), targets[task].astype(np.float64))
    return replace(lesson, train=train, facts=replace(lesson.facts, n_rows=12, smallest_class=2))


def _one_value_of_the_target(task: Task) -> Lesson:
    """All training rows are of one class, or have one number."""
    lesson = easy(task, 120)
    return replace(lesson, train=Rows(lesson.train.blocks, np.ones(len(lesson.train))))


def _absent_class(task: Task) -> Lesson:
    """A class of the rows to stop by that training never saw."""
    lesson = easy(task, 200)
    seen = np.flatnonzero(lesson.train.target != lesson.train.target.max())
    return replace(lesson, train=Rows(lesson.train.blocks.take(seen), lesson.train.target[seen]))


def _far_target(task: Task) -> Lesson:
    """Numbers far from 0 with little spread: seconds since 1970, say."""
    lesson = easy(task, 200)
    if task != "regression":
        return lesson
    moved = [Rows(rows.blocks, 1.6e9 + 1e4 * rows.target) for rows in (lesson.train, lesson.valid, lesson.trial)]
    return Lesson(moved[0], moved[1], moved[2], lesson.facts)


AWKWARD: dict[str, Callable[[Task], Lesson]] = {
    "one number": _one_number,
    "codes only": _codes_only,
    "text only": _text_only,
    "text and numbers": _text_and_numbers,
    "constant columns": _constant_columns,
    "empty columns": _empty_columns,
    "huge numbers": _huge_numbers,
    "missing only later": _missing_only_later,
    "few rows": _few_rows,
    "one value of the target": _one_value_of_the_target,
    "absent class": _absent_class,
    "far target": _far_target,
}
"""What fits have stumbled over, by a name for people."""


def _lesson(blocks: Blocks, signal: NDArray[np.float64], n_levels: tuple[int, ...], task: Task) -> Lesson:
    n_rows, n_classes = len(blocks), N_CLASSES[task]
    edges = np.quantile(signal, np.linspace(0, 1, max(n_classes, 1) + 1)[1:-1])
    target = np.digitize(signal, edges).astype(np.float64) if n_classes else signal
    names = _names(blocks, n_levels)
    parts = np.split(np.arange(n_rows), [n_rows // 2, n_rows * 3 // 4])
    train, valid, trial = (Rows(blocks.take(rows), target[rows]) for rows in parts)
    smallest = int(np.bincount(target.astype(np.int64)).min()) if n_classes else n_rows
    return Lesson(train, valid, trial, Facts(task, n_classes, len(train), smallest, names, budget_s=60.0))


def _over(lesson: Lesson, change: Callable[[Blocks], Blocks], n_levels: tuple[int, ...]) -> Lesson:
    """The same lesson with other blocks."""
    train, valid, trial = (
        Rows(change(rows.blocks), rows.target) for rows in (lesson.train, lesson.valid, lesson.trial)
    )
    facts = replace(lesson.facts, names=_names(train.blocks, n_levels))
    return Lesson(train, valid, trial, facts)


def _names(blocks: Blocks, n_levels: tuple[int, ...]) -> BlockNames:
    numbers = tuple(f"number{place}" for place in range(blocks.numbers.shape[1]))
    codes = tuple(f"code{place}" for place in range(blocks.codes.shape[1]))
    n_terms = 0 if blocks.text is None else blocks.text.shape[1]
    return BlockNames(numbers, numbers, codes, codes, n_levels, n_terms)


def _text(n_rows: int) -> csr_matrix:
    rng = np.random.default_rng(n_rows)
    return csr_matrix(random_array((n_rows, 30), density=0.2, rng=rng, dtype=np.float32))
