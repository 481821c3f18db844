"""What the benchmarks of seeded faults have in common: clean real tables, trials, and shares with their intervals."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.checks import CHECKS
from mlwright.pipeline import BUILD, Settings
from mlwright.records.findings import Findings

MAX_ROWS = 4_000
HALVES = {
    "develop": (
        "telco_churn", "credit_g", "phoneme", "wine_quality", "vehicle", "california_housing", "ames_housing",
        "insurance_charges",
    ),
    "final": (
        "titanic", "stroke", "hr_attrition_ibm", "bank_marketing", "car_evaluation", "covertype_20k",
        "employee_salaries", "bike_sharing", "energy_efficiency", "diamonds",
    ),
}  # fmt: skip
TAKEN_OUT = {
    "bank_marketing": ["duration"],
    "bike_sharing": ["casual", "registered"],
    "energy_efficiency": ["Cooling Load"],
}
TIMES = {"bike_sharing": "dteday"}


ROWS = "rows"
"""In place of column names, for a leak that lies in the rows."""


@dataclass
class Clean:
    """A table without a known leak."""

    frame: pd.DataFrame
    target: str
    task: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def y(self) -> pd.Series:
        return self.frame[self.target]

    @property
    def codes(self) -> np.ndarray:
        """Places of the classes, the rarer of two being 1; for numbers whether they lie in the upper third."""
        if self.task == "regression":
            return (self.y > self.y.quantile(0.67)).to_numpy().astype(int)
        order = self.y.value_counts().index
        return self.y.map({name: place for place, name in enumerate(order)}).to_numpy()


@dataclass
class Seeded:
    """A table with one leak, and the columns that hold it."""

    frame: pd.DataFrame
    columns: tuple[str, ...]
    how: str
    settings: dict[str, Any] = field(default_factory=dict)


Seeder = Callable[[Clean, np.random.Generator], Seeded | None]


class Trial(NamedTuple):
    data: str
    kind: str
    how: str
    found: bool
    alarms: tuple[str, ...]
    cpu_s: float


def clean_set(folder: Path, name: str, most_rows: int = MAX_ROWS) -> Clean:
    """A set as it is checked unharmed."""
    meta = json.loads((folder / name / "meta.json").read_text())
    reading = meta.get("read_csv", {})
    frame = pd.read_csv(folder / name / meta["main_file"], **reading)
    frame = frame.drop(columns=TAKEN_OUT.get(name, []))
    frame = frame.drop_duplicates(subset=[c for c in frame.columns if c not in meta.get("id_columns", [])])
    if len(frame) > most_rows:
        frame = frame.head(most_rows) if name in TIMES else frame.sample(most_rows, random_state=0)
    if name not in TIMES:
        frame = frame.sample(frac=1.0, random_state=1)
    settings = {"time": TIMES[name]} if name in TIMES else {}
    return Clean(frame.reset_index(drop=True), meta["target"], meta["task"], settings)


def findings(table: Clean | Seeded, target: str, workspace: Path, checks: Collection[str]) -> Findings:
    """What some checks say, by the way of any data: collect, profile, split, check."""
    folder = Path(tempfile.mkdtemp(dir=workspace))
    pq.write_table(pa.Table.from_pandas(table.frame, preserve_index=False), folder / "data.parquet")
    sections = {
        "project": {"target": target},
        "collect": {"source": str(folder / "data.parquet"), **table.settings},
        "check": {"skip": sorted(set(CHECKS.names()) - set(checks))},
    }
    run = Run("seeding", Store(folder / "store"), Clock(folder / "cancel", None))
    found = execute(BUILD, Settings.model_validate(sections).sections(), run, until="check")["check"]
    assert isinstance(found, Findings)
    return found


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share after Wilson (1927)."""
    z = 1.96
    centre, half = hits + z * z / 2, z * (hits * (n - hits) / max(n, 1) + z * z / 4) ** 0.5
    return max(0.0, (centre - half) / (n + z * z)), min(1.0, (centre + half) / (n + z * z))


def share_of(tried: Sequence[Trial]) -> str:
    hits = sum(trial.found for trial in tried)
    low, high = wilson(hits, len(tried))
    return f"{hits} of {len(tried)} = {hits / max(1, len(tried)):.1%} (95 %: {low:.1%} to {high:.1%})"
