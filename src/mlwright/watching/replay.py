"""The stage that plays a history as if it were live, and says what would have been done and what it would be worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError, SourceEmpty
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.data.words import counted, figure, percent
from mlwright.learning.quick import Question
from mlwright.records.data import Snapshot
from mlwright.records.profile import Profile
from mlwright.records.replay import Played, Replayed, ReplayPlan
from mlwright.records.settings import OperateSettings
from mlwright.scoring.moments import to_moment_array
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Draws, Sampling, block_length
from mlwright.watching.policies import POLICIES, Policy, World

USUAL_PERIODS = 50
FEWEST_ROWS = 200
MANY_ROWS = 100_000
"""From here on a small model gains by several threads; below, they wait for each other."""
NEVER = "never"

Array = NDArray[np.float64]
Places = NDArray[np.int64]


def replay(snapshot: Snapshot, profile: Profile, plan: ReplayPlan, settings: OperateSettings, run: Run) -> Replayed:
    """Play every policy on the same rows with the same small models; only what they do with them differs.

    A model never answers a row that it has learned from, and the outcomes of a period are known when it has ended, or
    `plan.late` periods after that. What
    columns are (numbers, names, dates) is found from all rows.

    Raises
    ------
    SettingsError
        If no column tells the time.
    SourceEmpty
        If there are too few rows.
    """
    members = {name: POLICIES.get(name) for name in plan.policies or POLICIES.names()}
    return play(snapshot, profile, plan, settings, run, members)


def play(
    snapshot: Snapshot,
    profile: Profile,
    plan: ReplayPlan,
    settings: OperateSettings,
    run: Run,
    members: Mapping[str, type[Policy]],
) -> Replayed:
    """The same with policies of one's own, by name."""
    table, target, moments = _in_time(snapshot, profile, run)
    bounds = _bounds(moments, plan)
    n_threads = run.n_jobs if len(target) > MANY_ROWS else 1
    question = Question(profile, run.seed_for("replay"), n_threads)
    inputs = table.select(profile.roles.inputs)
    world = World(inputs, target, bounds, question, settings, run.clock.check)
    others = {name: member for name, member in members.items() if name != NEVER}
    played = {
        name: _played(member(world), plan.late, run) for name, member in {NEVER: POLICIES.get(NEVER), **others}.items()
    }
    before = np.concatenate(played[NEVER][1])
    results = [_result(name, policy, losses, before, run) for name, (policy, losses) in played.items()]
    return Replayed(
        target=profile.roles.target,
        loss_title="log loss" if profile.roles.classes else "squared error",
        n_rows=len(target),
        n_start=int(bounds[0]),
        periods=tuple(_day(moments[place]) for place in bounds[:-1].tolist()),
        rows_by_period=tuple(np.diff(bounds).tolist()),
        played=tuple(sorted(results, key=lambda result: result.loss)),
        sentence=_sentence({result.policy: result for result in results}),
    )


def _in_time(snapshot: Snapshot, profile: Profile, run: Run) -> tuple[pa.Table, Array, Array]:
    """The rows with an outcome and a time, their outcomes and their times, from the oldest to the newest."""
    time = profile.roles.time
    if time is None:
        raise SettingsError(
            "A history needs a column that tells the time.", "mlwright replay PROJECT DATA --time COLUMN"
        )
    names = list(dict.fromkeys([*profile.roles.inputs, profile.roles.target, time]))
    table = open_snapshot(snapshot, run).arrow(names)
    moments = to_moment_array(table[time])
    target = Question(profile).target(table)
    usable = np.flatnonzero(~np.isnan(moments) & ~np.isnan(target))
    if len(usable) < 2 * FEWEST_ROWS:
        raise SourceEmpty(
            f"{counted(len(usable), 'row')} have an outcome and a time; {2 * FEWEST_ROWS} are needed.",
            "Give a longer one.",
        )
    order = usable[np.argsort(moments[usable], kind="stable")]
    return table.take(pa.array(order)), target[order], moments[order]


def _bounds(moments: Array, plan: ReplayPlan) -> Places:
    """Where each period begins, and where the last one ends."""
    n_rows, start = len(moments), max(FEWEST_ROWS, round(len(moments) * plan.start))
    if plan.period_s is None:
        rows = plan.period_rows or max(30, (n_rows - start) // USUAL_PERIODS)
        return np.unique(np.append(np.arange(start, n_rows, rows), n_rows))
    turns = np.arange(moments[start], moments[-1], plan.period_s)
    return np.unique(np.append(np.searchsorted(moments, turns), n_rows))


def _played(policy: Policy, late: int, run: Run) -> tuple[Policy, list[Array]]:
    """The policy at the end of the history, and the losses of each period."""
    losses = []
    for period in range(policy.world.n_periods):
        losses.append(policy.losses(period))
        if period >= late:
            policy.learn(period - late)
        run.clock.check()
    policy.acts = [act.model_copy(update={"period": act.period + late}) for act in policy.acts]
    run.note(f"Played {policy.title}: {counted(_count(policy, 'trained'), 'training')}.")
    return policy, losses


def _count(policy: Policy, what: str) -> int:
    return sum(act.what == what for act in policy.acts)


def _result(name: str, policy: Policy, losses: list[Array], before: Array, run: Run) -> Played:
    whole = np.concatenate(losses)
    gains = before - whole
    sampling = Sampling(len(gains), order=np.arange(len(gains)), block=block_length(gains))
    return Played(
        policy=name,
        title=policy.title,
        n_trainings=_count(policy, "trained"),
        n_promotions=_count(policy, "promoted"),
        loss=float(whole.mean()),
        by_period=tuple(float(part.mean()) for part in losses),
        gain=difference_estimate(gains, Draws(sampling, run.seed_for("replay", name))),
        acts=tuple(policy.acts),
    )


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")


def _sentence(played: dict[str, Played]) -> str:
    """What the loop would have been worth."""
    loop, never, always = played.get("loop"), played[NEVER], played.get("every_period")
    if loop is None:
        return f"A model that is never trained again has a mean loss of {figure(never.loss)}."
    less = (never.loss - loop.loss) / never.loss
    said = (
        f"With {counted(loop.n_trainings, 'training')} the loop's mean loss is {figure(loop.loss)}, "
        f"{percent(abs(less))} {'less' if less >= 0 else 'more'} than without any ({figure(never.loss)})"
    )
    if always is None:
        return f"{said}."
    more = (loop.loss - always.loss) / always.loss
    return (
        f"{said}; training after every period, {always.n_trainings:,} times, comes to {figure(always.loss)}: the loop "
        f"is {percent(abs(more))} {'above' if more >= 0 else 'below'} that."
    )
