"""Learns the encoding plan: what becomes of every input column.

Only the inputs of the training rows are looked at, and never the target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.features.category import COUNTED_LEVELS, learn_category
from mlwright.learning.features.date import learn_date
from mlwright.learning.features.number import learn_number
from mlwright.learning.features.phrase import SIZE, phrases
from mlwright.learning.features.text import LearnedText, Size, learn_terms, read_texts, size_for
from mlwright.learning.features.text_time import TextTime
from mlwright.records.model import EncodingPlan, PlanColumn
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.arrays import arrays_to_bytes
from mlwright.scoring.columns import read_columns


def learn_plan(
    table: pa.Table, profile: Profile, seed: int, text_time: TextTime | None = None
) -> tuple[EncodingPlan, bytes]:
    """Learn how rows become numbers.

    Parameters
    ----------
    table : pyarrow.Table
        The input columns of the training rows.
    profile : Profile
        Says which columns are inputs, and of which kind.
    seed : int
    text_time : TextTime, optional
        What texts may take; default: as much as they need.

    Returns
    -------
    plan : EncodingPlan
        Its `arrays` name the SHA-256 of the bytes, or None.
    arrays : bytes
        To be kept under that name; empty if there are none.
    """
    learned: list[PlanColumn] = []
    arrays: dict[str, NDArray[Any]] = {}
    values = read_columns(table.select(profile.roles.inputs)).by_name
    texts = _Texts(profile, len(table), seed, text_time or TextTime())
    for column in profile.inputs:
        for found in _learn(column, values[column.name], f"{len(learned)}", texts):
            if isinstance(found, LearnedText):
                learned.append(found.column)
                arrays |= found.arrays
            else:
                learned.append(found)
    data = arrays_to_bytes(arrays) if arrays else b""
    name = hashlib.sha256(data).hexdigest() if arrays else None
    return EncodingPlan(columns=tuple(learned), arrays=name), data


class _Texts:
    """Learns the terms of texts, and of names that are phrases, in the time that there is."""

    def __init__(self, profile: Profile, n_rows: int, seed: int, time: TextTime) -> None:
        self._n_texts = sum(column.kind == "text" for column in profile.inputs)
        self._n_phrases = sum(map(_may_be_phrases, profile.inputs))
        self._seed, self._time = seed, time
        self._time.n_waiting = sum(_n_characters(column, n_rows) for column in profile.inputs)

    def of_text(self, column: ColumnProfile, values: pa.Array, prefix: str) -> LearnedText | None:
        """What is learned of a column of texts; None if no term comes twice."""
        texts = read_texts(column, values)
        return self._of(column, texts, size_for(texts, self._n_texts), prefix)

    def of_names(self, column: ColumnProfile, values: pa.Array, prefix: str) -> LearnedText | None:
        """What is learned of a category whose names are phrases; None if they are not."""
        names = None if column.is_stated else phrases(column, values)
        return None if names is None else self._of(column, names, SIZE.shared_by(self._n_phrases), prefix)

    def _of(self, column: ColumnProfile, texts: list[str], rich: Size, prefix: str) -> LearnedText | None:
        size = self._time.best(column.name, rich, texts)
        if size is None:
            return None
        began = monotonic()
        found = learn_terms(column, texts, size, prefix, self._seed)
        self._time.took(size, texts, monotonic() - began)
        return found


def _may_be_phrases(column: ColumnProfile) -> bool:
    """Whether the names of a column may be read as words; what a person calls a category holds names alone."""
    return column.kind == "category" and not column.is_stated and column.n_distinct > COUNTED_LEVELS


def _n_characters(column: ColumnProfile, n_rows: int) -> float:
    """Of a column whose terms may be learned."""
    is_text = column.kind == "text" or _may_be_phrases(column)
    return (column.length_mean or 0.0) * n_rows if is_text else 0.0


def _learn(column: ColumnProfile, values: pa.Array, prefix: str, texts: _Texts) -> Iterator[PlanColumn | LearnedText]:
    """What becomes of one column; nothing if there is nothing to learn from it."""
    found: list[PlanColumn | LearnedText | None] = []
    if column.kind == "number":
        found = [learn_number(column, values)]
    elif column.kind in ("category", "boolean"):
        found = [texts.of_names(column, values, prefix), learn_category(column, values)]
    elif column.kind == "date":
        found = [learn_date(column, values)]
    elif column.kind == "text":
        found = [texts.of_text(column, values, prefix)]
    return (plan_column for plan_column in found if plan_column is not None)
