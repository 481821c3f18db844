"""The stage that makes the bundle: the model, its schema, its proof and its papers."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import pyarrow as pa

from mlwright.core.ahead import Load, Need
from mlwright.core.errors import SettingsError, offers
from mlwright.core.run import Run
from mlwright.data.clauses.edits import amended
from mlwright.data.compute.table import open_split
from mlwright.judging.memory import FEWEST_ANSWERED, MOST_ANSWERED, MOST_REMEMBERED, baseline
from mlwright.learning.load import open_model
from mlwright.records.bundle import GoldenRow, Making, Manifest, Packed
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.finished import Finished
from mlwright.records.profile import Profile
from mlwright.records.settings import ContractSettings, ExplainSettings, PackSettings, ProjectSettings, TrainSettings
from mlwright.records.split import Split
from mlwright.scoring.folder import UNSEALED
from mlwright.scoring.model import Model
from mlwright.scoring.single_row import single_row_ms
from mlwright.shipping.contents import answered, complete, packages, size_bytes
from mlwright.shipping.golden import choose_rows, typical_rows

FITTING = ("numpy", "scipy", "scikit-learn", "lightgbm", "catboost", "xgboost-cpu", "torch")
N_OPENED = 2
"""So often the packed model is read: here, and as a bundle."""
N_SAMPLED = 400
"""Rows of which the typical ones are chosen."""
FIXED_S, INPUT_S, CELL_S = 0.25, 1e-3, 1e-7
"""Of a quiet machine: for the stage, for each input, and for each cell of the table that is remembered."""


def need(load: Load, run: Run) -> Need:
    """Some rows are answered to choose those that are stored; days are told apart by as many as there is time for."""
    fixed_s = FIXED_S + N_OPENED * load.open_s + (INPUT_S + CELL_S * min(load.n_rows, MOST_REMEMBERED)) * load.n_inputs
    return Need(
        fixed_s + (N_SAMPLED + FEWEST_ANSWERED) * load.answer_s,
        fixed_s + (N_SAMPLED + min(load.n_rows, MOST_ANSWERED)) * load.answer_s,
    )


def pack(
    project: ProjectSettings,
    snapshot: Snapshot,
    profile: Profile,
    contract: Contract,
    split: Split,
    finished: Finished,
    evaluation: Evaluation,
    decision: Decision,
    edits: ContractSettings,
    explain: ExplainSettings,
    settings: PackSettings,
    train: TrainSettings,
    run: Run,
) -> Packed:
    """Make the files of the bundle, and prove the model on rows as a client sends them."""
    model = open_model(finished.model, run)
    sample = _sample(model, snapshot, profile, split, settings.golden_rows, run)
    rows = choose_rows(sample, model, settings.golden_rows)
    known = {column.name: column for column in profile.columns}
    draft = Manifest(
        bundle_id=UNSEALED,
        needs=model.needs,
        optional=("evaluation.footing",),
        name=project.name or "model",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        made_by=f"mlwright {version('mlwright')}",
        run_id=run.run_id,
        target=profile.roles.target,
        target_type=profile.target.type,
        model=finished.model,
        lineage=snapshot.lineage,
        golden=tuple(GoldenRow(row=row, answer=answer) for row, answer in answered(model, rows)),
        contract=amended(contract, edits),
        reference=tuple(known[name] for name in model.encoder.inputs),
        n_reference=profile.n_rows,
        learned=finished.sentence,
        typical=tuple(typical_rows(sample, model)),
        changeable=_changeable(explain, model),
        baseline=baseline(snapshot, profile, split, evaluation, decision, model, run),
        evaluation=evaluation,
        decision=decision,
        files={},
        making=_making(train, run),
        packages={package: version(package) for package in packages(finished.model)},
    )
    bundle_id, files = complete(draft, run)
    return Packed(
        bundle_id=bundle_id,
        size_bytes=size_bytes(files, run),
        single_row_ms=single_row_ms(model, rows[0]),
        files=files,
    )


def _making(train: TrainSettings, run: Run) -> Making:
    return Making(
        seed=run.seed,
        n_jobs=run.n_jobs,
        candidates=train.candidates,
        budget_s=train.budget,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
        packages=dict(_versions(FITTING)),
    )


def _versions(packages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of those that are installed."""
    for package in packages:
        with suppress(PackageNotFoundError):
            yield package, version(package)


def _sample(model: Model, snapshot: Snapshot, profile: Profile, split: Split, n_golden: int, run: Run) -> pa.Table:
    """Training rows of which some are stored."""
    train = open_split(snapshot, split, profile, run).train
    return train.sample(model.encoder.inputs, max(50 * n_golden, N_SAMPLED), run.seed_for("golden rows"))


def _changeable(explain: ExplainSettings, model: Model) -> tuple[str, ...]:
    known = model.encoder.inputs
    for name in explain.changeable:
        if name not in known:
            raise SettingsError(
                f"explain.changeable names {name!r}, which is no input of the model.",
                f"Did you mean: {offers(name, known)}?",
            )
    return explain.changeable
