"""CatBoost's symmetric trees, looked up: what each value of each column answers to all questions about it.

A word of the table is the place of a leaf: the answer to question k of a tree is its bit k. A column leaves the bits of
questions about other columns as they are, so that the AND of all columns is the place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.catboost_trees import AbovePart, CatBoostTrees, CodePart, Part, Question
from mlwright.scoring.leaves import MOST_BYTES, LeafTable

Array = NDArray[np.float64]
Places = NDArray[np.int64]

DEEPEST = 8
"""Questions of a tree whose answers fit a byte."""


class _Asked(NamedTuple):
    """A question: the column that it is about, its tree and place there, and what is known of the column's values."""

    tree: int
    bit: int
    question: Question


class SymmetricTable(LeafTable):
    """As `Leaves` of symmetric trees, whose words are places of leaves.

    The columns are the numbers, then the combinations of names of which something is known.

    Parameters
    ----------
    model : CatBoostTrees
    fills : array, shape (n_numbers,)
        What stands for a missing number; NaN where the trees know what to do with one.

    Raises
    ------
    NotApplicable
        If a tree has too many questions, or the table would be too large to be quick.
    """

    is_place: ClassVar[bool] = True

    def __init__(self, model: CatBoostTrees, fills: Array) -> None:
        depths = [len(tree.questions) for tree in model.trees]
        n_trees, n_outputs = len(depths), len(model.bias)
        if not n_trees or max(depths) > DEEPEST:
            raise NotApplicable("its trees are too deep")
        self._fills = fills.astype(np.float32).tolist()
        self._valid = np.array([(1 << depth) - 1 for depth in depths], dtype=np.uint8)
        asked, parts = _by_column(model, len(fills))
        self.parts = list(parts)
        self.bends = {column: _bends(questions) for column, questions in asked.items()}
        n_rows = np.cumsum([0, *(len(bends) + 2 for bends in self.bends.values())]).tolist()
        if (n_rows[-1] + 1) * n_trees * n_outputs > MOST_BYTES:
            raise NotApplicable("its table of leaves would be too large")
        self.starts = dict(zip(self.bends, n_rows, strict=False))
        rows = [self._answers(column, questions) for column, questions in asked.items()]
        self.table = np.tile(np.vstack([*rows, self._valid[None]]), (1, n_outputs))
        self.values = np.zeros((n_outputs * n_trees, 1 << max(depths)))
        for place, tree in enumerate(model.trees):
            self.values[place::n_trees, : len(tree.leaves)] = model.scale * tree.leaves.T
        self.values[::n_trees] += model.bias[:, None]  # every row finds a leaf of the first tree
        self.first_words = np.arange(n_outputs) * n_trees

    def _answers(self, column: int, asked: Sequence[_Asked]) -> NDArray[np.uint8]:
        """The rows of one column: of values up to the first bend and so on, and of a missing value."""
        if column < len(self._fills):
            values = np.append(self.bends[column], [np.inf, self._fills[column]])[:, None]
            borders = np.array([each.question.border for each in asked])
            answers = np.where(np.isnan(values), [each.question.missing_larger for each in asked], values > borders)
        else:
            known = [_known(each.question) for each in asked]
            larger = np.array([of > each.question.border for of, each in zip(known, asked, strict=True)]).T
            answers = np.vstack([larger, larger[-1:]])
        rows = np.repeat(self._valid[None], len(answers), axis=0)
        for bit in range(DEEPEST):
            of_bit = [place for place, each in enumerate(asked) if each.bit == bit]
            trees = [asked[place].tree for place in of_bit]
            rows[:, trees] &= np.where(answers[:, of_bit], 255, 255 - (1 << bit)).astype(np.uint8)
        return rows

    def row(self, one: OneRow) -> list[float]:
        """The columns of one row: its numbers, and which combinations it has."""
        numbers, codes, fills = one.numbers, one.codes, self._fills
        columns = list(numbers)
        for parts in self.parts:
            place = 0
            for part in parts:
                if isinstance(part, CodePart):
                    code = codes[part.column]
                    place = place * part.size + (part.size - 1 if code < 0 else code)
                elif isinstance(part, AbovePart):
                    x = numbers[part.column]
                    place = 2 * place + ((fills[part.column] if math.isnan(x) else x) > part.border)
                else:
                    code = codes[part.code.column]
                    place = 2 * place + ((part.code.size - 1 if code < 0 else code) == part.place)
            columns.append(place)
        return columns

    def rows(self, blocks: Blocks) -> Array:
        """As `row` of several rows, shape (n_rows, n_columns)."""
        places = [self._places(parts, blocks) for parts in self.parts]
        return np.hstack([blocks.numbers.astype(np.float64), *(place[:, None] for place in places)])

    def _places(self, parts: Sequence[Part], blocks: Blocks) -> Places:
        """Which combination of some parts each row has."""
        places = np.zeros(len(blocks), dtype=np.int64)
        for part in parts:
            places *= part.size
            if isinstance(part, AbovePart):
                x = blocks.numbers[:, part.column]
                places += np.where(np.isnan(x), np.float32(self._fills[part.column]), x) > part.border
            elif isinstance(part, CodePart):
                places += _level(part, blocks)
            else:
                places += _level(part.code, blocks) == part.place
        return places


def _level(code: CodePart, blocks: Blocks) -> Places:
    """A code with a missing one as the last place."""
    codes = blocks.codes[:, code.column]
    return np.where(codes < 0, code.size - 1, codes).astype(np.int64)


def _by_column(model: CatBoostTrees, n_numbers: int) -> tuple[dict[int, list[_Asked]], dict[tuple[Part, ...], int]]:
    """The questions about each column, and the columns of the combinations."""
    asked: dict[int, list[_Asked]] = {}
    columns: dict[tuple[Part, ...], int] = {}
    for place, tree in enumerate(model.trees):
        for bit, question in enumerate(tree.questions):
            feature = question.feature
            column = (
                feature if isinstance(feature, int) else columns.setdefault(feature.parts, n_numbers + len(columns))
            )
            asked.setdefault(column, []).append(_Asked(place, bit, question))
    return asked, columns


def _bends(asked: Sequence[_Asked]) -> Array:
    """Where the answers change: at the borders of a number, and at every combination but the last."""
    first = asked[0].question
    if isinstance(first.feature, int):
        return np.unique([each.question.border for each in asked])
    return np.arange(len(first.feature.values) - 1, dtype=np.float64)


def _known(question: Question) -> Array:
    assert not isinstance(question.feature, int)
    return question.feature.values
