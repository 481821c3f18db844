"""What a search leaves to the stages behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mlwright.core.ahead import Load
from mlwright.core.run import Run
from mlwright.records.model import CoreRef, ModelSpec
from mlwright.records.profile import Roles
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.cores import CORES
from mlwright.scoring.model import Model


def load_of(answer_s: float, roles: Roles, split: Split, row_s: float = 0.0, open_s: float = 0.0) -> Load:
    """The load of a model that takes so many seconds to answer one row of many, `row_s` of them to encode it."""
    return Load(
        answer_s=answer_s,
        n_rows=split.n_train + split.n_test,
        n_test=split.n_test,
        n_inputs=len(roles.inputs),
        row_s=row_s,
        n_outputs=len(roles.classes) if roles.task == "multiclass" else 1,
        open_s=open_s,
    )


def load_after(training: Training, roles: Roles, split: Split, run: Run) -> Load:
    """The load of the model that a search has found."""
    return load_of(training.answer_s, roles, split, training.row_s, open_s(_cores(training.model), run.path))


def open_s(cores: Iterable[CoreRef], path: Callable[[str], Path]) -> float:
    """Seconds of a quiet machine to read some cores and to make them ready to answer."""
    forms = {core.blob: core.form for core in cores}
    return sum(CORES.get(form).open_byte_s * path(blob).stat().st_size for blob, form in forms.items())


def _cores(spec: ModelSpec) -> list[CoreRef]:
    return [core for member in spec.members for core in member.cores]


def open_model(spec: ModelSpec, run: Run) -> Model:
    """The model, ready to answer; stages of one run that ask the same one read it once."""
    key = spec.digest()
    if key not in run.opened:
        run.opened[key] = Model.load(spec, run.get)
    model: Model = run.opened[key]
    return model


def size_of(spec: ModelSpec, path: Callable[[str], Path]) -> int:
    """Bytes of a model, as it is packed."""
    blobs = {core.blob for core in _cores(spec)} | {spec.plan.arrays}
    return sum(path(blob).stat().st_size for blob in blobs if blob is not None)
