"""Disturb the test rows as the world would, and see how much worse the model gets."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from functools import partial

from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.errors import RunCancelled
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.judging.bench import ROWS, Bench, set_up
from mlwright.judging.harm import harm_of
from mlwright.judging.probes import PROBES
from mlwright.judging.relearned import relearned
from mlwright.judging.worth.shift import shift_of
from mlwright.learning.amounts import benefit_on, learned_target
from mlwright.learning.load import load_after
from mlwright.learning.metrics import metric_of
from mlwright.learning.unseen import open_unseen
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Evaluation
from mlwright.records.findings import NO_TIME, Skipped
from mlwright.records.profile import Profile
from mlwright.records.robustness import ProbeResult, Robustness
from mlwright.records.settings import DecideSettings, ProbeSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training

STAGE_S = 6.0
FIXED_S, WAY_S, INPUT_S, N_ALWAYS = 0.25, 0.01, 1e-4, 8
"""Of a quiet machine: for the stage, for each of the questions that are always asked, and for each input that one
disturbs, besides the answers. To set up takes about as long as three questions."""
OVERTIME = 1.3
"""No further question is asked once this many times the planned seconds have passed."""
DEAR_SHARE = 0.4
"""No dear one is begun once so much of them has passed."""
MODERATE = 0.3
_Task = tuple[str, float]
"""A probe and a strength."""


class Answer(Record):
    """What came of one probe at one strength: a result, or why there is none."""

    result: ProbeResult | None = None
    skipped: Skipped | None = None


def need(load: Load, run: Run) -> Need:
    """The usual questions are asked about few rows at least."""
    return Need(FIXED_S + N_ALWAYS * (WAY_S + INPUT_S * load.n_inputs + ROWS[-1] * load.answer_s), STAGE_S)


def probe(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: ProbeSettings,
    decide: DecideSettings,
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
    planned_s = run.ahead.own_s(load_after(training, profile.roles, split, run))
    # Small matrices: a second thread would only wait for the first.
    with threadpool_limits(limits=1, user_api="blas"):
        unseen, table = open_unseen(snapshot, profile, split, run, evaluation), open_snapshot(snapshot, run)
        learned = learned_target(table, train_rows(split, run), profile)
        benefit = benefit_on(
            table, unseen.positions, learned, profile, decide, quantile=metric_of(training.metric).aim.quantile
        )
        shift = shift_of(learned, training, benefit, profile.roles, run)
        bench = set_up(unseen, table, training, evaluation, benefit, planned_s, run, shift)
        answers = _ask(tasks, bench, planned_s)
    results = [answer.result for answer in answers.values() if answer is not None and answer.result is not None]
    return Robustness(
        metric=bench.measure.name,
        n_rows=bench.table.num_rows,
        results=tuple(sorted(results, key=lambda result: -result.lost_share)),
        skipped=tuple(_skipped(names, list(answers.values()))),
        n_unasked=sum(answer is None and _is_moderate(task) for task, answer in answers.items()),
    )


def _skipped(names: Sequence[str], answers: Sequence[Answer | None]) -> Iterator[Skipped]:
    """Probes that came to no result at any strength."""
    given = [answer for answer in answers if answer is not None]
    tried = {answer.result.probe for answer in given if answer.result is not None}
    reasons = {answer.skipped.name: answer.skipped for answer in given if answer.skipped is not None}
    for name in names:
        if name not in tried:
            yield reasons.get(name, Skipped(name=name, reason=NO_TIME))


def _ask(tasks: Sequence[_Task], bench: Bench, planned_s: float) -> dict[_Task, Answer | None]:
    """The usual questions whatever the time, as a rule rests on them; then those that there is time for."""
    began = time.monotonic()
    always, others = _in_order(tasks)
    each = partial(bench.run.each, work=partial(_try, bench=bench), kind=Answer, key=list, label=_label)
    answers = each(always)
    for is_dear, some in itertools.groupby(others, _is_dear):
        latest = began + (DEAR_SHARE if is_dear else OVERTIME) * planned_s
        answers += each(list(some), skip=partial(_is_past, latest))
    return dict(zip([*always, *others], answers, strict=True))


def _is_past(moment: float) -> bool:
    return time.monotonic() > moment


def _in_order(tasks: Sequence[_Task]) -> tuple[list[_Task], list[_Task]]:
    """Those that are always asked, and the others: moderate strengths first, then what was not asked at all."""
    moderate = [task for task in tasks if _is_moderate(task)]
    always = [task for task in moderate if PROBES.get(task[0]).usual]
    asked = {name for name, _ in moderate}
    rest = sorted((task for task in tasks if not _is_moderate(task)), key=partial(_turn, asked=asked))
    return always, [*(task for task in moderate if task not in always), *rest]


def _is_moderate(task: _Task) -> bool:
    """Whether a rule looks at it."""
    return task[1] == MODERATE and not PROBES.get(task[0]).relearns


def _is_dear(task: _Task) -> bool:
    return PROBES.get(task[0]).dear or PROBES.get(task[0]).relearns


def _turn(task: _Task, asked: set[str]) -> tuple[bool, bool, bool, bool, str]:
    """Probes of which nothing is known yet come first, the quick ones of them before those that learn anew."""
    name, strength = task
    return name in asked, PROBES.get(name).relearns, PROBES.get(name).dear, strength < MODERATE, name


def _result(name: str, strength: float, bench: Bench) -> ProbeResult:
    member = PROBES.get(name)
    return relearned(name, member(), strength, bench) if member.relearns else harm_of(name, strength, bench)


def _label(task: _Task) -> str:
    return f"{task[0].replace('_', ' ')}, strength {task[1]:g}"


def _try(task: _Task, bench: Bench) -> Answer:
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
