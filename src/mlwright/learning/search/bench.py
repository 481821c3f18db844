"""Where a candidate is fitted on one fold, and where what came out is looked up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import RunCancelled
from mlwright.core.run import Run
from mlwright.data.splitters import Fold
from mlwright.learning.load import open_s
from mlwright.learning.metrics import Metric
from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Rows
from mlwright.learning.models._target import n_outputs
from mlwright.learning.search.judge import Array, HeldOut, Judge
from mlwright.learning.search.timeless import shown
from mlwright.learning.tasks import Task
from mlwright.records.model import Candidate, CoreRef
from mlwright.records.trials import Refit, Trial
from mlwright.scoring.blocks import Blocks

ERROR_LENGTH = 200


@dataclass(frozen=True)
class Bench:
    """All that a fit needs besides its candidate and its time.

    Parameters
    ----------
    rows : Rows
        All training rows.
    groups : array of int or None
        Group of each row.
    folds : sequence of Fold
    task : Task
    metric : Metric
    facts : Facts
    models : mapping of str to ModelFamily
        By the families' names.
    run : Run
    n_threads : int
        Threads of one fit.
    n_cores : int or None
        How many of a candidate's cores become the model, those of the first folds; None for all.
    bounds : pair of float or None
        Numbers: answers are clipped to this range.
    threshold : float or None
        See `Judge`.
    """

    rows: Rows
    groups: NDArray[np.int64] | None
    folds: Sequence[Fold]
    task: Task
    metric: Metric
    facts: Facts
    models: Mapping[str, ModelFamily]
    run: Run
    n_threads: int = 1
    n_cores: int | None = None
    bounds: tuple[float, float] | None = None
    threshold: float | None = None
    _read: dict[str, Array] = field(default_factory=dict)

    def fit(self, candidate: Candidate, fold: int, time_up: Callable[[], bool]) -> Trial:
        """Fit one candidate on one fold; a failure becomes a trial with an error, so that the search goes on."""
        began, path = time.monotonic(), list[float]()
        try:
            fitted = self._fit(candidate, fold, time_up, path.append)
            fitted_s = time.monotonic() - began
            prediction = self._predict(fitted, fold)
            predicted_s = time.monotonic() - began - fitted_s
            data = fitted.core.to_bytes()
        except RunCancelled:
            raise
        except Exception as error:  # noqa: BLE001  a library may raise anything, and one candidate is not the search
            return Trial(
                candidate=candidate, fold=fold, score=None, seconds=time.monotonic() - began, error=_one_line(error)
            )
        return Trial(
            candidate=candidate,
            fold=fold,
            score=_or_none(self.judge([fold]).score(self.clip(prediction))),
            seconds=fitted_s,
            predict_s=predicted_s,
            cut=fitted.cut,
            chosen=dict(fitted.chosen),
            core=CoreRef(form=fitted.core.form, blob=self.run.put(data)),
            predictions=self.run.put(prediction.astype(np.float32).tobytes()),
            path=self.run.put(np.array(path, dtype=np.float32).tobytes()) if path else None,
        )

    def refit(self, trials: Sequence[Trial], time_up: Callable[[], bool]) -> Refit:
        """Fit the candidate of these trials on all rows, if its family does so and nothing goes wrong."""
        candidate = trials[0].candidate
        context = self._context(candidate, len(self.folds), time_up)
        try:
            rows = shown(self.rows, candidate, self.facts)
            fitted = self.models[candidate.family].refit(candidate, rows, [t.chosen for t in trials], context)
        except RunCancelled:
            raise
        except Exception as error:  # noqa: BLE001  the cores of the folds are there
            self.run.note(f"{candidate.name} could not be fitted on all rows: {_one_line(error)}.")
            return Refit(candidate=candidate.name)
        if fitted is None or fitted.cut:
            return Refit(candidate=candidate.name)
        core = CoreRef(form=fitted.core.form, blob=self.run.put(fitted.core.to_bytes()))
        return Refit(candidate=candidate.name, core=core)

    def judge(self, folds: Sequence[int]) -> Judge:
        """A judge of the rows that those folds hold out, fold after fold."""
        rows = np.concatenate([self.folds[fold][1] for fold in folds])
        numbers = np.concatenate([np.full(len(self.folds[fold][1]), fold) for fold in folds])
        groups = None if self.groups is None else self.groups[rows]
        return Judge(self.task, self.metric, HeldOut(rows, self.rows.target[rows], numbers, groups), self.threshold)

    def prediction(self, trials: Sequence[Trial]) -> Array:
        """What the cores of these trials said of the rows that they had not seen, trial after trial; as answered.

        Shape (n_held_out, n_outputs).
        """
        return self.clip(np.concatenate([self._prediction_of(trial) for trial in trials]))

    def clip(self, prediction: Array) -> Array:
        """Numbers within the bounds; other predictions as they are."""
        return prediction if self.bounds is None else np.clip(prediction, *self.bounds)

    def held_out(self, fold: int) -> Blocks:
        """The blocks of the rows that a fold holds out."""
        return self.rows.blocks.take(self.folds[fold][1])

    def row_s(self, trials: Sequence[Trial]) -> float:
        """Seconds in which one core of these trials scores one row, in a batch."""
        n_rows = sum(len(self.folds[trial.fold][1]) for trial in trials)
        return sum(trial.predict_s for trial in trials) / max(n_rows, 1)

    def cores(self, trials: Sequence[Trial]) -> list[CoreRef]:
        """The cores of these trials that become the model."""
        return [trial.core for trial in trials if trial.core is not None][: self.n_cores]

    def size_bytes(self, trials: Sequence[Trial]) -> int:
        """Size of the cores of these trials: larger ones answer slower, and it is the same in every run."""
        return sum(self.run.path(core.blob).stat().st_size for core in self.cores(trials))

    def open_s(self, trials: Sequence[Trial]) -> float:
        """Seconds of a quiet machine to read the cores of these trials and to make them ready to answer."""
        return open_s(self.cores(trials), self.run.path)

    def path(self, trial: Trial) -> Array | None:
        """Mean losses on the held-out rows, step by step; see `Trial.path`."""
        return None if trial.path is None else np.frombuffer(self.run.get(trial.path), dtype=np.float32).astype(float)

    def _fit(
        self, candidate: Candidate, fold: int, time_up: Callable[[], bool], heard: Callable[[float], None]
    ) -> Fitted:
        learn, held_out = self.folds[fold]
        if candidate.most_rows is not None:
            learn = sample_of(learn, candidate.most_rows, self.run.seed_for("sample", fold))
        context = replace(self._context(candidate, fold, time_up), heard=heard)
        train, valid = (shown(self._take(rows), candidate, self.facts) for rows in (learn, held_out))
        return self.models[candidate.family].fit(candidate, train, valid, context)

    def _context(self, candidate: Candidate, fold: int, time_up: Callable[[], bool]) -> FitContext:
        seed = self.run.seed_for("fit", candidate.name, fold)
        return FitContext(facts=self.facts, seed=seed, n_threads=self.n_threads, time_up=time_up)

    def _take(self, rows: NDArray[np.int64]) -> Rows:
        return Rows(self.rows.blocks.take(rows), self.rows.target[rows])

    def _predict(self, fitted: Fitted, fold: int) -> Array:
        prediction = fitted.core.predict(self.held_out(fold))
        n_wrong = int((~np.isfinite(prediction)).any(axis=1).sum())
        if n_wrong:
            raise ArithmeticError(f"no number was predicted for {n_wrong} of {len(prediction)} rows")
        shape = (len(self.folds[fold][1]), n_outputs(self.facts))
        if prediction.shape != shape:
            raise ValueError(f"scores have the shape {prediction.shape} in place of {shape}")
        return prediction

    def _prediction_of(self, trial: Trial) -> Array:
        assert trial.predictions is not None
        if trial.predictions not in self._read:
            values = np.frombuffer(self.run.get(trial.predictions), dtype=np.float32)
            n_rows = len(self.folds[trial.fold][1])
            self._read[trial.predictions] = values.reshape(n_rows, -1).astype(np.float64)
        return self._read[trial.predictions]


def sample_of(rows: NDArray[np.int64], most: int, seed: int) -> NDArray[np.int64]:
    """At most so many of the rows, rising; a smaller sample is a part of a larger one."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return text[:ERROR_LENGTH]


def _or_none(score: float) -> float | None:
    return None if np.isnan(score) else float(score)
