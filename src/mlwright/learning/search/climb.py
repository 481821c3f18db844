"""The way up the ladder: every family on a sample first, and the best on larger and larger ones (see `ladder`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mlwright.learning.search.budget import Budget
from mlwright.learning.search.fits import Fits
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.ladder import CLIMB_SHARE, base_of, first_rung, needs_ladder, next_rung, sampled
from mlwright.learning.search.racing import behind
from mlwright.learning.search.standing import Standing
from mlwright.records.model import Candidate


class Climb:
    """From how many rows candidates learn.

    Parameters
    ----------
    standing : Standing
    budget : Budget
    fits : Fits
    """

    def __init__(self, standing: Standing, budget: Budget, fits: Fits) -> None:
        self._standing, self._budget, self._fits = standing, budget, fits
        self._n_rows = self._rows_used = fits.n_rows

    @property
    def is_needed(self) -> bool:
        """Whether there are too many rows to begin with all of them."""
        costs = self._fits.costs_s(self._standing.lineup.opening)
        return self._fits.n_folds == 1 and needs_ladder(self._n_rows, costs, self._budget.left_s)

    def up(self, tried: Callable[[Sequence[Candidate], int], None]) -> list[Candidate]:
        """Every family on a sample, and the best on larger ones; returns the further candidates, on the last sample.

        Parameters
        ----------
        tried : callable
            Fits candidates on so many folds.
        """
        lineup = self._standing.lineup
        rows = first_rung(self._n_rows, self._fits.costs_s(lineup.opening), self._budget.left_s)
        batch = self._enter(lineup.opening, rows)
        while batch:
            tried(batch, 1)
            rows = batch[0].most_rows or self._n_rows
            batch = self._step_up(batch)
        return self._enter(self._standing.lineup.extra, rows)

    def as_high(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """The candidates as they learn from as many rows as those before them."""
        return self._enter(candidates, self._rows_used) if self._rows_used < self._n_rows else candidates

    def _enter(self, candidates: Sequence[Candidate], rows: int) -> list[Candidate]:
        """The candidates as they learn from so many rows, known to the line-up."""
        self._rows_used = rows
        entered = [sampled(candidate, rows, self._n_rows) for candidate in candidates]
        self._standing.lineup = self._standing.lineup.with_samples(entered, self._n_rows)
        return entered

    def _step_up(self, batch: Sequence[Candidate]) -> list[Candidate]:
        """Who learns from more rows: the best of these, and those beside it that there is time for; nobody at the end.

        Nobody either if the last step gained nothing that could be told from chance.
        """
        done = [one for one in batch if one.name in self._standing.alive() and one.most_rows is not None]
        looks, judge = self._standing.looks(), self._standing.judge(1)
        done.sort(key=lambda one: judge.loss(looks[one.name]))
        if not done or not self._is_worth_it(done[0], looks, judge):
            return []
        rows, best_s = done[0].most_rows or self._n_rows, self._fits.cost_s(done[0])
        more = next_rung(rows, self._n_rows, best_s / rows, self._budget.left_s * self._budget.n_workers)
        if more is None:
            return []
        bases = [one.model_copy(update={"name": base_of(one.name), "most_rows": None}) for one in done]
        entered = self._enter(bases, more)
        costs = np.cumsum(self._fits.costs_s(entered))
        in_time = costs <= max(CLIMB_SHARE * self._budget.left_s * self._budget.n_workers, costs[0])
        return [one for one, fits in zip(entered, in_time, strict=True) if fits]

    def _is_worth_it(self, best: Candidate, looks: Mapping[str, Array], judge: Judge) -> bool:
        """Whether the best of a sample gained by learning from more rows than before; says so."""
        before = [name for name in looks if base_of(name) == base_of(best.name) and name != best.name]
        if not before:
            return True
        gain, error = behind(looks[before[-1]], looks[best.name], judge)
        loss = float(judge.row_loss(looks[before[-1]]).mean())
        self._standing.bench.run.note(
            f"{best.name} has a loss {gain / loss:.1%} (± {error / loss:.1%}) below that of {before[-1]}."
        )
        return gain > error
