"""What a search leaves to the stages behind it."""

from __future__ import annotations

from mlwright.core.ahead import Load
from mlwright.records.profile import Roles
from mlwright.records.split import Split


def load_of(answer_s: float, roles: Roles, split: Split, row_s: float = 0.0) -> Load:
    """The load of a model that takes so many seconds to answer one row of many, `row_s` of them to encode it."""
    return Load(
        answer_s=answer_s,
        n_rows=split.n_train + split.n_test,
        n_test=split.n_test,
        n_inputs=len(roles.inputs),
        row_s=row_s,
        n_outputs=len(roles.classes) if roles.task == "multiclass" else 1,
    )
