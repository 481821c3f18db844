"""Runs a tuple of stages.

A stage is an ordinary function from records and settings to one record; what it needs is told by the types of
its parameters, what it makes by its return type:

    def check(snapshot: Snapshot, profile: Profile, settings: CheckSettings, run: Run) -> Findings: ...

Its result is kept under the hash of its name, the package's version, its settings and its input records. A run
that is started again finds what it had done under the same keys: resume is running again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any, get_type_hints

from mlwright.core import interrupts
from mlwright.core.ahead import Ahead, Load, Need
from mlwright.core.errors import Fault
from mlwright.core.family import families_named
from mlwright.core.pace import Pace
from mlwright.core.record import Record, Settings, digest
from mlwright.core.run import Run

CLOSING_S = 0.7
"""For what comes after the last stage: the folder of the bundle and the reports."""


@dataclass(frozen=True)
class Stage:
    """One step of a pipeline; its code is imported when it runs, so that naming a pipeline costs nothing.

    Parameters
    ----------
    module : str
        Dotted name of the module that holds a function of the module's own last name.
    makes : type
        The kind of record that the function returns.
    reads_world : bool
        Whether it reads or changes something outside the project: then it is done once in every run, and no
        run reuses what another one did.
    """

    module: str
    makes: type[Record]
    reads_world: bool = False

    @property
    def name(self) -> str:
        """The verb that users type."""
        return self.module.rpartition(".")[2]

    def function(self) -> Callable[..., Record]:
        """The stage itself."""
        function: Callable[..., Record] = getattr(import_module(self.module), self.name)
        return function

    def need(self, load: Load, run: Run) -> Need:
        """What it says that it will take; nothing where it says nothing."""
        said: Callable[[Load, Run], Need] | None = getattr(import_module(self.module), "need", None)
        return Need() if said is None else said(load, run)

    def needs(self) -> dict[str, Any]:
        """The types of its parameters, by name."""
        return {name: kind for name, kind in get_type_hints(self.function()).items() if name != "return"}


def execute(
    stages: Sequence[Stage],
    given: Sequence[Settings | Record],
    run: Run,
    *,
    until: str | None = None,
    fresh_from: str | None = None,
    only_needed: bool = False,
) -> dict[str, Record]:
    """Run the stages in order and return their records by stage name.

    Parameters
    ----------
    stages : sequence of Stage
        The pipeline; every stage finds its inputs among the results of those before it.
    given : sequence of Settings or Record
        The settings, and facts that no stage makes; a stage gets the one whose type its parameter names.
    run : Run
        What the stages may ask of the outside.
    until : str, optional
        The last stage to run; default: all.
    fresh_from : str, optional
        The first stage whose kept result is passed over, with all that follow it.
    only_needed : bool, default=False
        Whether stages are left out whose record the last one does not need, directly or through others.
    """
    facts: dict[type, Any] = {type(fact): fact for fact in given} | {Run: run}
    results: dict[str, Record] = {}
    wanted = list(stages) if until is None else stages[: _position(stages, until) + 1]
    wanted = _needed(wanted) if only_needed else wanted
    fresh_at = len(stages) if fresh_from is None else _position(stages, fresh_from)
    fresh, pace, digests = run.fresh, Pace(), _Digests()
    for place, stage in enumerate(wanted):
        run.clock.check()
        run.fresh = fresh or stages.index(stage) >= fresh_at
        own, *later = (partial(each.need, run=run) for each in wanted[place:])
        run.ahead = Ahead(lambda: run.clock.left_s - CLOSING_S * pace.times, own, later, pace)
        record = _run_one(stage, facts, run, pace, digests)
        facts[type(record)] = results[stage.name] = record
    return results


def _needed(stages: Sequence[Stage]) -> list[Stage]:
    """The last stage, and those on the way to it."""
    found, makes = [], {stages[-1].makes}
    for stage in reversed(stages):
        if stage.makes in makes:
            found.append(stage)
            makes |= set(stage.needs().values())
    return found[::-1]


def _position(stages: Sequence[Stage], name: str) -> int:
    return [stage.name for stage in stages].index(name)


class _Digests(dict[type, tuple[Record, str]]):
    """Digests of the records of a run by their kind: most are asked for by several stages, and some are large."""

    def of(self, record: Record) -> str:
        known = self.get(type(record))
        if known is None or known[0] is not record:
            known = self[type(record)] = (record, record.digest())
        return known[1]


def _run_one(stage: Stage, facts: Mapping[type, Any], run: Run, pace: Pace, digests: _Digests) -> Record:
    given = {name: _fact(facts, kind, stage) for name, kind in stage.needs().items()}
    run.stage, run.stage_key = stage.name, _key(stage, given, run, digests)
    run.items_key = _key(stage, given, run, digests, of_items=True)
    of_this_run = digest([run.stage_key, run.run_id])
    kept, key = (None, run.stage_key) if run.fresh else _kept((run.stage_key, of_this_run), stage, run)
    run.tell("stage_started", reused=kept is not None)
    began, cpu_s = time.monotonic(), time.process_time()
    record = kept if kept is not None else _called(stage, given)
    if kept is None:
        key = of_this_run if record.cut_short or run.is_apart else run.stage_key
        run.store.keep(key, record)
    seconds, cpu_s = time.monotonic() - began, time.process_time() - cpu_s
    if kept is None and not stage.reads_world:
        pace.saw(seconds, cpu_s)
    run.tell("stage_done", key=key, reused=kept is not None, seconds=round(seconds, 3), cpu_s=round(cpu_s, 3))
    run.stage = ""
    return record


def _called(stage: Stage, given: Mapping[str, Any]) -> Record:
    """What a stage makes; some libraries turn Ctrl-C into an error of their own, and it is Ctrl-C all the same."""
    try:
        return stage.function()(**given)
    except Exception:
        if interrupts.asked():
            raise KeyboardInterrupt from None
        raise


def _kept(keys: Sequence[str], stage: Stage, run: Run) -> tuple[Record | None, str]:
    """What is kept under one of some keys, and under which; what time has cut short is kept for its own run alone."""
    for key in keys:
        found = run.store.kept(key, stage.makes)
        if found is not None:
            return found, key
    return None, keys[0]


def _fact(facts: Mapping[type, Any], kind: Any, stage: Stage) -> Any:
    if kind not in facts:
        raise Fault(f"Stage {stage.name!r} needs {kind!r}, which no stage before it makes.")
    return facts[kind]


def _key(stage: Stage, given: Mapping[str, Any], run: Run, digests: _Digests, *, of_items: bool = False) -> str:
    """What the result of a stage is kept under, or of the single things that it does."""
    parts: list[Any] = [stage.name, version("mlwright"), stage.makes.__name__, stage.makes.version, run.seed]
    if stage.reads_world:
        parts.append(run.run_id)
    for name, value in sorted(given.items()):
        if isinstance(value, Record):
            parts.append([name, digests.of(value)])
        elif isinstance(value, Settings):
            members = {key: family.names() for key, family in families_named(value).items()}
            passed_over = set(value.of_the_end) if of_items else set()
            parts.append([name, value.model_dump(mode="json", exclude=passed_over), members])
    return digest(parts)
