"""What could be done about a model, and what each of these would have been worth on the newest labelled rows.

The older half of the rows with a true outcome makes what could be done: answers touched up (`learning.touches`), a
small model of the new rows alone, one plain answer for all. The newer half, which none of them has seen, says what a
row loses with it. The intervals hold for all of them together, so that the best one is not the luckiest one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.judging.costs import costs_of
from mlwright.learning.tasks import TASKS
from mlwright.learning.touches import Kind, Learned, Touch, fit_touches
from mlwright.records.bundle import Manifest
from mlwright.records.outcomes import Choice, Option
from mlwright.records.touched import Way
from mlwright.scoring.cores.constant import ConstantCore
from mlwright.scoring.model import Model
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Draws, Sampling, block_length

FEWEST = 200
"""Labelled rows below which nothing is said."""
LEVEL = 0.95
CHOICES: dict[Way, Choice] = {
    "shifted": "shift",
    "recalibrated": "recalibrate",
    "corrected": "correct",
}

Array = NDArray[np.float64]


def options_of(
    table: pa.Table, truth: Array, said: Array, manifest: Manifest, model: Model, seed: int
) -> tuple[Option, ...]:
    """All that could be judged, the one with the largest gain first; empty where too few outcomes are known.

    Parameters
    ----------
    table : pyarrow.Table
        The inputs, from the oldest row to the newest.
    truth : array, shape (n_rows,)
        NaN where it is not known.
    said : array, shape (n_rows, n_outputs)
        What the model says of them.
    manifest : Manifest
    model : Model
    seed : int
    """
    known = np.flatnonzero(~np.isnan(truth))
    if len(known) < FEWEST or manifest.baseline is None:
        return ()
    older, newer = np.split(known, [len(known) // 2])
    touches = _touches(table, older, (truth, said), model, seed)
    blocks = model.encoder.encode(table.take(pa.array(newer)))
    answers = {choice: _within(touch.answers(said[newer], blocks), model) for choice, touch in touches.items()}
    judge = _Judge(truth[newer], said[newer], manifest, (1.0 - LEVEL) / max(1, len(answers)), seed)
    return tuple(sorted((judge.option(*one) for one in answers.items()), key=lambda option: -option.gain.value))


def _touches(
    table: pa.Table, older: NDArray[np.int64], known: tuple[Array, Array], model: Model, seed: int
) -> dict[Choice, Touch]:
    truth, said = (each[older] for each in known)
    spec = model.spec
    kind = Kind(spec.task, len(spec.classes), model.encoder.names)
    rows = Learned(model.encoder.encode(table.take(pa.array(older))), said, truth, len(older))
    made = fit_touches(rows, kind, len(older), seed)
    found: dict[Choice, Touch] = {CHOICES[way]: touch for way, touch in made.items() if way in CHOICES}
    if "latest" in made:
        ((_, core),) = made["latest"].added
        found |= {"anew": made["latest"], "join": Touch(0.5, ((0.5, core),))}
    return found | {"plain": Touch(0.0, ((1.0, ConstantCore(_usual(truth, spec.task, len(spec.classes)))),))}


def _usual(truth: Array, task: str, n_classes: int) -> Array:
    """The answer that suits all rows best: their mean, or the shares of the classes."""
    if task in ("regression", "binary"):
        return np.array([truth.mean()])
    return np.bincount(truth.astype(np.int64), minlength=n_classes) / len(truth)


def _within(answers: Array, model: Model) -> Array:
    return np.clip(answers, 0.0, 1.0) if model.spec.classes else answers


class _Judge:
    """Holds answers to those of the model, on the same rows."""

    def __init__(self, truth: Array, said: Array, manifest: Manifest, alpha: float, seed: int) -> None:
        assert manifest.baseline is not None
        self.truth = truth
        self.manifest = manifest
        self.baseline = manifest.baseline
        self.level = 1.0 - alpha
        losses = TASKS.get(manifest.model.task)().row_loss(truth, said)
        self.draws = Draws(Sampling(len(truth), order=np.arange(len(truth)), block=block_length(losses)), seed)
        self.own = self._costs(said)

    def option(self, choice: Choice, answers: Array) -> Option:
        """What these answers gain on a row."""
        loss, worth = self._costs(answers)
        gain = difference_estimate(self.own[0] - loss, self.draws, self.level)
        money = None if self.baseline.assumed else difference_estimate(worth - self.own[1], self.draws, self.level)
        title, unit = self.baseline.loss_title, self.baseline.unit
        return Option(choice=choice, n_rows=len(self.truth), loss=title, gain=gain, money=money, unit=unit)

    def _costs(self, answers: Array) -> tuple[Array, Array]:
        table = self.manifest.decision.worth.table
        return costs_of(self.truth, answers, self.manifest.model, table, self.baseline.ceiling)
