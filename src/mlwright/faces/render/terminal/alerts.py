"""What watching has found, in tables: what moved and what it costs, and the promise beside the true outcomes."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import counted, figure
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.alarms import Alert, Harm
from mlwright.records.evaluation import Estimate
from mlwright.records.outcomes import Promised
from mlwright.records.watch import Comparison

MOST_EVIDENCE = 1e6
"""Beyond it, how strong the evidence is says nothing more."""


def alerts_shown(comparison: Comparison) -> list[RenderableType]:
    """Alerts, notes and the promise; nothing where there is nothing to tell."""
    shown: list[RenderableType] = []
    told = [(alert, "red") for alert in comparison.alerts] + [(note, "dim") for note in comparison.notes]
    if told:
        heads = ("what moved", "since", "in words", "costs per row", "evidence")
        n_alarms = len(comparison.alerts)
        title = f"What is not what it was: {counted(n_alarms, 'alarm') if n_alarms else 'no alarm'}"
        shown += [table(title, heads, [_row(alert, style) for alert, style in told], right=(4,)), Text()]
    if comparison.promise is not None:
        shown.append(said(promise_words(comparison.promise)))
    if comparison.memory is not None:
        shown.append(said(_budget_words(comparison), "dim"))
    return shown


def harm_words(harm: Harm) -> str:
    """What it costs, with its interval."""
    said_of = f"{_signed(harm.loss)} {harm.title}"
    if harm.money is not None and harm.money != harm.loss:
        said_of += f"; {_signed(harm.money)} {harm.unit}"
    return said_of if harm.is_known else f"{said_of} (as far as that is known)"


def promise_words(promise: Promised) -> str:
    """The true outcomes so far beside what was promised."""
    ends = f"{figure(promise.found.low)} to {figure(promise.found.high)}"
    return (
        f"{counted(promise.n, 'true outcome')} so far: a row loses {figure(promise.found.value)} ({ends}, however "
        f"often one looks); {figure(promise.promised.value)} was promised."
    )


def _row(alert: Alert, style: str) -> tuple[str | Text, ...]:
    costs = harm_words(alert.harm) if alert.harm is not None else ""
    return said(alert.what, style), alert.since[:16].replace("T", " "), alert.sentence, costs, _strength(alert.evidence)


def _budget_words(comparison: Comparison) -> str:
    memory = comparison.memory
    n_looks = memory.latest + 1 if memory is not None else 0
    return (
        f"{counted(n_looks, 'look')} so far; evidence {_strength(comparison.evidence)} of the "
        f"{comparison.threshold:.3g} that an alarm takes (at most {comparison.budget:g} false alarms a year, over all "
        f"columns and looks)."
    )


def _strength(evidence: float) -> str:
    """An e-value, in few digits."""
    if evidence > MOST_EVIDENCE:
        return f"over {MOST_EVIDENCE:,.0f}"
    return f"{evidence:.2g}" if evidence < 10 else f"{evidence:,.0f}"


def _signed(estimate: Estimate) -> str:
    sign = "+" if estimate.value >= 0 else ""
    return f"{sign}{figure(estimate.value)} ({figure(estimate.low)} to {figure(estimate.high)})"
