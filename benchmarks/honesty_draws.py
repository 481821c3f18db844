"""Small tables drawn from a large one, a run on each, and what is true of its model; see honesty.py."""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.engine import Stage, execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.pipeline import Settings
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.split import TRAIN, Split
from mlwright.records.trials import Training
from mlwright.scoring.model import Model
from mlwright.statistics.sampling import Draws, Sampling

MOST_TRUE_ROWS = 8_000
PLAIN_REPLICATES = 60
"""So few that intervals are Student's: of thousands of rows they are as good."""
STAGES = (
    Stage("mlwright.data.collect", Snapshot, reads_world=True),
    Stage("mlwright.data.profile", Profile),
    Stage("mlwright.data.split", Split),
    Stage("mlwright.learning.train", Training),
    Stage("mlwright.learning.evaluate", Evaluation),
)


class Told(NamedTuple):
    """One kind of figure of one draw: the interval that was stated, and the truth with the half width of its own."""

    low: float
    value: float
    high: float
    true: float
    unsure: float

    @property
    def held(self) -> bool:
        """Whether the interval held the truth, as far as that is known."""
        below, above = (math.hypot(end - self.value, self.unsure) for end in (self.low, self.high))
        return self.value - below <= self.true <= self.value + above

    @property
    def held_if_exact(self) -> bool:
        """Whether the interval held what was measured, as if that were the truth."""
        return self.low <= self.true <= self.high


class Draw(NamedTuple):
    """What was said and what is true of one small table."""

    data: str
    rows: int
    seed: int
    told: dict[str, Told]
    cpu_s: float
    corrections: dict[str, float]
    """What `Corrected` made up for, and its error."""


def large_table(folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The data set, without the columns that give the target away."""
    meta = json.loads((folder / "meta.json").read_text())
    file = folder / meta["main_file"]
    options = meta.get("read_csv") or {}
    frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, **options)
    frame = frame.drop(columns=[name for name in meta.get("leakage_columns", []) if name in frame])
    frame = frame.drop(columns=[name for name in meta.get("id_columns", []) if name in frame])
    return frame[frame[meta["target"]].notna()].reset_index(drop=True), meta


def parted(frame: pd.DataFrame, n_rows: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that are drawn, and others that tell the truth."""
    order = np.random.default_rng([seed, n_rows]).permutation(len(frame))
    return frame.iloc[order[:n_rows]], frame.iloc[order[n_rows : n_rows + MOST_TRUE_ROWS]]


def draw(frame: pd.DataFrame, meta: dict[str, Any], n_rows: int, seed: int, options: argparse.Namespace) -> Draw:
    """One small table and a run on it."""
    began = time.process_time()
    rows, rest = parted(frame, n_rows, seed)
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        file = Path(folder) / "drawn.parquet"
        pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), file)
        settings = Settings.model_validate(
            {
                "project": {"target": meta["target"], "task": meta["task"], "seed": seed},
                "collect": {"source": str(file)},
                "split": {
                    "method": "random" if meta["task"] == "regression" else "stratified",
                    "test_share": options.test_share,
                },
                "train": {"candidates": options.candidates, "families": options.families, "experience": False},
            }
        )
        run = Run("r", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None), seed=seed, n_jobs=1)
        nothing = Findings(findings=(), quiet=(), skipped=())
        results = execute(STAGES, [*settings.sections(), nothing], run)
        told = _compared(results, rest, run)
        corrected = getattr(results["train"], "corrected", None)
    known = corrected.model_dump(include={"flattery", "stopping", "together", "error"}) if corrected else {}
    return Draw(meta["name"], n_rows, seed, told, round(time.process_time() - began, 2), known)


def _compared(results: dict[str, Any], rest: pd.DataFrame, run: Run) -> dict[str, Told]:
    """What was said beside what is true."""
    training, said = results["train"], results["evaluate"].metrics[0]
    found = {"test": said.model, "gain": said.gain_over_baseline}
    if training.corrected is not None:
        found |= {
            "corrected": training.corrected.model,
            "corrected gain": training.corrected.gain_over_baseline,
            "held out": _as_it_is(training, results, run),
        }
    model, gain = _true(results, rest, run)
    return {
        kind: Told(each.low, each.value, each.high, truth.value, (truth.high - truth.low) / 2)
        for kind, each in found.items()
        for truth in [gain if "gain" in kind else model]
    }


def _as_it_is(training: Training, results: dict[str, Any], run: Run) -> Estimate:
    """The figure on the held-out rows without a correction."""
    rows = np.flatnonzero(np.frombuffer(run.get(results["split"].roles), dtype=np.uint8) == TRAIN)
    roles, profile = results["profile"].roles, results["profile"]
    values = open_snapshot(results["collect"], run).arrow([roles.target], rows)[roles.target]
    target = TASKS.get(roles.task)().target(values, roles.classes, profile.target.missing_codes)
    said = np.frombuffer(run.get(training.out_of_fold), dtype=np.float32).reshape(len(rows), -1).astype(float)
    known = np.isfinite(said).all(axis=1)
    draws = Draws(Sampling(int(known.sum())), 0)
    return yardstick(training.metric, target[known], draws).estimate(Scored(said[known]))


def _true(results: dict[str, Any], rest: pd.DataFrame, run: Run) -> tuple[Estimate, Estimate]:
    """The metric and the gain on rows that were not drawn; rows of a class that was not drawn are left out."""
    training, roles = results["train"], results["profile"].roles
    table = pa.Table.from_pandas(rest, preserve_index=False)
    codes = results["profile"].target.missing_codes
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, codes)
    known = target >= 0 if roles.classes else np.isfinite(target)
    told = table.filter(pa.array(known))
    model, dummy = (Scored(Model.load(spec, run.get).scores(told)) for spec in (training.model, training.baseline))
    measure = yardstick(training.metric, target[known], Draws(Sampling(int(known.sum())), 0, PLAIN_REPLICATES))
    return measure.estimate(model), measure.gain(model, dummy)


def lines_of(file: Path | None) -> list[dict[str, Any]]:
    """What earlier calls have kept: draws, and what peers said of them."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file and file.exists() else []


def keep(file: Path | None, one: NamedTuple) -> None:
    """Add a line."""
    if file is not None:
        with file.open("a") as lines:
            lines.write(json.dumps(one._asdict()) + "\n")


def kept(file: Path | None) -> list[Draw]:
    """The draws of earlier calls."""
    own = [line for line in lines_of(file) if "peer" not in line]
    return [Draw(**line | {"told": {kind: Told(*told) for kind, told in line["told"].items()}}) for line in own]
