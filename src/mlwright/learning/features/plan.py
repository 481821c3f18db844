"""Learns the encoding plan: what becomes of every input column.

Only the inputs of the training rows are looked at, and never the target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.features.category import learn_category
from mlwright.learning.features.date import learn_date
from mlwright.learning.features.number import learn_number
from mlwright.learning.features.phrase import learn_phrase
from mlwright.learning.features.text import LearnedText, learn_text
from mlwright.records.model import EncodingPlan, PlanColumn
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.arrays import arrays_to_bytes
from mlwright.scoring.columns import read_columns


def learn_plan(table: pa.Table, profile: Profile, seed: int) -> tuple[EncodingPlan, bytes]:
    """Learn how rows become numbers.

    Parameters
    ----------
    table : pyarrow.Table
        The input columns of the training rows.
    profile : Profile
        Says which columns are inputs, and of which kind.
    seed : int

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
    for column in profile.inputs:
        for found in _learn(column, values[column.name], f"{len(learned)}", seed):
            if isinstance(found, LearnedText):
                learned.append(found.column)
                arrays |= found.arrays
            else:
                learned.append(found)
    data = arrays_to_bytes(arrays) if arrays else b""
    name = hashlib.sha256(data).hexdigest() if arrays else None
    return EncodingPlan(columns=tuple(learned), arrays=name), data


def _learn(column: ColumnProfile, values: pa.Array, prefix: str, seed: int) -> Iterator[PlanColumn | LearnedText]:
    """What becomes of one column; nothing if there is nothing to learn from it."""
    found: list[PlanColumn | LearnedText | None] = []
    if column.kind == "number":
        found = [learn_number(column, values)]
    elif column.kind in ("category", "boolean"):
        found = [learn_phrase(column, values, prefix, seed), learn_category(column, values)]
    elif column.kind == "date":
        found = [learn_date(column, values)]
    elif column.kind == "text":
        found = [learn_text(column, values, prefix, seed)]
    return (plan_column for plan_column in found if plan_column is not None)
