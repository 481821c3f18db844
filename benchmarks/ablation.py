"""What each part of the search brings to the whole, with a fixed number of fits in place of a clock.

Usage: python benchmarks/ablation.py DATA_DIR [--half develop|final] [--only SET ...] [--seeds 0 1 2] [--rows 2000]
                                     [--test-rows 6000] [--folds 3] [--variants 0] [--cache DIR] [--refit FAMILY ...]
                                     [--quick] [--check]

DATA_DIR holds a folder a data set with a meta.json (target, task, main_file). Of every table `--rows` rows train (of
smaller ones 70 %), up to `--test-rows` others test. Every candidate of every family is fitted on every fold; then the
ensemble is chosen from all candidates, and without one part, and its loss on the test rows compared: log loss, or root
mean squared error. Parts are: a family; one candidate of several of a family; the variants; the ensemble (in its place
the candidate that is best on held-out rows); the calibrator; and, where the encoding plan has them, words of
categories of many names (phrases), how frequent a name is (counts), and the dense numbers of texts, for which
everything is fitted once more. Positive figures mean that leaving the part out hurts. The standard error is that over
the sets, whose seeds are averaged first; the share is that of the processor time of all fits.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

import tables
from lessons import MOST_TEST, Lesson, Outcome, candidates_of, kept_outcome, lesson, place_of, tag_of
from mlwright.learning.metrics import METRICS
from mlwright.learning.models import MODELS
from mlwright.learning.search.calibration import fit_calibrator
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.search.setup import answer_bounds
from mlwright.learning.search.tune import is_variant
from mlwright.learning.tasks import TASKS
from mlwright.scoring.calibrate import calibrate

GOAL_WORST = -0.01
"""No part may make the whole worse by more than this in the mean."""
NOTICED = 1e-4
"""A loss that grows by no more has not grown."""
KINDS = ("binary", "multiclass", "regression", "texts")


class Part(NamedTuple):
    """A loss of a whole on the test rows of one set and seed, by the part that it lacks or consists of.

    `share` is that of the processor time of all fits, NaN where the part takes none of its own.
    """

    data: str
    kind: str
    seed: int
    part: str
    loss: float
    share: float = math.nan


class Figure(NamedTuple):
    """How much larger the loss is without a part, over the sets."""

    mean: float
    error: float
    hurt: float
    share: float
    by_kind: dict[str, float]
    by_set: dict[str, float]


class Losses:
    """Test losses of ensembles chosen from some of the candidates."""

    def __init__(self, given: Lesson, outcomes: dict[str, Outcome], seed: int) -> None:
        self.given, self.outcomes, self.seed = given, outcomes, seed
        rows = np.concatenate([held for _, held in given.folds])
        fold = np.concatenate([np.full(len(held), place) for place, (_, held) in enumerate(given.folds)])
        task = TASKS.get(given.facts.task)()
        self.task = task
        self.judge = Judge(task, METRICS.get(task.default_metric)(), HeldOut(rows, given.rows.target[rows], fold))
        self.bounds = answer_bounds(given.rows.target) if given.facts.task == "regression" else (0.0, 1.0)
        self._weights: dict[tuple[str, ...], np.ndarray] = {}

    def weights_of(self, names: Sequence[str]) -> dict[str, float]:
        known = tuple(names)
        if known not in self._weights:
            self._weights[known] = choose_weights(
                self._held_out(known), self.judge, np.random.default_rng(self.seed)
            )  # fmt: skip
        return dict(zip(names, self._weights[known], strict=True))

    def of(self, names: Sequence[str], *, calibrated: bool = True) -> float:
        weights = np.array(list(self.weights_of(names).values()))
        said = blend(np.stack([np.clip(self.outcomes[name].test, *self.bounds) for name in names]), weights)
        if calibrated:
            held_out = blend(self._held_out(names), weights)
            said = calibrate(said, fit_calibrator(self.judge, held_out, np.random.default_rng(self.seed)))
        loss = float(self.task.row_loss(self.given.test.target, said).mean())
        return math.sqrt(loss) if self.given.facts.task == "regression" else loss

    def best_alone(self, names: Sequence[str]) -> str:
        """The candidate with the least loss on held-out rows."""
        return min(names, key=lambda name: self.judge.loss(self._held_out([name])[0]))

    def _held_out(self, names: Sequence[str]) -> np.ndarray:
        return np.stack([np.clip(self.outcomes[name].held_out, *self.bounds) for name in names])


def losses_of(
    data: tables.Data, seed: int, options: argparse.Namespace, without: str | None = None
) -> tuple[Losses, dict[str, str]]:
    """All candidates of one table, fitted or read from the cache, and their families by name."""
    with tempfile.TemporaryDirectory() as folder:
        given = lesson(data, options.rows, options.folds, seed, Path(folder), options.test_rows, without)
    tag = tag_of(data.name, seed, options.rows, options.folds, options.test_rows, without)
    candidates = candidates_of(given.facts, options.variants)
    outcomes = {
        one.name: kept_outcome(one, given, seed, place_of(one, tag, options.cache), one.family in options.refit)
        for one in candidates
    }
    return Losses(given, outcomes, seed), {candidate.name: candidate.family for candidate in candidates}


def parts(data: tables.Data, seed: int, options: argparse.Namespace) -> Iterator[Part]:
    """The loss of the whole, of the whole without each part, and of each candidate alone."""
    losses, families = losses_of(data, seed, options)
    names, kind = list(families), losses.given.kind
    seconds = {name: one.seconds for name, one in losses.outcomes.items()}
    weights, all_seconds = losses.weights_of(names), sum(seconds.values())

    def part(name: str, loss: float, of: Sequence[str] = ()) -> Part:
        return Part(
            data.name, kind, seed, name, loss, sum(seconds[one] for one in of) / all_seconds if of else math.nan
        )

    yield part("all", losses.of(names))
    yield part("without the ensemble", losses.of([losses.best_alone(names)]))
    yield part("without the calibrator", losses.of(names, calibrated=False))
    if variants := [name for name in names if is_variant(name)]:
        yield part("without variants", losses.of([name for name in names if name not in variants]), variants)
    for family in sorted({*families.values()} - {"dummy"}):
        own = [name for name in names if families[name] == family]
        yield part(f"without {family}", losses.of([name for name in names if name not in own]), own)
    for name in names:
        yield part(f"alone {name}", losses.of([name]), [name])
        yield part(f"weight {name}", float(weights[name]))
        if not is_variant(name) and list(families.values()).count(families[name]) > 1:
            yield part(f"without {name} only", losses.of([one for one in names if one != name]), [name])
    for preparation in losses.given.prepared:
        lacking, found = losses_of(data, seed, options, preparation)
        yield part(f"without {preparation}", lacking.of(list(found)))


def compare(done: Sequence[Part]) -> dict[str, Figure]:
    """How much larger the loss is than that of the whole, by part."""
    whole = {(part.data, part.seed): part.loss for part in done if part.part == "all"}
    kinds = {part.data: part.kind for part in done}
    figures = {}
    for name in dict.fromkeys(part.part for part in done if part.part.startswith(("without", "alone"))):
        own = [part for part in done if part.part == name]
        gaps: dict[str, list[float]] = {}
        for part in own:
            gaps.setdefault(part.data, []).append(math.log(part.loss / whole[part.data, part.seed]))
        by_set = {data: float(np.mean(values)) for data, values in gaps.items()}
        mean, error = mean_and_error(list(by_set.values()))
        by_kind = {kind: [gap for data, gap in by_set.items() if kinds[data] == kind] for kind in KINDS}
        figures[name] = Figure(
            mean=mean,
            error=error,
            hurt=float(np.mean([gap > NOTICED for gap in by_set.values()])),
            share=float(np.mean([part.share for part in own])),
            by_kind={kind: float(np.mean(values)) for kind, values in by_kind.items() if values},
            by_set=by_set,
        )
    return figures


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return float(np.mean(values)), error


def show(done: Sequence[Part]) -> dict[str, Figure]:
    figures = compare(done)
    print(f"| part | loss against the whole | sets where it is higher | {' | '.join(KINDS)} | weight | of the time |")
    print(f"|---|---|---|{'---|' * len(KINDS)}---|---|")
    for name, figure in figures.items():
        of = [part.loss for part in done if part.part == f"weight {name.removeprefix('alone ')}"]
        weight = f"{np.mean(of):.2f}" if of else ""
        kinds = " | ".join(f"{figure.by_kind[kind]:+.2%}" if kind in figure.by_kind else "" for kind in KINDS)
        share = "" if math.isnan(figure.share) else f"{figure.share:.1%}"
        hurt = f"{figure.hurt:.0%} of {len(figure.by_set)}"
        print(f"| {name} | {figure.mean:+.2%} ± {figure.error:.2%} | {hurt} | {kinds} | {weight} | {share} |")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=[*tables.HALVES], default="develop")
    parser.add_argument("--only", nargs="*", default=[], help="these in place of a half")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--test-rows", type=int, default=MOST_TEST, help="at most so many")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--variants", type=int, default=0, help="so many variants of each family beside its candidates")
    parser.add_argument("--cache", type=Path, help="keep fits here, to try other ensembles of them")
    parser.add_argument("--refit", nargs="*", default=[], help="families whose kept fits are out of date")
    parser.add_argument("--quick", action="store_true", help="two small sets, 300 rows, one seed")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a family makes the whole worse")
    options = parser.parse_args()
    sets = options.only or tables.HALVES[options.half]
    if options.quick:
        sets, options.seeds, options.rows = ["credit_g", "energy_efficiency"], [0], 300
    if options.cache is not None:
        options.cache.mkdir(parents=True, exist_ok=True)
    done: list[Part] = []
    with threadpool_limits(1):
        for seed in options.seeds:
            for name in sets:
                done += parts(tables.read(options.data, name), seed, options)
                print(f"{name}, seed {seed}: done", file=sys.stderr, flush=True)
    figures = show(done)
    told = {name: figure._asdict() for name, figure in figures.items()}
    print(json.dumps({"benchmark": "ablation", "sets": [*sets], "seeds": options.seeds, "parts": told}))
    families = [figure for name, figure in figures.items() if name.removeprefix("without ") in MODELS.names()]
    if options.check and min(figure.mean for figure in families) < GOAL_WORST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
