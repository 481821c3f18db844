"""What more rows would be worth: one quick model, fitted on parts of the training rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.data.keys import split_keys
from mlwright.data.splitters import Fold, SplitKeys
from mlwright.data.words import counted
from mlwright.judging.quick import Quick, quick_model
from mlwright.judging.worth.practice import PER_CASES, of_model
from mlwright.judging.worth.told import money
from mlwright.learning.amounts import benefit_on
from mlwright.learning.benefit import Benefit, threshold_of
from mlwright.learning.benefit_table import capacity_share
from mlwright.learning.metrics import metric_of
from mlwright.learning.models import Facts, Rows
from mlwright.learning.search.budget import time_is_up_after
from mlwright.learning.search.choosing.threshold import line_of
from mlwright.learning.search.folds import make_folds
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored
from mlwright.records.data import Snapshot
from mlwright.records.decision import MoreRows, Worth
from mlwright.records.profile import Profile
from mlwright.records.settings import DecideSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.deciding import DEFAULT_THRESHOLD, Decisive
from mlwright.scoring.encoder import names
from mlwright.scoring.model import load_encoder
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]
Places = NDArray[np.int64]

FEWEST_ROWS, MOST_ROWS = 100, 20_000
PARTS = (0.25, 0.5, 1.0)
N_FOLDS = 3
MOST_S = 4.0


@dataclass(frozen=True)
class _Bench:
    """Training rows on which parts are tried."""

    quick: Quick
    rows: Rows
    keys: SplitKeys
    benefit: Benefit
    share: float

    def worth(self, learn: Places, held: Places) -> Array:
        """What the answers to held-out rows are worth, by a model that has learned from some others."""
        core = self.quick.learn(Rows(self.rows.blocks.take(learn), self.rows.target[learn]), "more rows")
        benefit, said = self.benefit.take(held), core.predict(self.rows.blocks.take(held))
        scored = Scored(said, self._decides(said, benefit))
        practice = of_model(self.rows.target[held], scored, self.quick.facts.task, choosing=benefit.chooses)
        return practice.worth(benefit.amounts)

    def _decides(self, said: Array, benefit: Benefit) -> Decisive:
        if benefit.chooses:
            return line_of(said[:, 0], benefit, self.share)
        if self.quick.facts.task == "binary":
            return threshold_of(benefit.table)
        return np.array(benefit.matrix) if benefit.matrix else DEFAULT_THRESHOLD


def worth_of_rows(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    settings: DecideSettings,
    run: Run,
    most_s: float = math.inf,
) -> MoreRows | None:
    """What the last doubling of the training rows has brought, on training rows that were held out.

    A quarter, a half and all of the rows of a fold are learned from, three times, by one quick model of the
    leaderboard with its usual parameters; of more than 20,000 rows so many are drawn. Each held-out row is answered
    by all three, so that the difference is paired.

    Returns
    -------
    MoreRows or None
        None where there are fewer than 100 rows, or no time: a fit that was cut says nothing about rows.
    """
    time_up = time_is_up_after(run.ahead.paced(most_s), run.clock)
    positions = train_rows(split, run)
    if len(positions) > MOST_ROWS:
        rng = np.random.default_rng(run.seed_for("more rows", "drawn"))
        positions = np.sort(rng.choice(positions, MOST_ROWS, replace=False))
    if len(positions) < FEWEST_ROWS:
        return None
    bench = _bench(positions, snapshot, profile, training, settings, run, most_s)
    if bench is None:
        return None
    folds = make_folds(split, bench.keys, N_FOLDS, np.random.default_rng(run.seed_for("more rows", "folds")))
    return _measured(replace(bench, quick=replace(bench.quick, time_up=time_up)), folds, time_up)


def _bench(
    positions: Places,
    snapshot: Snapshot,
    profile: Profile,
    training: Training,
    settings: DecideSettings,
    run: Run,
    most_s: float,
) -> _Bench | None:
    """None where no quick model was tried, or there is no time for it."""
    roles, table, plan = profile.roles, open_snapshot(snapshot, run), training.model.plan
    known = table.arrow([roles.target], positions)[roles.target]
    target = TASKS.get(roles.task)().target(known, roles.classes, profile.target.missing_codes)
    n_classes = len(roles.classes)
    counts = np.bincount(target.astype(np.int64), minlength=n_classes) if n_classes else np.array([len(target)])
    aim = metric_of(training.metric).aim
    facts = Facts(roles.task, n_classes, len(positions), int(counts.min()), names(plan), MOST_S, aim=aim)
    quick = quick_model(training, facts, run, N_FOLDS * sum(PARTS), most_s)
    if quick is None:
        return None
    blocks = load_encoder(plan, run.get).encode(table.arrow(roles.inputs, positions))
    benefit = benefit_on(table, positions, target, profile, settings, quantile=aim.quantile)
    return _Bench(
        quick, Rows(blocks, target), split_keys(table, profile).take(positions), benefit, capacity_share(settings)
    )


def _measured(bench: _Bench, folds: list[Fold], time_up: Callable[[], bool]) -> MoreRows | None:
    rng = np.random.default_rng(bench.quick.run.seed_for("more rows", "parts"))
    by_part: list[list[Array]] = [[] for _ in PARTS]
    for learn, held in folds:
        order = rng.permutation(learn)
        for found, part in zip(by_part, PARTS, strict=True):
            found.append(PER_CASES * bench.worth(order[: round(part * len(order))], held))
            if time_up():
                return None
    rows = [np.concatenate(found) for found in by_part]
    held = np.concatenate([fold[1] for fold in folds])
    groups = None if bench.keys.groups is None else bench.keys.groups[held]
    draws = Draws(Sampling(len(held), groups=groups), bench.quick.run.seed_for("more rows", "draws"))
    n_learned = np.mean([len(learn) for learn, _ in folds])
    return MoreRows(
        model=bench.quick.family,
        n_rows=tuple(round(part * float(n_learned)) for part in PARTS),
        worth=tuple(float(part.mean()) for part in rows),
        last_doubling=difference_estimate(rows[-1] - rows[-2], draws),
    )


def told_more_rows(worth: Worth) -> str:
    """What more rows would bring, as a sentence; empty where it is not known."""
    more = worth.more_rows
    if more is None:
        return ""
    gain = more.last_doubling
    value, low, high = (money(part, worth) for part in (gain.value, gain.low, gain.high))
    unit = "per case" if worth.unit == "units of error" else "per 1,000 cases"
    learned = (
        f"Learning from {counted(more.n_rows[-1], 'row')} in place of {more.n_rows[-2]:,} was worth {value} {unit} "
        f"(between {low} and {high}; {more.model})"
    )
    if gain.low > 0:
        return f"{learned}: twice the rows would bring up to about as much again."
    return f"{learned}: no sure gain, so that more rows of the same kind would hardly make it better."
