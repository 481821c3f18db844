"""Runs, bundles and the installation."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mlwright.core.history import RunState
from mlwright.core.store.ledger import Entry
from mlwright.core.store.registry import Champion
from mlwright.faces.render.numbers import duration
from mlwright.faces.render.outcomes import Outcome
from mlwright.faces.render.terminal.panel import typed_from
from mlwright.faces.render.terminal.tables import coloured, said, table


def runs_shown(states: Sequence[RunState], outcomes: Mapping[str, Outcome], where: str) -> list[RenderableType]:
    """The runs of a project, and what those that have come to a decision have come to.

    Parameters
    ----------
    states : sequence of RunState
    outcomes : mapping
        By the id of the run.
    where : str
        The project's folder, as it is written here.
    """
    if not states:
        return [Text("Nothing has been run yet.\n  -> mlwright run")]
    rows = [
        (
            state.run_id,
            state.pipeline,
            coloured(state.status),
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(state.started_at)),
            duration(state.seconds),
            state.stages[-1].name if state.stages else "",
            (state.error or "").split("\n")[0],
        )
        for state in states
    ]
    shown: list[RenderableType] = [
        table("Runs", ("run", "", "status", "began", "took", "came to", "error"), rows, right=(4,))
    ]
    if outcomes:
        ends = [(run_id, coloured(one.verdict), one.score, one.gain, one.model) for run_id, one in outcomes.items()]
        heads = ("run", "verdict", "score on unseen rows", "gain over doing without", "model")
        shown += [Text(), table("What they have come to", heads, ends, whole=range(1))]
    if len(outcomes) > 1:
        first, second = list(outcomes)[-2:]
        said_here = typed_from(where, f"mlwright compare {first} {second}")
        shown += [Text(), Text(f"Which is better, and how sure: {said_here}")]
    return shown


def champions_shown(reign: Sequence[Champion]) -> list[RenderableType]:
    """The champion and those that were before it, and why each of them was put to use."""
    if not reign:
        return [Text("No bundle is in use yet: no run has come to the verdict 'deploy'.\n  -> mlwright show decision")]
    rows = [
        (
            Text("in use", "green") if champion is reign[-1] else "before",
            champion.bundle_id,
            champion.run_id,
            coloured(champion.verdict),
            champion.since_text,
            champion.by,
        )
        for champion in reversed(reign)
    ]
    why = [Text.assemble(said(f"{one.bundle_id}: ", "dim"), said(one.why)) for one in reversed(reign) if one.why]
    return [table("Bundles", ("", "bundle", "run", "verdict", "since", "by"), rows, whole=range(5)), Text(), *why]


def history_table(entries: Sequence[Entry]) -> Table | Text:
    """What was changed about what is in use."""
    if not entries:
        return Text("No bundle was put to use yet.\n  -> mlwright status")
    what = {"crowned": "put to use", "undone": "taken back", "challenged": "challenges", "rejected": "turned down"}
    rows = [
        (
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event["t"])),
            what.get(str(event["event"]), str(event["event"])),
            event.get("bundle_id", ""),
            event.get("run_id", ""),
            coloured(event.get("verdict", "")),
            event.get("by", ""),
            event.get("why", ""),
            Text(str(event.get("seal", ""))[:8]) if is_whole else Text("changed", "red"),
        )
        for event, is_whole in entries
    ]
    return table("History", ("when", "what", "bundle", "run", "verdict", "by", "why", "seal"), rows)


def diagnosis_tables(facts: dict[str, Any]) -> list[RenderableType]:
    """What `faces.diagnosis.diagnose` has found."""
    machine = [
        (key.replace("_gb", ", GB").replace("_", " "), "unknown" if value is None else str(value))
        for key, value in facts.items()
        if not isinstance(value, list)
    ]
    return [
        table("This installation", ("", ""), machine),
        Text(),
        table("Packages", ("package", "found", "wanted", ""), map(_package_row, facts["packages"])),
        Text(),
        table("Extras", ("extra", "to", "", "how to get it"), map(_extra_row, facts["extras"])),
    ]


def _package_row(package: dict[str, Any]) -> tuple[str | Text, ...]:
    fits = Text("fits", "green") if package["fits"] else Text("does not fit", "red")
    return package["name"], package["found"] or "missing", package["wanted"], fits


def _extra_row(extra: dict[str, Any]) -> tuple[str, ...]:
    missing = extra["missing"]
    state, how = (f"missing: {', '.join(missing)}", extra["install"]) if missing else ("installed", "")
    return extra["name"], extra["purpose"], state, how
