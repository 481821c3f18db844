"""The whole job on tables, against one LightGBM with default parameters on the same unseen rows.

Usage: python benchmarks/whole_job.py [DATA_DIR] [--budget 60] [--only NAME ...] [--quick] [--check]

DATA_DIR holds a folder a data set, each with a meta.json (name, target, task, main_file, and optionally id_columns and
leakage_columns, which are left out on both sides). Without it, the data that comes with mlwright is used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

GOAL_WALL = 1.10
"""The wall clock of the whole process, as a share of the budget."""


@dataclass
class DataSet:
    name: str
    file: Path
    target: str
    ignore: tuple[str, ...]


@dataclass
class Row:
    name: str
    task: str
    findings: int
    metric: str
    value: float
    low: float
    high: float
    lightgbm: float
    wall_s: float
    verdict: str
    bundle_mb: float
    row_ms: float


def data_sets(folder: Path | None, only: list[str], workspace: Path) -> list[DataSet]:
    if folder is None:
        from importlib.resources import files

        packed = workspace / "bank_marketing.csv.gz"
        packed.write_bytes((files("mlwright") / "example" / "bank_marketing.csv.gz").read_bytes())
        return [DataSet("bank_marketing", packed, "deposit", ("duration",))]
    found = []
    for file in sorted(folder.glob("*/meta.json")):
        meta = json.loads(file.read_text())
        if meta["task"] in ("binary", "multiclass", "regression") and (not only or meta["name"] in only):
            found.append(
                DataSet(
                    meta["name"],
                    file.parent / meta["main_file"],
                    meta["target"],
                    tuple(meta.get("leakage_columns", ())),
                )
            )
    return found


def run(data: DataSet, budget: float, workspace: Path) -> Row:
    from mlwright import Project

    folder = workspace / data.name
    sections = {
        "project": {"target": data.target},
        "collect": {"source": str(data.file.resolve())},
        "profile": {"ignore": list(data.ignore)},
    }
    project = Project.create(folder, sections)
    began = time.monotonic()
    command = [sys.executable, "-m", "mlwright", "run", "-p", str(folder), "--budget", f"{budget}s", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    wall = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"{data.name}: {done.stderr}")
    profile, evaluation = project.show("profile"), project.show("evaluation")
    decision, bundle, findings = project.show("decision"), project.show("bundle"), project.show("findings")
    first = evaluation.metrics[0]
    return Row(
        name=data.name,
        task=profile.roles.task,
        findings=len(findings.findings),
        metric=first.name,
        value=first.model.value,
        low=first.model.low,
        high=first.model.high,
        lightgbm=default_lightgbm(project, first.name),
        wall_s=wall,
        verdict=decision.verdict,
        bundle_mb=bundle.size_bytes / 1e6,
        row_ms=bundle.single_row_ms,
    )


def default_lightgbm(project, metric: str) -> float:
    """LightGBM with its own defaults on the same training rows and columns, scored on the same test rows."""
    import lightgbm
    import numpy as np
    import pyarrow.parquet as pq

    from mlwright.core.store import Store
    from mlwright.learning.metrics import METRICS
    from mlwright.learning.tasks import TASKS

    store: Store = project.store
    snapshot, profile, split = project.show("snapshot"), project.show("profile"), project.show("split")
    roles = np.frombuffer(store.blobs.get(split.roles), dtype=np.uint8)
    table = pq.read_table(store.blobs.path(snapshot.blob))
    frame = moments_as_seconds(table.select(list(profile.roles.inputs))).to_pandas()
    for name in frame.columns:
        if frame[name].dtype.kind not in "biuf":
            frame[name] = frame[name].astype("category")
    task = TASKS.get(profile.roles.task)()
    target = task.target(table[profile.roles.target], profile.roles.classes, profile.target.missing_codes)
    kind = lightgbm.LGBMRegressor if profile.roles.task == "regression" else lightgbm.LGBMClassifier
    model = kind(verbose=-1, n_jobs=2).fit(frame[roles == 0], target[roles == 0])
    if profile.roles.task == "regression":
        said = model.predict(frame[roles == 1]).reshape(-1, 1)
    else:
        said = np.full((int((roles == 1).sum()), len(profile.roles.classes)), 1e-15)
        said[:, model.classes_.astype(int)] = model.predict_proba(frame[roles == 1])
        said = said[:, 1:] if profile.roles.task == "binary" else said
    return float(METRICS.get(metric)().score(target[roles == 1], said))


def moments_as_seconds(table):
    """The table with its dates as numbers, which is the least that LightGBM needs."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.timestamp("s")).cast(pa.int64()))
    return table


def show(rows: list[Row]) -> None:
    print("| data | task | findings | metric | mlwright (95 %) | default LightGBM | wall s | verdict | MB | row ms |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for r in rows:
        figures = f"{r.value:.4g} ({r.low:.4g} to {r.high:.4g}) | {r.lightgbm:.4g} | {r.wall_s:.1f}"
        size = f"{r.bundle_mb:.1f} | {r.row_ms:.2f}"
        print(f"| {r.name} | {r.task} | {r.findings} | {r.metric} | {figures} | {r.verdict} | {size} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--quick", action="store_true", help="the bundled data, 30 s")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a budget was not kept or LightGBM was better on most sets"
    )
    options = parser.parse_args()
    budget = 30.0 if options.quick else options.budget
    with tempfile.TemporaryDirectory() as workspace:
        sets = data_sets(None if options.quick else options.data, options.only, Path(workspace))
        rows = [run(data, budget, Path(workspace)) for data in sets]
    show(rows)
    kept = max(row.wall_s for row in rows) / budget
    won = sum(row.value <= row.lightgbm for row in rows)
    print(
        json.dumps(
            {
                "benchmark": "whole_job",
                "budget_s": budget,
                "longest_share": round(kept, 3),
                "won": won,
                "rows": [asdict(r) for r in rows],
            }
        )
    )
    if options.check and (kept > GOAL_WALL or won < len(rows) / 2):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
