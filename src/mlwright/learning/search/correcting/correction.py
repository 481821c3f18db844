"""What stands between the score of a chosen model on held-out rows and what the packed model is worth on new rows.

Three things, each measured from what the search has left behind, without new fits:

- the choice flatters, as it was made by these rows (`honest`), and so do the looks that decided which variants could be
  chosen at all (`screening`): worse by that;
- the fits stopped where these rows were answered best (`stopping`): worse by that;
- the packed model lets the cores of all folds answer together, or one that has learned from all rows (`together`):
  better by that. Where folds follow time it has learned from more rows than their cores (`growing`).

And held-out losses hang together, as folds learn from each other's rows (`overlap`): less sure by that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mlwright.learning.search.bench import Bench
from mlwright.learning.search.choosing.choice import Choice
from mlwright.learning.search.correcting.children import children
from mlwright.learning.search.correcting.growing import Growth, Packed, growth
from mlwright.learning.search.correcting.overlap import further_apart, overlap_error
from mlwright.learning.search.correcting.screening import screening_flattery
from mlwright.learning.search.correcting.stopping import stopping_flattery
from mlwright.learning.search.correcting.together import gain_together, said_by_cores, some_places
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.standing import Standing
from mlwright.records.trials import Trial

UNSURE_SHARE = 0.5


class Correction(NamedTuple):
    """How much a loss (`Judge.loss`) has to be moved, and why.

    Parameters
    ----------
    choice, stopping : float
        What the choice and the stopping flatter.
    together : float
        What the cores of the folds gain together, or one that has learned from all rows; where folds follow time, what
        is gained by having learned from more rows than they, less what is lost by being older.
    error : float
        How unsure that is, as a standard error: the spread of `stopping` over the folds, and what `overlap` finds that
        folds owe to each other's rows. Where that is not known, half of the size of all three stands for it, and in
        time order the error of `growing`.
    """

    choice: float
    stopping: float
    together: float
    error: float

    @property
    def total(self) -> float:
        """By how much the loss on new rows is higher than on the held-out ones; below zero if it is lower."""
        return self.choice + self.stopping - self.together


def correction(standing: Standing, choice: Choice, several: Collection[str], time_up: Callable[[], bool]) -> Correction:
    """What stands between the chosen model's score on held-out rows and new ones.

    Parameters
    ----------
    standing : Standing
    choice : Choice
    several : collection of str
        Members that are packed with the cores of several folds; the others have one core for all rows.
    time_up : callable
    """
    bench, judge = standing.bench, choice.judge
    trials = {name: standing.trials[name][: choice.level] for name in choice.weights}
    # In time order fits stop at other steps for the rows that they have, so that no step of others can be too dear.
    in_order = not _share_rows(bench, choice.level)
    # Of groups one core for all rows is the mean of those that stopped where the folds did.
    stopped = () if in_order else choice.weights if bench.facts.has_groups else several
    luck, error = stopping_flattery(bench, trials, choice.weights, stopped)
    looked = screening_flattery(
        standing, choice.weights, choice.level, np.random.default_rng(bench.run.seed_for("screening"))
    )
    grown, shared = Growth(0.0, 0.0), None
    if judge.metric.aim.is_mean:
        # How far answers disagree tells what their mean gains in squares and in nats, not in distances.
        if in_order:
            grown = _by_growth(bench, trials, choice, several, time_up) or grown
        else:
            many = {name for name in choice.weights if _answers_as_all(choice, name in several)}
            gain, shared = _by_cores(bench, trials, choice, many, time_up)
            grown = Growth(gain, 0.0)
    baseline = standing.blend({standing.baseline(): 1.0}, choice.level)
    stopping, looks, better, spread, unsure, folds = (
        in_metric(judge, choice.prediction, baseline, each)
        for each in (luck, looked, -grown.gain, error, grown.error, shared or 0.0)
    )
    flattered = choice.flattery + looks
    if shared is None:
        folds = UNSURE_SHARE * (max(flattered, 0.0) + stopping + abs(better))
    return Correction(flattered, stopping, -better, math.hypot(spread, unsure, folds))


def _by_growth(
    bench: Bench,
    trials: Mapping[str, Sequence[Trial]],
    choice: Choice,
    several: Collection[str],
    time_up: Callable[[], bool],
) -> Growth | None:
    """What the packed model gains over the cores of folds that follow time, as it has learned from more rows."""
    judge = choice.judge
    rng = np.random.default_rng(bench.run.seed_for("together"))
    asked = judge.take(some_places(len(judge.held), choice.prediction.shape[1], rng))
    said = said_by_cores(bench, trials, choice.weights, asked.held, time_up)
    if said is None:
        return None
    n_learned = np.array([len(learn) for learn, _ in bench.folds[: choice.level]])
    cores = n_learned[: min(choice.n_cores, bench.n_cores or choice.n_cores)]
    of_cores = sum(weight for name, weight in choice.weights.items() if name in several)
    packed = [Packed(of_cores / len(cores), int(n)) for n in cores]
    whole = Packed(sum(choice.weights.values()) - of_cores, len(bench.rows))
    return growth(said, asked, n_learned, [*packed, whole], len(bench.rows))


def _by_cores(
    bench: Bench,
    trials: Mapping[str, Sequence[Trial]],
    choice: Choice,
    several: Collection[str],
    time_up: Callable[[], bool],
) -> tuple[float, float | None]:
    """What the cores of some members gain together, and what `overlap` finds of all; None where that is not known."""
    judge, is_number = choice.judge, bench.bounds is not None
    rng = np.random.default_rng(bench.run.seed_for("together"))
    asked = judge.take(some_places(len(judge.held), choice.prediction.shape[1], rng))
    inside = {name: weight for name, weight in choice.weights.items() if name in several}
    outside = {name: weight for name, weight in choice.weights.items() if name not in several}
    said = said_by_cores(bench, trials, inside, asked.held, time_up)
    gain, alone, further = 0.0, sum(outside.values()), 1.0
    if said is not None:
        born = children(bench.rows.blocks.take(asked.held.rows), bench.facts.names, rng)
        of_children = said_by_cores(bench, trials, inside, asked.held, time_up, born)
        gain = gain_together(said, of_children, asked, alone, is_number=is_number)
        further = further_apart(said, of_children, asked.held, alone, is_number=is_number)
    if inside and said is None:
        return gain, None
    more = said_by_cores(bench, trials, outside, asked.held, time_up)
    if outside and more is None:
        return gain, None
    whole = np.sum([each for each in (said, more) if each is not None], axis=0)
    squares = float(judge.row_loss(choice.prediction).mean()) if is_number else None
    return gain, overlap_error(whole, asked.held, len(judge.held), squares, further)


def _answers_as_all(choice: Choice, has_several: bool) -> bool:
    """Whether a member is packed with the cores of all folds, or with one for all rows in place of them.

    That one has learned from what all cores have, and answers about as their mean does (the jackknife).
    """
    return choice.n_cores >= choice.level or not has_several


def _share_rows(bench: Bench, level: int) -> bool:
    """Whether every fold learns from all rows that it does not hold out, so that cores differ by these alone."""
    return all(len(learn) + len(held) == len(bench.rows) for learn, held in bench.folds[:level])


def in_metric(judge: Judge, prediction: Array, baseline: Array, amount: float) -> float:
    """By how much `Judge.loss` rises if the mean row loss rises by so much.

    Exactly, where it is the mean of the row losses, its root, or in proportion to it. Of all others the same share of
    what is gained over the baseline; nothing is known of them where nothing is gained, or where they are not defined.
    """
    loss, known = (float(judge.row_loss(each).mean()) for each in (prediction, baseline))
    if "regression" in judge.metric.tasks and not judge.metric.greater_is_better and judge.metric.aim.is_root:
        return math.sqrt(max(loss + amount, 0.0)) - math.sqrt(loss)
    in_loss, in_known = judge.loss(prediction), judge.loss(baseline)
    if not (math.isfinite(in_loss) and math.isfinite(in_known)):
        return 0.0
    tells_two = loss != known or in_loss == loss  # what answers as the baseline does shows no proportion
    if tells_two and loss > 0 and math.isclose(in_loss * known, in_known * loss, rel_tol=1e-9):
        return amount * in_loss / loss
    gain = in_known - in_loss
    return amount / (known - loss) * gain if known > loss else 0.0
