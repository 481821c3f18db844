"""Two models side by side."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.faces.render.numbers import lost, with_interval
from mlwright.faces.render.terminal.tables import said, table
from mlwright.faces.render.versus import MOST_PROBES, gain_told, gained, probed
from mlwright.records.versus import Versus


def versus_shown(record: Versus) -> list[RenderableType]:
    """What to print: which is better first, then why, then what differs."""
    heads = ("metric", record.first, record.second, "gain of the second")
    rows = [(m.title, with_interval(m.first), with_interval(m.second), gain_told(m)) for m in record.metrics]
    shown: list[RenderableType] = [said(record.sentence, "bold"), Text(), table("How good", heads, rows), Text()]
    heads = ("", record.first, record.second, "gain of the second")
    worth = [
        (
            f"worth more than doing without, per 1,000 cases{_unit(record)}",
            with_interval(record.first_worth),
            with_interval(record.second_worth),
            gained(record.worth_gain),
        )
    ]
    shown += [table("What it is worth", heads, worth), Text()]
    if record.probes:
        probes = [(probed(p.title, p.strength), lost(p.first), lost(p.second)) for p in record.probes[:MOST_PROBES]]
        shown += [table("What disturbances take", ("", record.first, record.second), probes, right=(1, 2)), Text()]
    differ = [(each.part, each.what, each.first, each.second) for each in record.differences]
    if differ:
        return [*shown, table("What differs", ("", "", record.first, record.second), differ)]
    return [*shown, said("Nothing else differs.")]


def _unit(record: Versus) -> str:
    return f" ({record.worth_unit})" if record.worth_unit else " (reckoned differently)"
