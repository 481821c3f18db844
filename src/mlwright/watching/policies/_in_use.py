"""A small model in use, touched up after every period with the newest outcomes or left as it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.quick import QuickModel
from mlwright.learning.standing import Standing, seems_to_help
from mlwright.learning.touches import LATEST, Kind, Learned, Touch, fit_touches, mixed
from mlwright.records.touched import Way
from mlwright.watching.policies import World

Array = NDArray[np.float64]


class InUse:
    """A model and what is made of its answers.

    Parameters
    ----------
    world : World
    model : QuickModel
    born : int
        The period with whose end its training rows ended; -1 for the first model.
    standing : Standing or None
        How the ways of touching up did so far; None: the answers are left as they are.
    """

    def __init__(self, world: World, model: QuickModel, born: int, standing: Standing | None) -> None:
        self.world = world
        self.model = model
        self.born = born
        self.standing = standing
        self.touches: Mapping[Way, Touch] = {"as_it_is": Touch()}

    def losses(self, period: int) -> Array:
        """Losses of what it says of the rows of a period, shape (n_rows,)."""
        helps = self.standing is not None and seems_to_help(self.standing.lost)
        return self._losses(period, {"as_it_is": self._mixed(self.touches) if helps else Touch()})["as_it_is"]

    def count(self, period: int) -> None:
        """Count how the ways did in a period that has ended, before anything learns from its rows."""
        if self.standing is not None:
            self.standing.seen(self._losses(period, self.touches))

    def touch_up(self, period: int) -> None:
        """Make the ways of touching up of the outcomes that are known when a period has ended."""
        if self.standing is None:
            return
        world, end = self.world, self.world.end(period)
        n_since, n_look = end - world.end(self.born), end - world.end(period - 1)
        start = max(0, end - max(n_since, LATEST, n_look))
        rows = world.table.slice(start, end - start)
        blocks = self.model.encoder.encode(rows.select(self.model.encoder.inputs))
        learned = Learned(blocks, self.model.core.predict(blocks), world.target[start:end], n_since)
        self.touches = fit_touches(learned, self._kind(self.model), n_look, world.question.seed)

    def gain_share(self, fresh: QuickModel, rows: pa.Table, target: Array, n_newest: int) -> float:
        """What another model gains on the newest rows, both touched up as they were before those; of the own loss.

        Parameters
        ----------
        fresh : QuickModel
            It has learned from all rows but the newest.
        rows : pyarrow.Table
            From the oldest to the newest.
        target : array, shape (n_rows,)
        n_newest : int
        """
        n_before = len(target) - n_newest
        n_since = max(0, n_before - self.world.end(self.born))
        own = self._touched(self.model, rows, target, (n_newest, n_since)).mean()
        theirs = self._touched(fresh, rows, target, (n_newest, 0)).mean()
        return float(1.0 - theirs / own) if own > 0 else 0.0

    def _touched(self, model: QuickModel, rows: pa.Table, target: Array, counts: tuple[int, int]) -> Array:
        """Losses of a model on the newest rows, touched up with those before them."""
        n_newest, n_since = counts
        start = max(0, len(target) - n_newest - max(n_since, LATEST))
        blocks = model.encoder.encode(rows.slice(start).select(model.encoder.inputs))
        said = model.core.predict(blocks)
        before, newest = np.split(np.arange(len(blocks)), [len(blocks) - n_newest])
        known = Learned(blocks.take(before), said[before], target[start:][before], n_since)
        touch = self._mixed(fit_touches(known, self._kind(model), n_newest, self.world.question.seed))
        return self.world.question.losses(target[-n_newest:], touch.answers(said[newest], blocks.take(newest)))

    def _mixed(self, touches: Mapping[Way, Touch]) -> Touch:
        return Touch() if self.standing is None else mixed(touches, self.standing.weights(tuple(touches)))

    def _kind(self, model: QuickModel) -> Kind:
        roles = self.world.question.profile.roles
        return Kind(roles.task, len(roles.classes), model.encoder.names, aim=self.world.question.aim)

    def _losses(self, period: int, touches: Mapping[Way, Touch]) -> dict[Way, Array]:
        world = self.world
        part = slice(world.end(period - 1), world.end(period))
        rows = world.table.slice(part.start, part.stop - part.start)
        blocks = self.model.encoder.encode(rows.select(self.model.encoder.inputs))
        said = self.model.core.predict(blocks)
        target = world.target[part]
        return {way: world.question.losses(target, touch.answers(said, blocks)) for way, touch in touches.items()}
