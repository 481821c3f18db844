"""How much each input column matters: what is lost when its values are shuffled."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlwright.learning.data import TrainingData
from mlwright.learning.search.budget import Budget, importance_s
from mlwright.learning.search.choosing.choice import Choice
from mlwright.learning.search.judge import Array, HeldOut, Judge
from mlwright.learning.search.standing import Standing
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import CORES, Core
from mlwright.scoring.places import InputPlaces, places_of

MOST_ROWS = 2_000
FEWEST_ROWS = 200
MOST_CELLS = 100_000


@dataclass(frozen=True)
class Voice:
    """A core and what its word weighs."""

    core: Core
    weight: float


@dataclass(frozen=True)
class Hearing:
    """Rows that one fold held out, and the cores that have not seen them."""

    blocks: Blocks
    voices: Sequence[Voice]

    def answer(self, blocks: Blocks) -> Array:
        """The weighted mean of what the cores say."""
        answer: Array = np.sum([voice.weight * voice.core.predict(blocks) for voice in self.voices], axis=0)
        return answer


def rank_inputs(standing: Standing, choice: Choice, data: TrainingData, budget: Budget) -> dict[str, float]:
    """The importance of every input column to a chosen model, from some held-out rows; see `importances`."""
    bench, seconds = standing.bench, importance_s(budget.clock.budget_s)
    rng = np.random.default_rng(bench.run.seed_for("importance"))
    places = places_of(data.plan, data.names)
    row_s = sum(bench.row_s(standing.trials[name]) for name in choice.weights)
    some = np.sort(rng.permutation(len(choice.judge.held))[: sample_size(len(places), row_s, seconds)])
    judge = choice.judge.take(some)
    baseline = bench.prediction(standing.trials[standing.baseline()][: choice.level])[some]
    return importances(
        [_hearing(standing, choice, judge.held, int(fold)) for fold in np.unique(judge.held.fold)],
        judge,
        places,
        judge.loss(baseline),
        rng,
        budget.timer(seconds),
    )


def _hearing(standing: Standing, choice: Choice, held: HeldOut, fold: int) -> Hearing:
    rows = held.rows[held.fold == fold]
    refs = [(standing.trials[name][fold].core, weight) for name, weight in choice.weights.items()]
    voices = [
        Voice(CORES.get(ref.form).from_bytes(standing.bench.run.get(ref.blob)), weight)
        for ref, weight in refs
        if ref is not None
    ]
    return Hearing(standing.bench.rows.blocks.take(rows), voices)


def sample_size(n_inputs: int, row_s: float, seconds: float) -> int:
    """How many rows there is time for.

    Parameters
    ----------
    n_inputs : int
    row_s : float
        Seconds in which all members score one row.
    seconds : float
        Infinite without a clock: then the number of inputs alone decides.

    >>> sample_size(10, 1e-5, 2.0), sample_size(100, 1e-3, 2.0), sample_size(100, 1e-3, math.inf)
    (2000, 200, 1000)
    """
    if math.isinf(seconds):
        return int(np.clip(MOST_CELLS // max(n_inputs, 1), FEWEST_ROWS, MOST_ROWS))
    return int(np.clip(seconds / max(n_inputs * row_s, 1e-9), FEWEST_ROWS, MOST_ROWS))


def importances(
    hearings: Sequence[Hearing],
    judge: Judge,
    places: dict[str, InputPlaces],
    baseline_loss: float,
    rng: np.random.Generator,
    time_up: Callable[[], bool],
) -> dict[str, float]:
    """By how much the loss on held-out rows rises when one input column is shuffled within each fold.

    Every core is asked about rows that it has not seen. Columns that say the same stand in for each other: each of
    them alone matters little then, and together they may matter much.

    Parameters
    ----------
    hearings : sequence of Hearing
        One a fold; the rows of all of them, in order, are those of `judge`.
    judge : Judge
    places : dict
        See `places_of`.
    baseline_loss : float
        Of the dummy: what is gained over it is 1.
    rng : Generator
    time_up : callable
        Asked before each column; columns that there is no time for are left out.

    Returns
    -------
    importances : dict of str to float
        Largest first; empty if the model gains nothing over the dummy.
    """
    untouched = judge.loss(np.concatenate([hearing.answer(hearing.blocks) for hearing in hearings]))
    gain = baseline_loss - untouched
    if not gain > 0:
        return {}
    orders = [rng.permutation(len(hearing.blocks)) for hearing in hearings]

    def losses() -> Iterator[tuple[str, float]]:
        for name, place in places.items():
            if time_up():
                return
            answers = [
                hearing.answer(place.shuffle(hearing.blocks, order))
                for hearing, order in zip(hearings, orders, strict=True)
            ]
            yield name, judge.loss(np.concatenate(answers))

    found = {name: max(loss - untouched, 0.0) / gain for name, loss in losses()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
