"""How often the benefit that a run promises is what comes of it, and whether its threshold earns more than usual ones.

Usage: python benchmarks/decision.py DATA_DIR [--only NAME ...] [--draws 30] [--quick] [--check]

From a real table some rows are drawn, as if somebody had collected no more than that, and a run decides on them with
the costs that are stated here. The rows that were not drawn are then answered by its model, and what those answers were
worth is counted. Told is how often the stated interval of 95 % held it: of the model's worth, and of its gain over what
is done without one. What is counted on untouched rows is itself a draw, so that its own standard error is allowed for.
The same model is then used with a threshold of 0.5 (several classes: with the most probable one), and with the one of
the best F1 on the out-of-fold rows.

DATA_DIR holds a folder a data set with a meta.json (name, target, task, main_file, read_csv).
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import honesty_draws
from honesty_draws import large_table
from mlwright.core.engine import Stage, execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.judging.worth import Cases, by_model
from mlwright.judging.worth.practice import of_model, without_a_look
from mlwright.learning.benefit import Benefit
from mlwright.learning.benefit_table import amounts_of, benefit_table, capacity_share
from mlwright.learning.metrics import METRICS
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored
from mlwright.pipeline import Settings
from mlwright.records.challenge import Challenge
from mlwright.records.decision import Decision
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Estimate
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings
from mlwright.records.trials import Training
from mlwright.scoring.deciding import decisive
from mlwright.scoring.model import Model
from mlwright.scoring.spelling import to_number_array
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]

GOAL = 0.93
MOST_TRUE_ROWS = 10_000
STAGES = (
    *honesty_draws.STAGES,
    Stage("mlwright.judging.decide", Decision),
)
PER_CASES = 1000.0


class Job(NamedTuple):
    """A data set, how many rows are drawn from it, and what answers are worth."""

    name: str
    folder: str
    n_rows: int
    decide: dict[str, Any]


JOBS = (
    Job("credit_g, 5 to 1", "credit_g", 600, {"benefit": {"false_positive": -1, "false_negative": -5}}),
    Job("bank_marketing", "bank_marketing", 1500, {"benefit": {"true_positive": 60, "false_positive": -8}}),
    Job("telco_churn", "telco_churn", 1500, {"benefit": {"true_positive": 50, "false_positive": -10}}),
    Job("stroke", "stroke", 1500, {"benefit": {"true_positive": 95, "false_positive": -5}}),
    Job("hr_attrition", "hr_attrition_ibm", 800, {"benefit": {"true_positive": 30, "false_positive": -6}}),
    Job("mammography", "mammography", 2000, {"benefit": {"false_positive": -1, "false_negative": -40}}),
    Job(
        "bank_marketing, 50 calls of 1,000",
        "bank_marketing",
        1500,
        {"benefit": {"true_positive": 60, "false_positive": -8}, "capacity": 50, "cases": 1000},
    ),
    Job(
        "telco_churn, by what each pays",
        "telco_churn",
        1500,
        {"benefit": {"true_positive": {"column": "MonthlyCharges", "times": 0.7}, "false_positive": -10}},
    ),
    Job(
        "wine_quality, 5 as 7 or 8",
        "wine_quality",
        1500,
        {"benefit": {"right": 0, "wrong": -1, "5 as 7": -8, "5 as 8": -8}},
    ),
    Job(
        "california_housing, 50 of 1,000",
        "california_housing",
        1500,
        {"benefit": {"per_unit_chosen": 0.01, "per_chosen": -2000}, "capacity": 50, "cases": 1000},
    ),
    Job("bike_sharing, too few 3 to 1", "bike_sharing", 1500, {"benefit": {"per_unit_over": -1, "per_unit_under": -3}}),
)
QUICK = ("credit_g, 5 to 1", "telco_churn", "bike_sharing, too few 3 to 1")


class Drawn(NamedTuple):
    """What was said and what is true of one draw."""

    model: tuple[Estimate, Array]
    gain: tuple[Estimate, Array]
    others: dict[str, float]
    verdict: str


@dataclass
class Line:
    """All draws of one job."""

    name: str
    draws: int
    model_held: float
    gain_held: float
    over_half: float | None
    over_f1: float | None
    over_mean: float | None
    verdicts: dict[str, int]


def draw(job: Job, frame: pd.DataFrame, meta: dict[str, Any], seed: int) -> Drawn:
    """One small table, a run on it, and what its model is worth on the other rows."""
    order = np.random.default_rng(seed).permutation(len(frame))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawn.parquet"
        pq.write_table(pa.Table.from_pandas(frame.iloc[order[: job.n_rows]], preserve_index=False), file)
        task = "binary" if meta["task"] == "anomaly" else meta["task"]
        positive = {"positive": str(meta["positive_class"])} if meta.get("positive_class") is not None else {}
        settings = Settings.model_validate(
            {
                "project": {"target": meta["target"], "task": task, "seed": seed, **positive},
                "collect": {"source": str(file)},
                "split": {"method": "random" if task == "regression" else "stratified"},
                "train": {"candidates": 2, "families": ["linear", "lightgbm"], "experience": False},
                "decide": job.decide,
            }
        )
        run = Run("r", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None), seed=seed, n_jobs=1)
        nothing = (
            Findings(findings=(), quiet=(), skipped=()),
            Robustness(metric="", results=(), skipped=()),
            Diagnosis(),
            Challenge(champion=None, metric="", sentence=""),
        )
        results = execute(STAGES, [*settings.sections(), *nothing], run)
        rest = frame.iloc[order[job.n_rows : job.n_rows + MOST_TRUE_ROWS]]
        return _realised(results, rest, settings.decide, run)


def _realised(results: dict[str, Any], rest: pd.DataFrame, settings: DecideSettings, run: Run) -> Drawn:
    """What the answers to the other rows are worth per 1,000, row by row."""
    training, worth, roles = results["train"], results["decide"].worth, results["profile"].roles
    target, table = _known(results["profile"], rest)
    scores, decides = Model.load(training.model, run.get).scores(table), decisive(training.model, table)
    names = {amount.column for amount in amounts_of(settings).values()}
    columns = {name: to_number_array(table[name]) for name in names}
    benefit = benefit_table(roles.task, roles.classes, (), settings, columns)
    share = capacity_share(settings)
    learned = _learned(results, run)
    cases = Cases(target, Scored(scores, decides), Draws(Sampling(len(target)), 0), shift=worth.shift)
    found = by_model(cases, roles, benefit, share).counted(benefit.amounts)
    ways = {way.told: way.worth(benefit.amounts) for way in without_a_look(target, roles, learned, benefit, share)}
    others = {}
    if roles.task == "binary" and share == 1:
        best_f1 = _best_f1(learned, training, run)
        others = {
            name: float((found - _used(target, scores, threshold, roles.task, benefit)).mean())
            for name, threshold in (("half", 0.5), ("f1", best_f1))
        }
    elif roles.task == "multiclass":
        others = {"half": float((found - _used(target, scores, 0.5, roles.task, benefit)).mean())}
    elif roles.task == "regression" and not benefit.chooses:
        others = {"mean": float((found - _used(target, scores, None, roles.task, benefit)).mean())}
    return Drawn(
        (worth.model, PER_CASES * found),
        (worth.gain, PER_CASES * (found - ways[worth.today_is])),
        {name: PER_CASES * gain for name, gain in others.items()},
        results["decide"].verdict,
    )


def _known(profile: Profile, rest: pd.DataFrame) -> tuple[Array, pa.Table]:
    """The target of the other rows, and these."""
    roles = profile.roles
    table = pa.Table.from_pandas(rest, preserve_index=False)
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, profile.target.missing_codes)
    known = target >= 0 if roles.classes else np.isfinite(target)
    return target[known], table.filter(pa.array(known))


def _used(
    target: Array, scores: Array, threshold: float | None, task: Any, benefit: Benefit, shift: float = 0.0
) -> Array:
    scored = Scored(scores, 0.5 if threshold is None else threshold)
    return of_model(target, scored, task, shift).worth(benefit.amounts)


def _learned(results: dict[str, Any], run: Run) -> Array:
    roles, profile = results["profile"].roles, results["profile"]
    values = open_snapshot(results["collect"], run).arrow([roles.target], train_rows(results["split"], run))
    return TASKS.get(roles.task)().target(values[roles.target], roles.classes, profile.target.missing_codes)


def _best_f1(target: Array, training: Training, run: Run) -> float:
    """The threshold of the best F1 on the out-of-fold answers."""
    said = np.frombuffer(run.get(training.out_of_fold), dtype=np.float32).astype(np.float64)
    known, f1 = np.isfinite(said), METRICS.get("f1")()
    tried = np.unique(np.quantile(said[known], np.linspace(0, 1, 100)))
    scores = [f1.score(target[known], said[known][:, None], threshold=threshold) for threshold in tried]
    return float(tried[int(np.nanargmax(scores))])


def held(said: Estimate, rows: Array) -> bool:
    """Whether the interval held what came of it, whose own standard error is allowed for."""
    true, allowed = float(rows.mean()), 1.96 * float(rows.std()) / math.sqrt(len(rows))
    below, above = math.hypot(said.value - said.low, allowed), math.hypot(said.high - said.value, allowed)
    return said.value - below <= true <= said.value + above


def line(job: Job, found: Sequence[Drawn]) -> Line:
    def mean(name: str) -> float | None:
        gains = [one.others[name] for one in found if name in one.others]
        return round(float(np.mean(gains)), 2) if gains else None

    verdicts = [one.verdict for one in found]
    return Line(
        name=job.name,
        draws=len(found),
        model_held=round(float(np.mean([held(*one.model) for one in found])), 4),
        gain_held=round(float(np.mean([held(*one.gain) for one in found])), 4),
        over_half=mean("half"),
        over_f1=mean("f1"),
        over_mean=mean("mean"),
        verdicts={name: verdicts.count(name) for name in sorted(set(verdicts))},
    )


def show(lines: Sequence[Line]) -> None:
    print("| data | draws | worth held | gain held | more than 0.5 | than best F1 | than the mean | verdicts |")
    print("|---|---|---|---|---|---|---|---|")
    for one in lines:
        figures = (one.over_half, one.over_f1, one.over_mean)
        told = " | ".join("" if figure is None else f"{figure:+,.1f}" for figure in figures)
        verdicts = ", ".join(f"{name} {n}" for name, n in one.verdicts.items())
        print(f"| {one.name} | {one.draws} | {one.model_held:.1%} | {one.gain_held:.1%} | {told} | {verdicts} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=[job.name for job in JOBS])
    parser.add_argument("--draws", type=int, default=30, help="from each data set")
    parser.add_argument("--quick", action="store_true", help="three jobs, 5 draws")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    if options.quick:
        options.only, options.draws = QUICK, 5
    began, lines = time.process_time(), []
    for job in (job for job in JOBS if job.name in options.only):
        frame, meta = large_table(options.data / job.folder)
        lines.append(line(job, [draw(job, frame, meta, seed) for seed in range(options.draws)]))
        print(f"{job.name}: worth held {lines[-1].model_held:.0%}, gain {lines[-1].gain_held:.0%}", flush=True)
    show(lines)
    weights = [one.draws for one in lines]
    covered = {
        "worth": round(float(np.average([one.model_held for one in lines], weights=weights)), 4),
        "gain": round(float(np.average([one.gain_held for one in lines], weights=weights)), 4),
    }
    worse = [
        one.name
        for one in lines
        if min(gain for gain in (one.over_half, one.over_f1, one.over_mean, math.inf) if gain is not None) < 0
    ]
    figures = {
        "benchmark": "decision",
        "covered": covered,
        "earns_less_than_usual_on": worse,
        "cpu_s": round(time.process_time() - began),
        "rows": [asdict(one) for one in lines],
    }
    print(json.dumps(figures))
    if options.check and (min(covered.values()) < GOAL or worse):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
