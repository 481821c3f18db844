"""What the model has learned: what it relies on, how its answers move, and which inputs act together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.run import Run
from mlwright.data.columns import Rows
from mlwright.data.words import day, figure, shortened
from mlwright.judging.along import Judged, along
from mlwright.judging.cases import MOST_CASES, Said, cases
from mlwright.learning.load import load_after, open_model
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import Unseen, kept_scores, kept_target, open_unseen
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.profile import Profile, Roles
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.records.understanding import Effect, Reliance, Together, Understanding
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.model import Model
from mlwright.scoring.places import InputPlaces, mixed, places_of
from mlwright.scoring.reasons import MOST_TYPICAL
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_RELIED, MOST_EFFECTS, MOST_TOGETHER = 12, 6, 4
N_VALUES, MOST_NAMES = 12, 8
ROWS = (2_000, 1_000, 500, 200, 100)
"""How many test rows are looked at; fewer where scoring is slow or time is short."""
ROWS_OF_AN_EFFECT, ROWS_OF_A_PAIR = 300, 50
FEWEST_OF_AN_EFFECT, FEWEST_OF_A_PAIR = 20, 8
N_PAIRS = MOST_TOGETHER * (MOST_TOGETHER + 1) // 2
FIXED_S, INPUT_S, MOST_S = 0.3, 1.5e-4, 4.0
MOST_ALONG = 10_000
"""Test rows that are looked at column by column."""
LEAST_TOGETHER = 0.05
FEWEST_IN_A_NAME = 5


class _Sizes(NamedTuple):
    """Rows that are exchanged, that each value of an effect is tried on, and that pairs are tried on."""

    rows: int
    effect: int
    pair: int


@dataclass(frozen=True)
class _Bench:
    """Test rows as the model reads them, and what can be done with them.

    `output` is the column of the scores that effects are told of, `sizes` how many rows each part may ask about.
    """

    rows: Rows
    blocks: Blocks
    model: Model
    output: int
    sizes: _Sizes
    run: Run

    @cached_property
    def places(self) -> dict[str, InputPlaces]:
        """Where the outputs of each input stand."""
        return places_of(self.model.spec.plan, self.model.encoder.names)

    @cached_property
    def inputs(self) -> list[str]:
        """Inputs of the plan."""
        return list(self.places)

    def exchanged(self, sources: dict[str, Places], base: Places) -> Array:
        """Scores of rows some of whose inputs come from other rows, shape (n_rows, n_outputs)."""
        chosen = np.repeat(base[:, None], len(self.inputs), axis=1)
        for name, rows in sources.items():
            chosen[:, self.inputs.index(name)] = rows
        return self.model.predict(mixed(self.blocks, chosen, tuple(self.places.values())))


def need(load: Load, run: Run) -> Need:
    """Few rows are looked at in each of the three ways at least."""
    asked = ROWS[-1] * (MOST_RELIED + 1) + FEWEST_OF_AN_EFFECT * MOST_EFFECTS * N_VALUES + N_PAIRS * FEWEST_OF_A_PAIR**2
    return Need(FIXED_S + INPUT_S * load.n_inputs + asked * load.answer_s, MOST_S)


def explain(
    snapshot: Snapshot, profile: Profile, split: Split, training: Training, evaluation: Evaluation, run: Run
) -> Understanding:
    """Look at the model from outside, on test rows; nothing is chosen by what is seen here."""
    unseen, roles = open_unseen(snapshot, profile, split, run, evaluation), profile.roles
    target = kept_target(evaluation.truth, run)
    # Small matrices: a second thread would only wait for the first.
    with threadpool_limits(limits=1, user_api="blas"):
        model = open_model(training.model, run)
        planned_s = run.ahead.own_s(load_after(training, roles, split, run))
        sizes = _affordable(training.answer_s, planned_s)
        some = np.sort(np.random.default_rng(run.seed_for("explain", "rows")).permutation(len(target))[: sizes.rows])
        part = unseen.take(some)
        output = int(np.bincount(target.astype(np.int64)).argmax()) if roles.task == "multiclass" else 0
        bench = _Bench(part.rows, model.encoder.encode(part.table), model, output, sizes, run)
        scores = kept_scores(evaluation.predictions, len(target), run)
        dummy = kept_scores(evaluation.baseline_predictions, len(target), run)[some]
        sampling = part.sampling(np.zeros(len(some)))
        ranked = [name for name in training.importance if name in bench.inputs] or bench.inputs
        reliance = sorted(
            _reliance(ranked[:MOST_RELIED], bench, roles.task, target[some], dummy, sampling),
            key=lambda one: -one.lost.value,
        )
        first = [one.input for one in reliance if one.lost.value > 0][:MOST_EFFECTS]
        n_cases = _affordable_cases(len(bench.inputs), training.answer_s, planned_s) if split.n_test else 0
        judged = _judged(unseen, scores, target, output, run)
        return Understanding(
            n_rows=len(some),
            of_what=_of_what(roles, output),
            reliance=tuple(reliance),
            effects=tuple(_effects(first, bench)),
            together=tuple(_together(first[:MOST_TOGETHER], bench)),
            along=tuple(along(first, roles.time, judged, run.seed_for("explain", "along draws"))),
            cases=tuple(cases(Said(unseen, model, scores, target), n_cases)),
        )


def _judged(unseen: Unseen, scores: Array, target: Array, output: int, run: Run) -> Judged:
    """Test rows with what was said and what happened; at most `MOST_ALONG` of them."""
    task = unseen.profile.roles.task
    rng = np.random.default_rng(run.seed_for("explain", "along"))
    some = np.sort(rng.permutation(len(target))[:MOST_ALONG])
    part, said, truth = unseen.take(some), scores[some], target[some]
    if task == "regression":
        loss, happened = np.abs(said[:, 0] - truth), truth
    else:
        loss = TASKS.get(task)().row_loss(truth, said)
        happened = (truth == output).astype(np.float64) if task == "multiclass" else truth
    return Judged(part.rows, said[:, output], happened, loss, part.sampling(loss), is_share=task != "regression")


def _affordable_cases(n_inputs: int, answer_s: float, planned_s: float) -> int:
    """As many single rows as a quarter of the time explains."""
    asked = 2 * MOST_TYPICAL * n_inputs * answer_s
    return MOST_CASES if math.isinf(planned_s) else int(min(MOST_CASES, planned_s / 4 / max(asked, 1e-9)))


def _of_what(roles: Roles, output: int) -> str:
    if not roles.classes:
        return roles.target
    return f"the probability of '{roles.classes[output if roles.task == 'multiclass' else -1]}'"


def _affordable(answer_s: float, planned_s: float) -> _Sizes:
    """As many rows as there is time for; each of the three parts gets a third of it."""
    if math.isinf(planned_s):
        return _Sizes(ROWS[0], ROWS_OF_AN_EFFECT, ROWS_OF_A_PAIR)
    scorings = planned_s / max(answer_s, 1e-9) / 3.0
    return _Sizes(
        rows=next((n_rows for n_rows in ROWS if n_rows * (MOST_RELIED + 1) <= scorings), ROWS[-1]),
        effect=int(np.clip(scorings / (MOST_EFFECTS * N_VALUES), FEWEST_OF_AN_EFFECT, ROWS_OF_AN_EFFECT)),
        pair=int(np.clip(np.sqrt(scorings / N_PAIRS), FEWEST_OF_A_PAIR, ROWS_OF_A_PAIR)),
    )


def _reliance(
    names: list[str], bench: _Bench, task: str, target: Array, dummy: Array, sampling: Sampling
) -> Iterator[Reliance]:
    """What is lost when an input is exchanged among the rows, as a share of the gain over the dummy."""
    row_loss = TASKS.get(task)().row_loss
    everyone = np.arange(len(target))
    before = row_loss(target, bench.exchanged({}, everyone))
    gain = float((row_loss(target, dummy) - before).mean())
    if not gain > 0:
        return
    draws = Draws(sampling, bench.run.seed_for("explain", "draws"))
    for name in names:
        bench.run.clock.check()
        order = np.random.default_rng(bench.run.seed_for("explain", name)).permutation(len(target))
        after = row_loss(target, bench.exchanged({name: order}, everyone))
        yield Reliance(input=name, lost=_scaled(difference_estimate(after - before, draws), 1 / gain))


def _scaled(estimate: Estimate, by: float) -> Estimate:
    return estimate.model_copy(update={end: by * getattr(estimate, end) for end in ("value", "low", "high")})


def _effects(names: list[str], bench: _Bench) -> Iterator[Effect]:
    """How the mean answer moves with each input."""
    base = np.arange(min(len(bench.rows), bench.sizes.effect))
    for name in names:
        given = _grid(name, bench.rows)
        if len(given) < 2:
            continue
        scores = bench.exchanged({name: np.repeat(given, len(base))}, np.tile(base, len(given)))[:, bench.output]
        by_value = scores.reshape(len(given), len(base))
        moved = by_value - by_value.mean(axis=0)
        mean = moved.mean(axis=1)
        reach = 1.96 * moved.std(axis=1) / np.sqrt(len(base))
        narrowest, widest = np.quantile(moved, [0.1, 0.9], axis=1)
        labels, values = _labels(name, bench.rows, given)
        yield Effect(
            input=name,
            labels=labels,
            values=values,
            mean=_plain(mean),
            low=_plain(mean - reach),
            high=_plain(mean + reach),
            narrowest=_plain(narrowest),
            widest=_plain(widest),
        )


def _plain(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)


def _grid(name: str, rows: Rows) -> Places:
    """Rows that stand for the values of an input: at its quantiles, or one for each frequent name."""
    kind = rows.profile.column(name).kind
    if kind == "text":
        return np.empty(0, dtype=np.int64)
    if rows.is_ordered(name):
        known = np.flatnonzero(np.isfinite(rows.numbers(name)))
        if not len(known):
            return known
        order = known[np.argsort(rows.numbers(name)[known], kind="stable")]
        spaced = order[np.round(np.linspace(0.02, 0.98, N_VALUES) * (len(order) - 1)).astype(int)]
        return np.asarray(spaced[np.unique(rows.numbers(name)[spaced], return_index=True)[1]])
    places = rows.levels(name).places
    counts = np.bincount(places[places >= 0], minlength=1)
    frequent = [level for level in np.argsort(-counts, kind="stable")[:MOST_NAMES] if counts[level] >= FEWEST_IN_A_NAME]
    return np.array([int(np.flatnonzero(places == level)[0]) for level in frequent], dtype=np.int64)


def _labels(name: str, rows: Rows, given: Places) -> tuple[tuple[str, ...], tuple[float, ...]]:
    if not rows.is_ordered(name):
        names, places = rows.levels(name)
        return tuple(shortened(names[places[row]]) for row in given), ()
    values = tuple(float(value) for value in rows.numbers(name)[given])
    spell = day if rows.profile.column(name).kind == "date" else figure
    return tuple(spell(value) for value in values), values


def _together(names: list[str], bench: _Bench) -> Iterator[Together]:
    """Pairs of inputs whose common effect is more than the sum of both.

    References
    ----------
    Friedman, J. H. and Popescu, B. E. (2008). Predictive learning via rule ensembles. Annals of Applied Statistics 2,
    section 8.1.
    """
    n = min(len(bench.rows), bench.sizes.pair)
    given, base = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)

    def effect(*of: str) -> Array:
        scores = bench.exchanged(dict.fromkeys(of, given), base)[:, bench.output].reshape(n, n).mean(axis=1)
        return np.asarray(scores - scores.mean())

    alone = {name: effect(name) for name in names}
    found = []
    for one, other in itertools.combinations(names, 2):
        bench.run.clock.check()
        both = effect(one, other)
        total = float((both**2).sum())
        share = float(((both - alone[one] - alone[other]) ** 2).sum()) / total if total > 0 else 0.0
        if share >= LEAST_TOGETHER:
            found.append(Together(one=one, other=other, share=min(share, 1.0)))
    yield from sorted(found, key=lambda pair: -pair.share)
