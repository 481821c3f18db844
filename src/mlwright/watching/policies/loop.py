"""What `mlwright operate` does, with small models."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import counted, figure
from mlwright.learning.quick import QuickModel
from mlwright.learning.standing import Standing
from mlwright.statistics.sequential import Gathered, lower_bound, upper_bound
from mlwright.watching.policies import Policy, World
from mlwright.watching.policies._in_use import InUse
from mlwright.watching.promise import is_worse_of_late
from mlwright.watching.stretch import SURE, SURE_IN_NEED, choose_stretch, likely_worse
from mlwright.watching.timing import Pace, gain_left, has_saved_up, next_pace, rows_that_tell

USUAL = 0.98
FEWEST = 30
Array = NDArray[np.float64]


class Loop(Policy):
    """Watch the loss, train when it pays, take back what is proved worse.

    A model that is only trained again goes into use unless it did worse on the newest rows, from which it had not
    learned then; with ``operate.refresh = "proved"`` it waits until it is proved better on rows to come. The proofs are
    those of `operate`: sequential tests on the losses of two models on the same rows, with a chance of `operate.error`
    of being wrong over all looks of a trial.
    """

    title = "mlwright operate"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.settings = world.settings
        self.in_use = InUse(world, world.first, -1, Standing() if self.settings.touch_up != "never" else None)
        self.pace = Pace(float(self._rows()))
        self.n_since = 0
        self.trained: list[int] = []
        self.predecessor: QuickModel | None = None
        self.challenger: QuickModel | None = None
        self.challenged = -1
        self.ceiling = self.promised = math.nan
        self.looks: list[Gathered] = []
        self.against: dict[str, Gathered] = {}

    def _rows(self, *, is_worse: bool = False) -> int:
        return rows_that_tell(self.settings.rows, self.world.end(self.in_use.born), is_worse=is_worse)

    def losses(self, period: int) -> Array:
        """Losses of the model in use, touched up where that is so."""
        return self.in_use.losses(period)

    def learn(self, period: int) -> None:
        """One look of the loop."""
        losses = self.losses(period)
        self.in_use.count(period)
        self.n_since += len(losses)
        is_first = math.isnan(self.promised)
        if is_first:
            self._promise(losses)
        if not self._is_decided(period):
            worse = not is_first and self._is_worse(losses)
            rows = self._rows(is_worse=worse)
            needed = max(rows, 1.5 * self.pace.rows) if self.challenger else rows
            is_due = self.n_since >= needed and (worse or self.n_since >= self.pace.rows)
            if is_due and has_saved_up(period + 1, self.trained, self.settings.looks_per_training):
                self._train(period, worse=worse)
        self.in_use.touch_up(period)

    def _is_decided(self, period: int) -> bool:
        """Whether a trial has ended with another model in use."""
        champion = np.minimum(self.world.losses(self.model, period), self.ceiling)
        for part, model in (("challenger", self.challenger), ("predecessor", self.predecessor)):
            if model is not None:
                gains = champion - np.minimum(self.world.losses(model, period), self.ceiling)
                self.against[part] = self.against.get(part, Gathered()).adding(gains)
        if self.challenger is not None and self._judged(period):
            return True
        if self.predecessor is not None and self._low("predecessor") > 0:
            self.did(period, "taken_back", self._told("predecessor"))
            self._put_to_use(self.predecessor, None, self.in_use.born)
            return True
        return False

    def _judged(self, period: int) -> bool:
        """Promote the challenger or turn it down, if that is proved."""
        assert self.challenger is not None
        if self._low("challenger") > 0:
            self.did(period, "promoted", self._told("challenger"))
            self._put_to_use(self.challenger, self.model, self.challenged)
            return True
        found, settings = self.against["challenger"], self.settings
        if upper_bound(found, 2 * self.ceiling, settings.error) <= 0 or found.n >= settings.patience:
            self.did(period, "turned_down", self._told("challenger"))
            self.challenger = None
        return False

    def _put_to_use(self, model: QuickModel, predecessor: QuickModel | None, born: int) -> None:
        self.in_use = InUse(self.world, model, born, self.in_use.standing)
        self.model, self.predecessor, self.challenger = model, predecessor, None
        self.against, self.looks, self.promised, self.ceiling = {}, [], math.nan, math.nan

    def _promise(self, losses: Array) -> None:
        """What the model in use is expected to lose on a row, and what no row counts for more than."""
        self.ceiling = max(float(np.quantile(losses, USUAL)), np.finfo(float).tiny)
        self.promised = float(np.minimum(losses, self.ceiling).mean())

    def _low(self, part: str) -> float:
        return lower_bound(self.against[part], 2 * self.ceiling, self.settings.error)

    def _told(self, part: str) -> str:
        found = self.against[part]
        low = figure(self._low(part))
        return f"On {counted(found.n, 'row')} its gain on a row is {figure(found.mean)}, and above {low}."

    def _is_worse(self, losses: Array) -> bool:
        """Whether the model in use is proved worse than promised, from some look on."""
        self.looks.append(Gathered().adding(np.minimum(losses, self.ceiling)))
        return is_worse_of_late(np.array(self.looks, dtype=np.float64), self.ceiling, self.promised)

    def _train(self, period: int, *, worse: bool) -> None:
        """Train again; what it gains is seen on the newest rows, before it learns from them too."""
        world, settings, end = self.world, self.settings, self.world.end(period)
        n_newest, age = min(max(FEWEST, self.n_since // 2), end // 3), end - world.end(self.in_use.born)
        rows, target = world.table.slice(0, end), world.target[:end]
        chosen = choose_stretch(rows, target, n_newest, world.question, world.first.chosen)
        own = world.question.losses(target[-n_newest:], self.model.scores(rows.slice(end - n_newest)))
        theirs = chosen.rows[chosen.stretch]
        mended = self.in_use.mended_share
        share = (gain_left(1.0 - float(theirs.mean() / own.mean()), mended) if own.any() else None) or 0.0
        n = self._rows()
        self.pace = next_pace(self.pace, max(1, age - n_newest), share, settings.training_cost * n, n)
        self.n_since = 0
        self.trained.append(period + 1)
        why = "It is worse than promised." if worse else "It was time."
        self.did(period, "trained", f"{why} Learned from {chosen.stretch} rows; gained {share:.1%} on the newest.")
        self.challenger, self.challenged = world.fit(chosen.stretch, period), period
        self.against["challenger"] = Gathered()
        if settings.refresh == "likely":
            has_to_gain = mended > 0 and not worse
            sure, answers = SURE_IN_NEED if worse else SURE, (1.0 - max(0.0, mended)) * own
            if share <= 0 if has_to_gain else likely_worse(answers, theirs, sure):
                self.did(period, "turned_down", "It did worse on the newest rows, which neither had learned from.")
                self.challenger = None
            else:
                self.did(period, "promoted", "It did no worse on the newest rows, which neither had learned from.")
                self._put_to_use(self.challenger, self.model, period)
                self._promise(theirs)
                self.pace = Pace(float(self._rows(is_worse=True))) if worse else self.pace
