"""What the newest outcomes make of a model's answers until it is trained again.

A training takes long and a world moves every day. In between, a few cheap ways of touching the answers up compete, each
made of outcomes that are known, and each asked about the next rows before theirs are:

- ``as_it_is``: the model's own answer;
- ``shifted`` (numbers): its answers moved and stretched as the rows since its training say, the newest most;
- ``recalibrated`` (classes): its probabilities moved and sharpened or softened likewise (`recalibrating`);
- ``corrected`` (numbers): small trees added, which have learned what it got wrong since its training;
- ``continued`` (numbers): the same of the latest rows, where those since its training are fewer: it learns on;
- ``anew`` (classes): a small model of the rows since its training;
- ``latest``: a small model of the latest rows, of before its training too.

None is chosen: their answers are averaged, with weights that follow from how they did on the latest rows (`standing`).
So a way that adds nothing has no weight, and where the world stands still the model is left as it is. All of it is a
sum of cores with weights, and a calibrator, so that a touched-up model is a model like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.aim import MEAN, Aim
from mlwright.learning.models import MODELS, Facts, FitContext, ModelFamily, Rows
from mlwright.learning.recalibrating import mixed_calibrators, recalibrated
from mlwright.learning.standing import name_of, pairs_of
from mlwright.records.model import Calibrator, Candidate, ModelSpec
from mlwright.records.profile import Task
from mlwright.records.touched import Way
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.calibrate import calibrate
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.constant import ConstantCore

FEWEST = 60
"""Rows from which one can be touched up."""
LATEST = 3_000
"""Rows that are the latest ones."""
N_TREES = 100
PARAMS = {"learning_rate": 0.1, "num_leaves": 16, "min_data_in_leaf": 20, "max_bin": 63}
HELD_BACK = 10.0
"""Rows that the shift of an answer is held back by."""

Array = NDArray[np.float64]


class Touch(NamedTuple):
    """What is made of a model's answers: ``scale`` times the answer, and weighted answers of small cores.

    Parameters
    ----------
    scale : float
    added : tuple of (float, Core)
    calibrator : Calibrator or None
        What makes probabilities of the sum.
    """

    scale: float = 1.0
    added: tuple[tuple[float, Core], ...] = ()
    calibrator: Calibrator | None = None

    def answers(self, said: Array, blocks: Blocks) -> Array:
        """Answers of encoded rows, shape (n_rows, n_outputs), where the model itself has `said` them.

        Parameters
        ----------
        said : array, shape (n_rows, n_outputs)
            Before the model's own calibrator.
        blocks : Blocks
        """
        return calibrate(self.totals(said, blocks), self.calibrator)

    def totals(self, said: Array, blocks: Blocks) -> Array:
        """The same before the calibrator."""
        total = self.scale * said
        for weight, core in self.added:
            total = total + weight * core.predict(blocks)
        return total


class Learned(NamedTuple):
    """Rows whose outcome is known, from the oldest to the newest.

    Parameters
    ----------
    blocks : Blocks
        As the model encodes them.
    said : array, shape (n_rows, n_outputs)
        What it says of them, before its calibrator.
    target : array, shape (n_rows,)
    n_since : int
        The last ones, which the model has not learned from.
    """

    blocks: Blocks
    said: Array
    target: Array
    n_since: int

    def last(self, n: int) -> Learned:
        """The newest rows."""
        rows = np.arange(max(0, len(self.target) - n), len(self.target))
        return Learned(self.blocks.take(rows), self.said[rows], self.target[rows], min(self.n_since, len(rows)))


class Kind(NamedTuple):
    """What kind of answer is touched up.

    Parameters
    ----------
    task : str
    n_classes : int
        0 for numbers.
    names : BlockNames
        Of the model's encoder.
    calibrator : Calibrator or None
        The model's own.
    aim : Aim
        Numbers: which answer the model's metric rewards; touched-up answers are that too.
    directions, apart : tuple
        What the user asks of the model, see `Facts`; touched-up answers keep it too.
    """

    task: Task
    n_classes: int
    names: BlockNames
    calibrator: Calibrator | None = None
    aim: Aim = MEAN
    directions: tuple[int, ...] = ()
    apart: tuple[tuple[frozenset[int], ...], ...] = ()

    @classmethod
    def of(cls, spec: ModelSpec, names: BlockNames, aim: Aim = MEAN) -> Kind:
        """That of a model."""
        return cls(spec.task, len(spec.classes), names, spec.calibrator, aim)


def fit_touches(rows: Learned, kind: Kind, n_look: int, seed: int) -> dict[Way, Touch]:
    """All ways that there are rows enough for.

    Parameters
    ----------
    rows : Learned
    kind : Kind
    n_look : int
        Rows of one look; outcomes of a look before count half as much for the shift.
    seed : int
    """
    found: dict[Way, Touch] = {"as_it_is": Touch(calibrator=kind.calibrator)}
    since = rows.last(rows.n_since)
    if len(since.target) >= FEWEST:
        if kind.n_classes:
            weights = _newest_most(len(since.target), n_look)
            found["recalibrated"] = Touch(calibrator=recalibrated(since.said, since.target, weights, kind.calibrator))
        else:
            found["shifted"] = _shifted(since, n_look, kind) if kind.aim.is_mean else _moved(since, n_look, kind.aim)
            found["corrected"] = _corrected(since, kind, seed)
        found |= _alone("anew", since, kind, seed) if kind.n_classes else {}
    latest = rows.last(max(LATEST, n_look))
    if len(latest.target) >= FEWEST:
        found |= _alone("latest", latest, kind, seed)
        if not kind.n_classes:
            is_new = len(since.target) < len(latest.target)
            found["continued"] = _corrected(latest, kind, seed) if is_new else found["corrected"]
    return found


def mixed(touches: Mapping[Way, Touch], weights: Mapping[Way, float]) -> Touch:
    """Their weighted mean, as one."""
    scale = sum(weights[way] * touch.scale for way, touch in touches.items())
    calibrator = mixed_calibrators([(weights[way], touch.calibrator) for way, touch in touches.items()])
    shares: dict[int, tuple[float, Core]] = {}
    for way, touch in touches.items():
        for share, core in touch.added:
            before, _ = shares.get(id(core), (0.0, core))
            shares[id(core)] = before + weights[way] * share, core
    return Touch(scale, tuple((share, core) for share, core in shares.values() if share), calibrator)


def all_answers(touches: Mapping[Way, Touch], said: Array, blocks: Blocks) -> dict[str, Array]:
    """Answers of each way, and half-and-half ones of each two, by `standing.name_of`."""
    totals = {way: touch.totals(said, blocks) for way, touch in touches.items()}
    found = {}
    for pair in pairs_of(touches):
        calibrator = mixed_calibrators([(0.5, touches[way].calibrator) for way in pair])
        found[name_of(*pair)] = calibrate((totals[pair[0]] + totals[pair[1]]) / 2, calibrator)
    return found


def _shifted(since: Learned, n_look: int, kind: Kind) -> Touch:
    """A straight line through outcomes over answers, held back towards the answers themselves.

    It does not fall where answers have to keep directions, or it would turn them round.
    """
    said, target = since.said[:, 0], since.target
    weights = _newest_most(len(target), n_look)
    design = np.column_stack([said, np.ones_like(said)])
    held = HELD_BACK * np.diag([max(float(said.var()), np.finfo(float).tiny), 1.0])
    weighted = design * weights[:, None]
    slope, level = np.linalg.lstsq(weighted.T @ design + held, weighted.T @ (target - said), rcond=None)[0]
    if any(kind.directions) and slope < -1.0:
        return Touch(0.0, ((1.0, ConstantCore(np.array([np.average(target, weights=weights)]))),))
    return Touch(1.0 + float(slope), ((1.0, ConstantCore(np.array([level]))),))


def _moved(since: Learned, n_look: int, aim: Aim) -> Touch:
    """The answers moved by the quantile of their errors that is wanted, held back towards nothing."""
    errors, weights = since.target - since.said[:, 0], _newest_most(len(since.target), n_look)
    order = np.argsort(errors, kind="stable")
    reached = np.cumsum(weights[order])
    level = errors[order][np.searchsorted(reached, aim.quantile * reached[-1])]
    held = float(level) * reached[-1] / (reached[-1] + HELD_BACK)
    return Touch(1.0, ((1.0, ConstantCore(np.array([held]))),))


def _newest_most(n_rows: int, n_look: int) -> Array:
    """Weights of rows, shape (n_rows,): those of a look before count half as much."""
    weights: Array = 0.5 ** (np.arange(n_rows)[::-1] / max(FEWEST, n_look))
    return weights


def _corrected(rows: Learned, kind: Kind, seed: int) -> Touch:
    """The answer and small trees that have learned what it got wrong on these rows."""
    errors = rows.target - rows.said[:, 0]
    return Touch(1.0, ((1.0, _trees(rows.blocks, errors, kind._replace(aim=Aim(kind.aim.quantile)), seed)),))


def _alone(way: Way, rows: Learned, kind: Kind, seed: int) -> dict[Way, Touch]:
    """A small model of these rows instead of the answer; nothing if they lack a class."""
    if kind.n_classes and len(np.unique(rows.target)) < kind.n_classes:
        return {}
    return {way: Touch(0.0, ((1.0, _trees(rows.blocks, rows.target, kind, seed)),))}


def _trees(blocks: Blocks, target: Array, kind: Kind, seed: int) -> Core:
    n_classes = kind.n_classes
    counts = np.bincount(target.astype(np.int64), minlength=n_classes) if n_classes else np.array([len(target)])
    facts = Facts(
        kind.task, n_classes, len(target), int(counts.min()), kind.names, 60.0, kind.directions, kind.apart, kind.aim
    )
    context = FitContext(facts, seed=seed, n_threads=1, time_up=lambda: False)
    params = PARAMS | {"min_data_in_leaf": min(PARAMS["min_data_in_leaf"], max(3, len(target) // 25))}
    family: ModelFamily = MODELS.get("lightgbm")()
    enough = {"n_rounds": float(N_TREES), "n_rows": float(len(target))}
    candidate = Candidate(name="touch", family="lightgbm", params=params)
    fitted = family.refit(candidate, Rows(blocks, target), [enough], context)
    assert fitted is not None
    return fitted.core
