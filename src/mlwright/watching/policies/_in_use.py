"""A small model in use, touched up after every period with the newest outcomes or left as it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.quick import QuickModel
from mlwright.learning.standing import Standing, faded, seems_to_help
from mlwright.learning.touches import LATEST, Kind, Learned, Touch, all_answers, fit_touches, mixed
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
        self.recent: tuple[float, float] | None = None
        self.touches: Mapping[Way, Touch] = {"as_it_is": Touch()}

    def losses(self, period: int) -> Array:
        """Losses of what it says of the rows of a period, shape (n_rows,)."""
        return self._losses(period, {"as_it_is": self._mixed(self.touches) if self._helps else Touch()})["as_it_is"]

    def count(self, period: int) -> None:
        """Count how the ways did in a period that has ended, before anything learns from its rows."""
        if self.standing is None:
            return
        losses = self._losses(period, self.touches)
        if len(self.touches) > 1:
            together = self._losses(period, {"as_it_is": self._mixed(self.touches)})["as_it_is"]
            self.recent = faded(self.recent, (float(losses["as_it_is"].mean()), float(together.mean())))
        self.standing.seen(losses)

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

    @property
    def mended_share(self) -> float:
        """The share of its loss that touching up spares the model of late; 0 where it is not used."""
        if self.recent is None or not self._helps or self.recent[0] <= 0:
            return 0.0
        return 1.0 - self.recent[1] / self.recent[0]

    @property
    def _helps(self) -> bool:
        return self.standing is not None and seems_to_help(self.standing.lost)

    def _mixed(self, touches: Mapping[Way, Touch]) -> Touch:
        return Touch() if self.standing is None else mixed(touches, self.standing.weights(tuple(touches)))

    def _kind(self, model: QuickModel) -> Kind:
        roles = self.world.question.profile.roles
        return Kind(roles.task, len(roles.classes), model.encoder.names, aim=self.world.question.aim)

    def _losses(self, period: int, touches: Mapping[Way, Touch]) -> dict[str, Array]:
        world = self.world
        part = slice(world.end(period - 1), world.end(period))
        rows = world.table.slice(part.start, part.stop - part.start)
        blocks = self.model.encoder.encode(rows.select(self.model.encoder.inputs))
        said = self.model.core.predict(blocks)
        target = world.target[part]
        answers = all_answers(touches, said, blocks)
        return {name: world.question.losses(target, answer) for name, answer in answers.items()}
