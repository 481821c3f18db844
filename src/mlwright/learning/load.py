"""What a search leaves to the stages behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlwright.core.ahead import Load
from mlwright.core.run import Run
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Roles
from mlwright.records.split import Split
from mlwright.records.trials import Training


def load_of(answer_s: float, roles: Roles, split: Split, row_s: float = 0.0, size_bytes: int = 0) -> Load:
    """The load of a model that takes so many seconds to answer one row of many, `row_s` of them to encode it."""
    return Load(
        answer_s=answer_s,
        n_rows=split.n_train + split.n_test,
        n_test=split.n_test,
        n_inputs=len(roles.inputs),
        row_s=row_s,
        n_outputs=len(roles.classes) if roles.task == "multiclass" else 1,
        size_bytes=size_bytes,
    )


def load_after(training: Training, roles: Roles, split: Split, run: Run) -> Load:
    """The load of the model that a search has found."""
    return load_of(training.answer_s, roles, split, training.row_s, size_of(training.model, run.path))


def size_of(spec: ModelSpec, path: Callable[[str], Path]) -> int:
    """Bytes of a model, as it is packed."""
    blobs = {core.blob for member in spec.members for core in member.cores} | {spec.plan.arrays}
    return sum(path(blob).stat().st_size for blob in blobs if blob is not None)
