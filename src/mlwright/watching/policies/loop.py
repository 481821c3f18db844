"""What `mlwright operate` does, with small models."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import counted, figure
from mlwright.learning.quick import QuickModel
from mlwright.statistics.sequential import Gathered, log_e_value, lower_bound, upper_bound
from mlwright.watching.policies import Policy, World
from mlwright.watching.stretch import choose_stretch
from mlwright.watching.timing import Pace, next_pace

USUAL = 0.98
FEWEST = 30
Array = NDArray[np.float64]


class Loop(Policy):
    """Watch the loss, train when it pays, promote what is proved better, take back what is proved worse.

    The proofs are those of `operate`: sequential tests on the losses of two models on the same rows, which neither has
    learned from, with a chance of `operate.error` of being wrong over all looks of a trial.
    """

    title = "mlwright operate"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.settings = world.settings
        self.pace = Pace(float(world.settings.rows))
        self.n_fresh = 0
        self.n_since = 0
        self.predecessor: QuickModel | None = None
        self.challenger: QuickModel | None = None
        self.ceiling = math.nan
        self.promised = math.nan
        self.against: dict[str, Gathered] = {}

    def learn(self, period: int) -> None:
        """One look of the loop."""
        losses = self.world.losses(self.model, period)
        self.n_fresh += len(losses)
        self.n_since += len(losses)
        if math.isnan(self.ceiling):
            self.ceiling = max(float(np.quantile(losses, USUAL)), np.finfo(float).tiny)
        champion = np.minimum(losses, self.ceiling)
        if self._is_decided(champion, period):
            return
        worse = self._is_worse(champion)
        needed = max(self.settings.rows, 1.5 * self.pace.rows) if self.challenger else self.settings.rows
        if self.n_since >= needed and (worse or self.n_since >= self.pace.rows):
            self._train(period, worse=worse)

    def _is_decided(self, champion: Array, period: int) -> bool:
        """Whether a trial has ended with another model in use."""
        for part, model in (("challenger", self.challenger), ("predecessor", self.predecessor)):
            if model is None:
                continue
            gains = champion - np.minimum(self.world.losses(model, period), self.ceiling)
            self.against[part] = self.against.get(part, Gathered()).adding(gains)
        if self.challenger is not None and self._judged(period):
            return True
        if self.predecessor is not None and self._low("predecessor") > 0:
            self.did(period, "taken_back", self._told("predecessor"))
            self._put_to_use(self.predecessor, None)
            return True
        return False

    def _judged(self, period: int) -> bool:
        """Promote the challenger or turn it down, if that is proved."""
        assert self.challenger is not None
        if self._low("challenger") > 0:
            self._promote(self.challenger, period)
            return True
        found, settings = self.against["challenger"], self.settings
        if upper_bound(found, 2 * self.ceiling, settings.error) <= 0 or found.n >= settings.patience:
            self.did(period, "turned_down", self._told("challenger"))
            self.challenger = None
        return False

    def _promote(self, challenger: QuickModel, period: int) -> None:
        self.did(period, "promoted", self._told("challenger"))
        self._put_to_use(challenger, self.model)

    def _put_to_use(self, model: QuickModel, predecessor: QuickModel | None) -> None:
        self.model, self.predecessor, self.challenger = model, predecessor, None
        self.against, self.promised, self.ceiling = {}, math.nan, math.nan
        self.n_fresh = self.n_since

    def _low(self, part: str) -> float:
        return lower_bound(self.against[part], 2 * self.ceiling, self.settings.error)

    def _told(self, part: str) -> str:
        found = self.against[part]
        low = figure(self._low(part))
        return f"On {counted(found.n, 'row')} its gain on a row is {figure(found.mean)}, and above {low}."

    def _is_worse(self, champion: Array) -> bool:
        """Whether the model in use is proved worse than in its first period."""
        if math.isnan(self.promised):
            self.promised = float(champion.mean())
            self.against["promise"] = Gathered()
            return False
        found = self.against["promise"] = self.against["promise"].adding(champion)
        return log_e_value(found, self.ceiling, self.promised) >= math.log(1 / self.settings.error)

    def _train(self, period: int, *, worse: bool) -> None:
        """Train a challenger; what it gains is seen on the newest rows, before it learns from them too."""
        world, end = self.world, self.world.end(period)
        n_newest = min(max(FEWEST, self.n_since // 2), end // 3)
        chosen = choose_stretch(
            world.table.slice(0, end), world.target[:end], n_newest, world.question, world.first.chosen
        )
        newest = world.table.slice(end - n_newest, n_newest)
        own = np.minimum(
            world.question.losses(world.target[end - n_newest : end], self.model.scores(newest)), self.ceiling
        )
        gains = own - np.minimum(chosen.rows[chosen.stretch], self.ceiling)
        share = float(gains.mean() / own.mean()) if own.mean() > 0 else 0.0
        settings = self.settings
        self.pace = next_pace(self.pace, self.n_fresh, share, settings.training_cost * settings.rows, settings.rows)
        self.n_since = 0
        why = "It is worse than at first." if worse else "It was time."
        self.did(period, "trained", f"{why} Learned from {chosen.stretch} rows; gained {share:.1%} on the newest.")
        self.challenger = world.fit(chosen.stretch, period)
        self.against["challenger"] = Gathered()
        if settings.promote == "likely" and share > settings.least_gain:
            self.did(period, "promoted", "It did better on the newest rows, which neither had learned from.")
            self._put_to_use(self.challenger, self.model)
