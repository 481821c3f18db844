"""The model of mlwright beside those of other systems, with the same wall clock on the same machine.

Usage: python benchmarks/accuracy.py DATA_DIR BENCH_DIR [--budget 60 300] [--peers autogluon:medium_quality,flaml]
                [--half develop|final] [--sets SET ...] [--seeds 42] [--out FILE] [--minutes 35] [--quick] [--check]

DATA_DIR holds a folder a data set with a meta.json. BENCH_DIR holds `bench_automl.py`, which runs every system in a
virtual environment of its own under $PEERS_ROOT (`setup.sh` builds them) on three quarters of the rows, and scores its
answers on the others: log loss for classes, root mean squared error for numbers. Without such environments the plain
LightGBM and CatBoost can still be compared with: they run in this one.

A difference is how much larger the peer's loss is than ours (positive: ours is better), the mean of the logarithms of
their ratio; several seeds of a set are averaged first, and count as one. Its interval is a bootstrap over the sets,
95 %. A set on which either failed is in no comparison: failures are told beside them. Runs that are in FILE already are
not done again, so that a series can be ended and gone on with; `--minutes` begins no run that would end later.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import tables

OWN = "mlwright"
PLAIN = ("lgbm", "catboost")
PEERS = (
    "autogluon:medium_quality", "autogluon:best_quality+seq+nods", "autogluon:best_quality_v150+seq+nods", "flaml",
    "lightautoml", "h2o", "mljar", *PLAIN,
)  # fmt: skip
QUICK_SETS, QUICK_BUDGET_S = ("credit_g", "energy_efficiency", "titanic"), 15.0
N_BOOTSTRAPS = 2_000
USUAL_OVERTIME = 1.3

GOAL_WINS, GOAL_OVER, GOAL_FASTER = 0.65, 1.05, 50.0
GOAL_SETS = {60.0: 16, 300.0: 8}
"""So many sets at least, by budget; of others it does not matter."""

Result = dict[str, Any]


class Figures(NamedTuple):
    """One peer with one budget against mlwright, over the sets that both came through."""

    peer: str
    budget_s: float
    n_sets: int
    wins: float
    mean: float
    low: float
    high: float
    median: float
    over: float
    peak_mb: float
    row_ms: float
    row_times_ours: float
    row_times_least: float
    size_mb: float
    failures: int


def run_all(options: argparse.Namespace, names: Sequence[str], peers: Sequence[str], workspace: Path) -> list[Result]:
    """Every system on every set with every budget, one after the other."""
    for name in names:
        for seed in options.seeds:
            for budget in options.budgets:
                for peer in (OWN, *peers):
                    if (f"{name}-{seed}", budget, peer) not in done(options.out) and in_time(budget, options):
                        run_one(split(options, name, seed, workspace), budget, seed, [peer], options)
    return [result for result in results(options.out) if result["budget_s"] in options.budgets]


def in_time(budget: float, options: argparse.Namespace) -> bool:
    """Whether one more run would end before the time for all is over; scoring takes a while too."""
    spent_s = time.monotonic() - options.began
    return options.minutes is None or spent_s + USUAL_OVERTIME * budget <= 60.0 * options.minutes


def split(options: argparse.Namespace, name: str, seed: int, workspace: Path) -> Path:
    """The folder with three quarters of the rows to learn from and the others to be asked for."""
    folder = workspace / f"{name}-{seed}"
    if folder.exists():
        return folder
    data, file = tables.read(options.data, name), workspace / f"{name}.csv"
    data.frame.to_csv(file, index=False)
    task = data.task if data.task in ("binary", "multiclass") else "regression"
    command = ["split", file, "--target", data.target, "--task", task, "--out-dir", folder, "--seed", seed]
    call(options, [*command, *(["--time-col", data.time] if data.time else [])])
    return folder


def run_one(folder: Path, budget: float, seed: int, peers: Sequence[str], options: argparse.Namespace) -> None:
    command = ["run", "--data-dir", folder, "--budget", budget, "--seed", seed, "--out", options.out]
    call(options, [*command, "--peers", ",".join(peers), "--threads", options.threads])


def call(options: argparse.Namespace, arguments: Sequence[Any]) -> None:
    place = {"PEERS_ROOT": str(options.root), "MLWRIGHT_PYTHON": sys.executable}
    command = [sys.executable, str(options.bench / "bench_automl.py"), *map(str, arguments)]
    done = subprocess.run(command, env=os.environ | place, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr[-2000:]}")


def results(file: Path) -> Iterator[Result]:
    if file.exists():
        yield from (json.loads(line) for line in file.read_text().splitlines() if line.startswith('{"peer'))


def done(file: Path) -> set[tuple[str, float, str]]:
    """What was run, whether or not it came through; a peer is named as it was asked for."""
    return {(result["dataset"], result["budget_s"], named(result["peer"])) for result in results(file)}


def named(peer: str) -> str:
    return next((asked for asked in PEERS if peer.startswith(f"{asked}:")), peer)


def loss(result: Result) -> float:
    measured = result["metrics"]
    return float(measured["rmse"] if "rmse" in measured else measured["log_loss"])


def compare(found: Sequence[Result], peer: str, budget: float) -> Figures:
    of_peer = {r["dataset"]: r for r in found if named(r["peer"]) == peer and r["budget_s"] == budget}
    ours = {r["dataset"]: r for r in found if r["peer"] == OWN and r["budget_s"] == budget and r["ok"]}
    both = [name for name in ours if name in of_peer and of_peer[name]["ok"]]
    logs = by_set({name: math.log(loss(of_peer[name]) / loss(ours[name])) for name in both})
    low, high = interval(logs)

    def typical(field: str) -> float:
        values = [of_peer[name][field] for name in both if of_peer[name].get(field) is not None]
        return float(np.median(values)) if values else math.nan

    row_ms = {name: (of_peer[name].get("predict_ms_median"), ours[name].get("predict_ms_median")) for name in both}
    ratios = [theirs / own for theirs, own in row_ms.values() if theirs and own]
    return Figures(
        peer=peer,
        budget_s=budget,
        n_sets=len(logs),
        wins=float((logs > 0).mean()) if len(both) else math.nan,
        mean=float(np.expm1(logs.mean())) if len(both) else math.nan,
        low=float(np.expm1(low)),
        high=float(np.expm1(high)),
        median=float(np.expm1(np.median(logs))) if len(both) else math.nan,
        over=max((r["fit_wall_s"] / budget for r in of_peer.values() if r.get("fit_wall_s")), default=math.nan),
        peak_mb=typical("peak_rss_mb"),
        row_ms=typical("predict_ms_median"),
        row_times_ours=float(np.median(ratios)) if ratios else math.nan,
        row_times_least=min(ratios, default=math.nan),
        size_mb=typical("model_mb"),
        failures=sum(not r["ok"] for r in of_peer.values()),
    )


def by_set(logs: dict[str, float]) -> np.ndarray:
    """The mean over the seeds of each set; a run is named by both."""
    seeds: dict[str, list[float]] = {}
    for name, value in logs.items():
        seeds.setdefault(name.rpartition("-")[0], []).append(value)
    return np.array([np.mean(values) for values in seeds.values()])


def interval(logs: np.ndarray) -> tuple[float, float]:
    """95 % of the means of sets drawn with replacement."""
    if len(logs) < 2:
        return math.nan, math.nan
    drawn = np.random.default_rng(0).choice(logs, (N_BOOTSTRAPS, len(logs))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def show(figures: Sequence[Figures]) -> None:
    print("| budget | system | sets | we win | its loss above ours, mean (95 %) | median | longest fit / budget "
          "| peak MB | row ms (times ours, at least) | model MB | failures |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for f in figures:
        wins = "" if f.peer == OWN else f"{f.wins:.0%}"
        gap = "" if f.peer == OWN else f"{f.mean:+.1%} ({f.low:+.1%} to {f.high:+.1%})"
        median = "" if f.peer == OWN else f"{f.median:+.1%}"
        row = f"{f.row_ms:.2f} ({f.row_times_ours:.0f}, {f.row_times_least:.0f})"
        cost = f"{f.over:.2f} | {f.peak_mb:.0f} | {row} | {f.size_mb:.1f}"
        print(f"| {f.budget_s:.0f} s | {f.peer} | {f.n_sets} | {wins} | {gap} | {median} | {cost} | {f.failures} |")


def missed(figures: Sequence[Figures]) -> list[str]:
    """Which goals were missed, as sentences."""
    found = []
    for f in figures:
        at = f"at {f.budget_s:.0f} s"
        if f.peer == OWN:
            found += [f"{f.failures} runs failed {at}"] if f.failures else []
            found += [f"a run took {f.over:.2f} of its budget {at}"] if not f.over <= GOAL_OVER else []
            continue
        few = f.n_sets < GOAL_SETS.get(f.budget_s, 1)
        found += [f"{f.peer} is compared with on {f.n_sets} sets only {at}"] if few else []
        found += [f"{f.peer} is better in the mean {at}"] if not f.mean > 0 else []
        found += [f"{f.peer} is beaten on {f.wins:.0%} of the sets {at}"] if not f.wins >= GOAL_WINS else []
        if f.peer.startswith("autogluon") and not f.row_times_ours >= GOAL_FASTER:
            found.append(f"{f.peer} needs only {f.row_times_ours:.0f} times our time for a row {at}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--budget", dest="budgets", type=float, nargs="*", default=[60.0, 300.0])
    parser.add_argument("--peers", help=f"comma-separated; default: {','.join(PEERS)}")
    parser.add_argument("--half", choices=[*tables.HALVES], action="append")
    parser.add_argument("--sets", nargs="*", default=[], help="names of sets, in their order; default: all")
    parser.add_argument("--seeds", type=int, nargs="*", default=[42])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, help="JSON lines of all runs; kept, and added to")
    parser.add_argument("--minutes", type=float, help="for all runs together")
    parser.add_argument("--quick", action="store_true", help="three small sets, 15 s, plain LightGBM and CatBoost")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    options.began = time.monotonic()
    names = [name for half in options.half or tables.HALVES for name in tables.HALVES[half]]
    names = options.sets or names
    peers = options.peers.split(",") if options.peers else list(PEERS)
    if options.quick:
        names, peers, options.budgets = QUICK_SETS, list(PLAIN), [QUICK_BUDGET_S]
    with tempfile.TemporaryDirectory() as workspace:
        options.root = peers_root(Path(workspace))
        options.out = (options.out or Path(workspace) / "results.jsonl").resolve()
        found = run_all(options, names, peers, Path(workspace))
    figures = [compare(found, peer, budget) for budget in options.budgets for peer in (OWN, *peers)]
    show(figures)
    not_reached = missed(figures)
    print("\n".join(not_reached))
    print(json.dumps({"benchmark": "accuracy", "missed": not_reached, "figures": [f._asdict() for f in figures]}))
    if options.check and not_reached:
        raise SystemExit(1)


def peers_root(workspace: Path) -> Path:
    """Where the environments of the peers are; without a base for the plain ones, one that is this environment."""
    root = Path(os.environ["PEERS_ROOT"]) if "PEERS_ROOT" in os.environ else workspace / "peers"
    base = root / "venvs" / "base"
    if not base.exists():
        base.parent.mkdir(parents=True, exist_ok=True)
        base.symlink_to(Path(sys.prefix), target_is_directory=True)
    return root


if __name__ == "__main__":
    main()
