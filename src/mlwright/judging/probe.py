"""Disturb the test rows as the world would, and see how much worse the model gets."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mlwright.core.errors import RunCancelled
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.core.run import Run
from mlwright.data.words import figure, percent
from mlwright.judging.probes import PROBES, Probe
from mlwright.learning.statistics.sampling import Draws
from mlwright.learning.statistics.yardstick import Scored, Yardstick, yardstick
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import Unseen, kept_scores, kept_target, open_unseen
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.findings import Skipped
from mlwright.records.profile import Profile
from mlwright.records.robustness import ProbeResult, Robustness
from mlwright.records.settings import ProbeSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.model import DEFAULT_THRESHOLD, Model

Array = NDArray[np.float64]
Places = NDArray[np.int64]

ROWS = (5_000, 2_000, 1_000, 500)
"""How many test rows are disturbed; fewer where scoring is slow or time is short."""
STAGE_S = 6.0
LEAST_S = 1.0
SHARE_OF_TIME_LEFT = 0.5
OVERTIME = 1.3
"""No further question is asked once this many times the planned seconds have passed."""
N_SCORINGS = 45
MODERATE = 0.3
N_REPLICATES = 400
CHANGED_NUMBER = 0.1


class Answer(Record):
    """What came of one probe at one strength: a result, or why there is none."""

    result: ProbeResult | None = None
    skipped: Skipped | None = None


@dataclass(frozen=True)
class _Bench:
    """Test rows on which probes are tried, with what the model and the dummy say of them as they are."""

    profile: Profile
    table: pa.Table
    model: Model
    measure: Yardstick
    before: Scored
    dummy: Scored
    gain: float
    spread: float
    run: Run


def probe(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: ProbeSettings,
    run: Run,
) -> Robustness:
    """Ask every probe at every strength.

    Raises
    ------
    SettingsError
        If ``probe.skip`` names an unknown probe.
    """
    names = PROBES.names_but(settings.skip, "probe.skip")
    tasks = [(name, strength) for name in names for strength in PROBES.get(name).strengths]
    planned_s = min(STAGE_S, max(LEAST_S, SHARE_OF_TIME_LEFT * run.clock.left_s))
    # Small matrices: a second thread would only wait for the first.
    with threadpool_limits(limits=1, user_api="blas"):
        bench = _set_up(open_unseen(snapshot, profile, split, run), training, evaluation, planned_s, run)
        answers = _ask(tasks, bench, planned_s)
    results = [answer.result for answer in answers if answer is not None and answer.result is not None]
    return Robustness(
        metric=bench.measure.name,
        results=tuple(sorted(results, key=lambda result: -result.lost_share)),
        skipped=tuple(_skipped(names, answers)),
    )


def _skipped(names: Sequence[str], answers: Sequence[Answer | None]) -> Iterator[Skipped]:
    """Probes that came to no result at any strength."""
    given = [answer for answer in answers if answer is not None]
    tried = {answer.result.probe for answer in given if answer.result is not None}
    reasons = {answer.skipped.name: answer.skipped for answer in given if answer.skipped is not None}
    for name in names:
        if name not in tried:
            yield reasons.get(name, Skipped(name=name, reason="there was no time left for it"))


def _ask(tasks: Sequence[tuple[str, float]], bench: _Bench, planned_s: float) -> list[Answer | None]:
    """Moderate strengths first and whatever the time, as a rule rests on them; the lightest last."""
    latest = time.monotonic() + OVERTIME * planned_s
    moderate = [task for task in tasks if task[1] == MODERATE]
    others = sorted((task for task in tasks if task[1] != MODERATE), key=lambda task: (task[1] < MODERATE, task[0]))

    def time_up() -> bool:
        return time.monotonic() > latest

    each = partial(bench.run.each, work=partial(_try, bench=bench), kind=Answer, key=list, label=_label)
    return each(moderate) + each(others, skip=time_up)


def _label(task: tuple[str, float]) -> str:
    return f"{task[0].replace('_', ' ')}, strength {task[1]:g}"


def _set_up(unseen: Unseen, training: Training, evaluation: Evaluation, planned_s: float, run: Run) -> _Bench:
    """The model is asked once about few rows, to learn how many can be afforded."""
    target = kept_target(evaluation.truth, run)
    threshold = DEFAULT_THRESHOLD if training.model.threshold is None else training.model.threshold
    said = kept_scores(evaluation.predictions, len(target), run)
    loss = TASKS.get(unseen.profile.roles.task)().row_loss(target, said)
    model = Model.load(training.model, run.get)
    table = _by_importance(unseen, training)
    rows = _chosen_rows(len(target), _affordable_rows(model, table, planned_s), run)
    draws = Draws(unseen.sampling(loss).take(rows), run.seed_for("probe", "draws"), N_REPLICATES)
    measure = yardstick(evaluation.metrics[0].name, target[rows], draws)
    baseline = kept_scores(evaluation.baseline_predictions, len(target), run)
    before, dummy = Scored(said[rows], threshold), Scored(baseline[rows], DEFAULT_THRESHOLD)
    return _Bench(
        profile=unseen.profile,
        table=table.take(pa.array(rows)),
        model=model,
        measure=measure,
        before=before,
        dummy=dummy,
        gain=measure.gain(before, dummy).value,
        spread=float(target.std()),
        run=run,
    )


def _by_importance(unseen: Unseen, training: Training) -> pa.Table:
    """The inputs, the most important first, then the column of time."""
    inputs, time_column = unseen.profile.roles.inputs, unseen.profile.roles.time
    ranked = [name for name in training.importance if name in inputs]
    last = [time_column] if time_column is not None else []
    return unseen.table.select(list(dict.fromkeys([*ranked, *inputs, *last])))


def _affordable_rows(model: Model, table: pa.Table, planned_s: float) -> int:
    """As many rows as all scorings together have time for."""
    sample = table.slice(0, ROWS[-1])
    began = time.monotonic()
    model.scores(sample)
    row_s = (time.monotonic() - began) / max(1, sample.num_rows)
    return next((n for n in ROWS if n * row_s * N_SCORINGS <= planned_s), ROWS[-1])


def _chosen_rows(n_rows: int, n: int, run: Run) -> Places:
    if n_rows <= n:
        return np.arange(n_rows)
    rng = np.random.default_rng(run.seed_for("probe", "rows"))
    return np.sort(rng.choice(n_rows, n, replace=False))


def _try(task: tuple[str, float], bench: _Bench) -> Answer:
    """Disturb, score and compare; a probe that does not fit these rows says so."""
    name, strength = task
    try:
        return Answer(result=_result(name, strength, bench))
    except NotApplicable as refusal:
        return Answer(skipped=Skipped(name=name, reason=refusal.reason))
    except RunCancelled:
        raise
    except Exception as error:  # noqa: BLE001  one probe that fails must not hide what the others found
        return Answer(skipped=Skipped(name=name, reason=f"it failed with {type(error).__name__}: {error}"))


def _result(name: str, strength: float, bench: _Bench) -> ProbeResult:
    probe = PROBES.get(name)()
    late = probe.judged(bench.table, bench.profile, strength)
    if late is not None:
        return _result_on_part(name, probe, strength, late, bench)
    worst = max(_harms(name, probe, strength, bench), key=lambda harm: harm.loss.value)
    title = f"{probe.title}: {worst.what}" if worst.what else probe.title
    lost = _lost_share(worst.loss.value, bench.gain)
    return ProbeResult(
        probe=name,
        title=title,
        strength=strength,
        metric=bench.measure.estimate(worst.after),
        loss=worst.loss,
        lost_share=lost,
        answers_changed=worst.changed,
        sentence=_sentence(worst, bench, lost),
    )


@dataclass(frozen=True)
class _Harm:
    what: str
    clause: str
    after: Scored
    loss: Estimate
    changed: float


def _harms(name: str, probe: Probe, strength: float, bench: _Bench) -> Iterator[_Harm]:
    """What each way of disturbing does to the model."""
    rng = np.random.default_rng(bench.run.seed_for("probe", name, strength))
    for way in probe.ways(bench.table, bench.profile, strength, rng):
        bench.run.clock.check()
        scores = bench.model.scores(way.table).astype(np.float32).astype(np.float64)
        after = Scored(scores, bench.before.threshold)
        loss = bench.measure.gain(bench.before, after)
        if math.isnan(loss.value):
            raise NotApplicable(f"{bench.measure.metric.title} is not defined on these rows")
        clause = way.clause or probe.describe(strength)
        yield _Harm(way.what, clause, after, loss, _changed_share(bench.before, after, bench))


def _changed_share(before: Scored, after: Scored, bench: _Bench) -> float:
    """Share of rows with another class, or with a number that moved by more than a tenth of the target's spread."""
    if bench.profile.roles.task == "regression":
        moved = np.abs(after.prediction[:, 0] - before.prediction[:, 0])
        return float((moved > CHANGED_NUMBER * bench.spread).mean())
    return float((before.answers != after.answers).mean())


def _lost_share(loss: float, gain: float) -> float:
    """Loss as a share of the gain over the dummy; a model without a gain has nothing, or everything, to lose."""
    if gain > 0:
        return loss / gain
    return 1.0 if loss > 0 else 0.0


def _sentence(harm: _Harm, bench: _Bench, lost: float) -> str:
    before, after = bench.measure.score(bench.before), bench.measure.score(harm.after)
    moved = f"If {harm.clause}, {_inside(bench.measure.metric.title)} goes from {figure(before)} to {figure(after)}"
    return f"{moved}. {_in_words(lost)} {percent(harm.changed)} of the answers change."


def _inside(title: str) -> str:
    """A title as it reads inside of a sentence: a name in capitals (F1, R²) keeps them."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def _in_words(lost: float) -> str:
    if lost >= 1:
        return "The model is then no better than one that knows nothing."
    if lost <= 0.005:
        return "Nothing of what the model is good for is lost."
    return f"{percent(lost)} of what the model gains over one that knows nothing is lost."


def _result_on_part(name: str, probe: Probe, strength: float, late: NDArray[np.bool_], bench: _Bench) -> ProbeResult:
    """The gain over the dummy on some rows against that on all others."""
    parts = [_part(np.flatnonzero(side), bench, number) for number, side in enumerate((late, ~late))]
    (late_gain, metric), (early_gain, _) = parts
    if math.isnan(late_gain.value) or math.isnan(early_gain.value):
        raise NotApplicable(f"{bench.measure.metric.title} is not defined on a part of the rows")
    value = early_gain.value - late_gain.value
    loss = Estimate(
        value=value,
        low=value - math.hypot(early_gain.value - early_gain.low, late_gain.high - late_gain.value),
        high=value + math.hypot(early_gain.high - early_gain.value, late_gain.value - late_gain.low),
        method="difference of independent rows",
    )
    lost = _lost_share(value, bench.gain)
    return ProbeResult(
        probe=name,
        title=probe.title,
        strength=strength,
        metric=metric,
        loss=loss,
        lost_share=lost,
        answers_changed=0.0,
        sentence=(
            f"If {probe.describe(strength)}, the gain over a model that knows nothing "
            f"({_inside(bench.measure.metric.title)}) is {figure(late_gain.value)} there, "
            f"and {figure(early_gain.value)} before."
        ),
    )


def _part(rows: Places, bench: _Bench, number: int) -> tuple[Estimate, Estimate]:
    draws = Draws(bench.measure.draws.sampling.take(rows), bench.run.seed_for("probe", "part", number), N_REPLICATES)
    measure = yardstick(bench.measure.name, bench.measure.target[rows], draws)
    model, dummy = (Scored(s.prediction[rows], s.threshold) for s in (bench.before, bench.dummy))
    return measure.gain(model, dummy), measure.estimate(model)
