"""Made-up histories and groups whose truth is known, and a search of linear models on them; see known_truth.py."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.splitters import SplitKeys
from mlwright.learning.metrics import METRICS
from mlwright.learning.models import MODELS, Facts, Rows
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import Choice, choose
from mlwright.learning.search.correcting.corrected import corrected
from mlwright.learning.search.correcting.correction import correction
from mlwright.learning.search.folds import make_folds, n_cores_for, n_folds_for
from mlwright.learning.search.lineup import LineUp
from mlwright.learning.search.setup import answer_bounds
from mlwright.learning.search.standing import Standing
from mlwright.learning.tasks import TASKS
from mlwright.records.evaluation import Estimate
from mlwright.records.model import Candidate, CoreRef
from mlwright.records.profile import Task
from mlwright.records.split import Method, Split
from mlwright.records.trials import Trial
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores import CORES

Array = NDArray[np.float64]

N_INPUTS = 25
SLOPES = np.r_[0.8, -0.6, 0.5, np.full(N_INPUTS - 3, 0.1)]
N_FRESH = 20_000
"""Rows that the truth is taken from; what is random about a number beside its expectation is added by formula."""
PLENTY_S = 1e6
FORMS = ("one core", "cores of folds")
"""How the model is packed: refitted on all rows, or with the cores of the folds (in time order of the latest two)."""


@dataclass(frozen=True)
class World:
    """How rows come about.

    Parameters
    ----------
    name : str
    n_rows : int
        That are there to learn from.
    method : str
        How they take turns: ``by_time``, ``by_group`` or ``random``.
    n_classes : int
        0 for numbers.
    memory : float
        Numbers: the correlation of an error with the one before.
    walk : float
        How far each slope walks over the whole history, as a standard deviation; what is true is the world at its end.
    group_size : int
        Rows that share an error of their own, as large as the rest of it.
    alike : float
        The share of the variance of every input that is the same in all rows of a group.
    promised : bool
        Whether intervals are meant to hold there.
    """

    name: str
    n_rows: int
    method: Method = "by_time"
    n_classes: int = 0
    memory: float = 0.0
    walk: float = 0.0
    group_size: int = 1
    alike: float = 0.0
    promised: bool = True

    @property
    def task(self) -> Task:
        """As models know it."""
        return "regression" if not self.n_classes else "binary" if self.n_classes == 2 else "multiclass"

    @property
    def effect(self) -> float:
        """The spread of what rows of a group share."""
        return float(self.group_size > 1)


WORLDS = (
    World("rows one by one", 240, "random"),
    *(World("history, nothing moves", n) for n in (240, 800)),
    *(World("history, errors with a memory of 0.6", n, memory=0.6) for n in (240, 800)),
    *(World("history, slopes walk", n, walk=0.15, promised=False) for n in (240, 800)),
    *(World("history of two classes", n, n_classes=2) for n in (240, 800)),
    *(World("history of three classes", n, n_classes=3) for n in (240, 800)),
    World("60 groups of 4, own inputs", 240, "by_group", group_size=4),
    World("20 groups of 12, own inputs", 240, "by_group", group_size=12),
    World("60 groups of 4, inputs 0.8 alike", 240, "by_group", group_size=4, alike=0.8),
    World("20 groups of 12, inputs 0.8 alike", 240, "by_group", group_size=12, alike=0.8),
    World("12 groups of 20, inputs 0.95 alike", 240, "by_group", group_size=20, alike=0.95),
    World("20 groups of 12, two classes, inputs 0.8 alike", 240, "by_group", n_classes=2, group_size=12, alike=0.8),
)


class Lived(NamedTuple):
    """The rows of a world, and fresh ones of the world at its end: inputs, and what is expected of them."""

    inputs: Array
    target: Array
    groups: NDArray[np.int64] | None
    fresh: Array
    expected: Array
    """Of numbers the mean, shape (n_fresh, 1); of classes their probabilities, shape (n_fresh, n_classes)."""
    noise: float
    """Numbers: the variance around the mean."""


class Said(NamedTuple):
    """An interval that was stated, and the truth."""

    low: float
    value: float
    high: float
    true: float

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.true <= self.high


def live(world: World, rng: np.random.Generator) -> Lived:
    """Let a world be lived through once."""
    n, n_groups = world.n_rows, -(-world.n_rows // world.group_size)
    group = np.arange(n) // world.group_size
    shared, own = rng.normal(size=(n_groups, N_INPUTS)), rng.normal(size=(n, N_INPUTS))
    inputs = math.sqrt(world.alike) * shared[group] + math.sqrt(1 - world.alike) * own
    slopes = _slopes(world.n_classes) + world.walk / math.sqrt(n) * np.cumsum(
        rng.normal(size=(n, N_INPUTS, max(world.n_classes, 1))) * (world.walk > 0), axis=0
    )
    sums = np.einsum("ri,rik->rk", inputs, slopes)
    sums[:, -1] += world.effect * rng.normal(size=n_groups)[group]
    fresh = rng.normal(size=(N_FRESH, N_INPUTS))
    expected, noise = fresh @ slopes[-1], 1.0 + world.effect**2
    if world.n_classes:
        expected[:, -1] += world.effect * rng.normal(size=N_FRESH)
        target = np.argmax(sums + rng.gumbel(size=sums.shape), axis=1).astype(float)
        expected = softmax(expected, axis=1)
    else:
        target = sums[:, 0] + _errors(n, world.memory, rng)
    return Lived(inputs, target, group if world.group_size > 1 else None, fresh, expected, noise)


def _slopes(n_classes: int) -> Array:
    """Shape (n_inputs, n_sums); of classes the first one is where the others start from."""
    if not n_classes:
        return SLOPES[:, None]
    return np.stack([np.zeros(N_INPUTS), *(np.roll(SLOPES, 8 * place) for place in range(n_classes - 1))], axis=1)


def _errors(n: int, memory: float, rng: np.random.Generator) -> Array:
    drawn = rng.normal(size=n)
    for row in range(1, n) if memory else ():
        drawn[row] = memory * drawn[row - 1] + math.sqrt(1 - memory**2) * drawn[row]
    return drawn


class Search:
    """Linear models fitted on the folds of a world, as `mlwright run` does it without a test."""

    def __init__(self, world: World, seed: int, folder: Path) -> None:
        self.world, self.seed = world, seed
        self.lived = live(world, np.random.default_rng([seed, zlib.crc32(f"{world.name}, {world.n_rows}".encode())]))
        run = Run("r", Store(folder / "store"), Clock(folder / "cancel", None), seed=seed)
        run.stage, run.stage_key = "train", "key"
        self.bench = self._bench(run)
        named = {name: Candidate(name=name, family=name, params=params) for name, params in CANDIDATES.items()}
        lineup = LineUp(baseline=named["dummy"], simple=None, opening=(named["linear"],), extra=(), costs_s={})
        self.standing = Standing(self.bench, lineup)
        for fold in range(len(self.bench.folds)):
            for candidate in named.values():
                self.standing.remember(self.bench.fit(candidate, fold, _never))

    def _bench(self, run: Run) -> Bench:
        world, lived, n = self.world, self.lived, self.world.n_rows
        names = tuple(f"x{place}" for place in range(N_INPUTS))
        counts = np.bincount(lived.target.astype(int)) if world.n_classes else np.array([n])
        split = Split(method=world.method, reason="", roles="", n_train=n, n_test=0)
        keys = SplitKeys(n, groups=lived.groups, times=np.arange(n))
        n_folds, has_groups = n_folds_for(n, PLENTY_S, 0.0), lived.groups is not None
        outputs = BlockNames(names, names, (), (), ())
        return Bench(
            rows=Rows(_blocks(lived.inputs), lived.target),
            groups=lived.groups,
            folds=make_folds(split, keys, n_folds, np.random.default_rng(run.seed_for("folds"))),
            task=TASKS.get(world.task)(),
            metric=METRICS.get(self.metric)(),
            facts=Facts(world.task, world.n_classes, n, int(counts.min()), outputs, PLENTY_S, has_groups=has_groups),
            models={name: MODELS.get(name)() for name in CANDIDATES},
            run=run,
            n_cores=n_cores_for(split, n_folds),
            bounds=None if world.n_classes else answer_bounds(lived.target),
        )

    @property
    def metric(self) -> str:
        """The usual one of the task."""
        return TASKS.get(self.world.task).default_metric

    @cached_property
    def choice(self) -> Choice:
        """The linear model, as there is no other: chosen as a run chooses."""
        return choose(self.standing, Budget(self.bench.run.clock, 1), np.random.default_rng(self.seed))

    def told(self, form: str) -> tuple[Said, Said] | None:
        """The corrected figure and its gain over the dummy, beside what is true of the packed model; None if untold."""
        several = ["linear"] if form == "cores of folds" else []
        by = correction(self.standing, self.choice, several, _never)
        times = np.arange(self.world.n_rows) if self.world.method == "by_time" else None
        found = corrected(self.metric, self.standing, self.choice, by, times)
        if found is None:
            return None
        true, known = (self._true(name, name in several) for name in ("linear", "dummy"))
        return _beside(found.model, true), _beside(found.gain_over_baseline, known - true)

    def _true(self, name: str, has_several: bool) -> float:
        """The metric of a packed candidate on rows without end."""
        trials, lived = self.standing.trials[name], self.lived
        cores = self.bench.cores(trials) if has_several else [self._refitted(trials)]
        blocks = _blocks(lived.fresh)
        loaded = [CORES.get(core.form).from_bytes(self.bench.run.get(core.blob)) for core in cores]
        said = self.bench.clip(np.mean([self.bench.clip(core.predict(blocks)) for core in loaded], axis=0))
        if not self.world.n_classes:
            return math.sqrt(float(np.mean((said - lived.expected) ** 2)) + lived.noise)
        said = np.concatenate([1 - said, said], axis=1) if said.shape[1] == 1 else said
        return float(-(lived.expected * np.log(np.maximum(said, 1e-12))).sum(axis=1).mean())

    def _refitted(self, trials: Sequence[Trial]) -> CoreRef:
        core = self.bench.refit(trials, _never).core
        assert core is not None
        return core


CANDIDATES: dict[str, dict[str, float]] = {"dummy": {}, "linear": {"n_ramps": 0}}


def _beside(estimate: Estimate, true: float) -> Said:
    return Said(estimate.low, estimate.value, estimate.high, true)


def _blocks(inputs: Array) -> Blocks:
    return Blocks(inputs.astype(np.float32), np.empty((len(inputs), 0), dtype=np.int32))


def _never() -> bool:
    return False
