"""One core fitted on all rows in place of a core for each fold: the accuracy lost, the time and the bytes won.

Usage: python benchmarks/forms.py DATA_DIR [--half develop|final] [--only SET ...] [--seeds 0] [--rows 2000]
                                  [--folds 5] [--out FILE] [--quick] [--check]

Of every table `--rows` rows train (of smaller ones 70 %), up to 6,000 others test. The best bet of every family is
fitted on every fold and once more on all rows; the ensemble is chosen from the held-out answers. Then it is scored on
test rows in two forms: with all cores of its members (the bag), and with the one core of each that saw all rows.
A loss is log loss, or root mean squared error; a figure is how much larger that of the single cores is (positive: the
bag is better), in the mean over the sets with its standard error.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

import tables
from lessons import Lesson, lesson
from mlwright.learning.metrics import METRICS
from mlwright.learning.models import MODELS, FitContext, Rows
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.records.model import Candidate
from mlwright.scoring.cores import Core

GOAL_LOST = 0.02
"""Single cores may be worse by this in the mean."""
N_TIMED = 30


class Member(NamedTuple):
    """A candidate in both forms."""

    name: str
    held_out: np.ndarray
    bag: np.ndarray
    single: np.ndarray
    first: np.ndarray
    bag_ms: float
    single_ms: float
    bag_bytes: int
    single_bytes: int
    fold_s: float
    refit_s: float


def member(candidate: Candidate, given: Lesson, seed: int) -> Member | None:
    """Fit on every fold, and on all rows; None where the family does not fit anew."""
    family, rows = MODELS.get(candidate.family)(), given.rows
    held_out, cores, chosen, began = [], [], [], time.process_time()
    for number, (learn, held) in enumerate(given.folds):
        context = FitContext(given.facts, seed * 100 + number, 1, lambda: False)
        parts = [Rows(rows.blocks.take(places), rows.target[places]) for places in (learn, held)]
        fitted = family.fit(candidate, *parts, context)
        cores.append(fitted.core)
        chosen.append(dict(fitted.chosen))
        held_out.append(fitted.core.predict(parts[1].blocks))
    middle = time.process_time()
    again = family.refit(candidate, rows, chosen, FitContext(given.facts, seed * 100 + 99, 1, lambda: False))
    if again is None:
        return None
    ends, answers = time.process_time(), [core.predict(given.test.blocks) for core in cores]
    return Member(
        name=candidate.name,
        held_out=np.concatenate(held_out),
        bag=np.mean(answers, axis=0),
        single=again.core.predict(given.test.blocks),
        first=answers[0],
        bag_ms=sum(row_ms(core, given) for core in cores),
        single_ms=row_ms(again.core, given),
        bag_bytes=sum(len(core.to_bytes()) for core in cores),
        single_bytes=len(again.core.to_bytes()),
        fold_s=(middle - began) / len(cores),
        refit_s=ends - middle,
    )


def row_ms(core: Core, given: Lesson) -> float:
    """Median time for one encoded row."""
    times = []
    for place in range(min(N_TIMED, len(given.test))):
        row = given.test.blocks.take(np.array([place]))
        began = time.perf_counter()
        core.predict(row)
        times.append(1000.0 * (time.perf_counter() - began))
    return float(np.median(times))


def measure(data: tables.Data, seed: int, options: argparse.Namespace) -> list[dict[str, object]]:
    """The figures of the ensemble and of each of its members."""
    with tempfile.TemporaryDirectory() as folder:
        given = lesson(data, options.rows, options.folds, seed, Path(folder))
    bets = [
        found[0] for name in MODELS.names() if name != "dummy" and (found := MODELS.get(name)().candidates(given.facts))
    ]
    members = [made for bet in bets if (made := member(bet, given, seed)) is not None]
    task = TASKS.get(given.facts.task)()
    held = np.concatenate([places for _, places in given.folds])
    fold = np.concatenate([np.full(len(places), number) for number, (_, places) in enumerate(given.folds)])
    judge = Judge(task, METRICS.get(task.default_metric)(), HeldOut(held, given.rows.target[held], fold))
    costs = np.array([float(made.bag_bytes) for made in members])
    weights = choose_weights(np.stack([made.held_out for made in members]), judge, np.random.default_rng(seed), costs)

    def loss(answers: np.ndarray) -> float:
        mean = float(task.row_loss(given.test.target, answers).mean())
        return math.sqrt(mean) if given.facts.task == "regression" else mean

    def row(name: str, of: Sequence[Member], weights: np.ndarray) -> dict[str, object]:
        return {
            "data": data.name, "seed": seed, "rows": len(given.rows), "name": name,
            "n_members": int((weights > 0).sum()),
            "bag": loss(blend(np.stack([made.bag for made in of]), weights)),
            "single": loss(blend(np.stack([made.single for made in of]), weights)),
            "first": loss(blend(np.stack([made.first for made in of]), weights)),
            **{field: float(sum(getattr(made, field) for made, weight in zip(of, weights, strict=True) if weight))
               for field in ("bag_ms", "single_ms", "bag_bytes", "single_bytes", "fold_s", "refit_s")},
        }  # fmt: skip

    one = np.ones(1)
    return [row("ensemble", members, weights), *(row(made.name, [made], one) for made in members)]


def show(found: Sequence[dict[str, object]]) -> dict[str, dict[str, float]]:
    """A line for the ensemble and for each family."""
    print("| model | sets | one core above the bag | error | worst | fold's core above | ms: bag, one | MB: bag, one |")
    print("|---|---|---|---|---|---|---|---|")
    figures = {}
    for name in dict.fromkeys(str(row["name"]) for row in found):
        rows = [row for row in found if row["name"] == name]
        of_set: dict[object, list[tuple[float, float]]] = {}
        for row in rows:
            pair = tuple(math.log(float(row[form]) / float(row["bag"])) for form in ("single", "first"))  # type: ignore[arg-type]
            of_set.setdefault(row["data"], []).append(pair)  # type: ignore[arg-type]
        lost = np.array([np.mean(pairs, axis=0) for pairs in of_set.values()])
        error = lost[:, 0].std(ddof=1) / math.sqrt(len(lost)) if len(lost) > 1 else math.nan
        cost = {field: float(np.median([float(row[field]) for row in rows]))  # type: ignore[arg-type]
                for field in ("bag_ms", "single_ms", "bag_bytes", "single_bytes")}  # fmt: skip
        figures[name] = {
            "lost": float(lost[:, 0].mean()),
            "error": float(error),
            "first": float(lost[:, 1].mean()),
            **cost,
        }
        mean, first = lost.mean(axis=0)
        sizes = f"{cost['bag_bytes'] / 1e6:.2f}, {cost['single_bytes'] / 1e6:.2f}"
        print(
            f"| {name} | {len(lost)} | {mean:+.2%} | {error:.2%} | {lost[:, 0].max():+.2%} | {first:+.2%} "
            f"| {cost['bag_ms']:.2f}, {cost['single_ms']:.2f} | {sizes} |"
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=[*tables.HALVES], action="append")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--out", type=Path, help="JSON lines of all figures; what is there already is not done again")
    parser.add_argument("--quick", action="store_true", help="two small sets, 300 rows")
    parser.add_argument("--check", action="store_true", help="exit with 1 if single cores lose too much")
    options = parser.parse_args()
    names = [name for half in options.half or tables.HALVES for name in tables.HALVES[half]]
    names = [name for name in names if not options.only or name in options.only]
    if options.quick:
        names, options.rows = ["credit_g", "energy_efficiency"], 300
    found = (
        [json.loads(line) for line in options.out.read_text().splitlines()]
        if options.out and options.out.exists()
        else []
    )
    known = {(row["data"], row["seed"]) for row in found}
    with threadpool_limits(1):
        for seed in options.seeds:
            for name in names:
                if (name, seed) in known:
                    continue
                rows = measure(tables.read(options.data, name), seed, options)
                found += rows
                print(json.dumps(rows[0]), file=sys.stderr)
                if options.out:
                    with options.out.open("a") as file:
                        file.writelines(json.dumps(row) + "\n" for row in rows)
    figures = show(found)
    print(json.dumps({"benchmark": "forms", "rows": options.rows, "folds": options.folds, "figures": figures}))
    if options.check and not figures["ensemble"]["lost"] <= GOAL_LOST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
