"""What lies behind the figures: mistakes with what helps, and groups."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import counted, percent, shortened
from mlwright.faces.render.groups import SHARES, TITLES, figures_of
from mlwright.faces.render.numbers import NONE, with_interval
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.diagnosis import Diagnosis, Groups, Mistakes
from mlwright.records.evaluation import Estimate


def diagnosis_shown(record: Diagnosis) -> list[RenderableType]:
    """Mistakes with their remedies, then groups and how far they are apart."""
    return [*_mistakes_shown(record), *(part for groups in record.groups for part in _groups_shown(groups))]


def _mistakes_shown(record: Diagnosis) -> Iterator[RenderableType]:
    looked = f"{counted(record.n_looked_at, 'group')} of mistakes in {counted(record.n_rows, 'row')} looked at"
    if not record.mistakes:
        yield said(f"{looked[0].upper()}{looked[1:]}: none is more than chance.")
    else:
        heads = ("where", "rows", "of the loss", "what helps", "likely gain")
        rows = [
            (
                f"{one.title}: {one.where}",
                f"{one.n_rows:,}",
                percent(one.share_of_loss),
                one.advice,
                told_gain_of(one, record.metric),
            )
            for one in record.mistakes
        ]
        yield table("Mistakes and what helps", heads, rows, right=(1, 2))
        yield said(f"{looked}; of what is told, at most 5 of 100 are chance.", "dim")
    yield Text()


def told_gain_of(mistakes: Mistakes, metric: str) -> str:
    """What a remedy is likely to bring, and on what that rests."""
    if mistakes.gain_is == "not known":
        return f"not known. {mistakes.rests_on}".strip()
    parts = [f"{with_interval(mistakes.money)} per 1,000 cases"] if mistakes.money is not None else []
    parts += [f"{with_interval(mistakes.gain)} in {metric.replace('_', ' ')}"] if mistakes.gain is not None else []
    return f"{mistakes.gain_is} {', '.join(parts)}. {mistakes.rests_on}"


def _groups_shown(groups: Groups) -> Iterator[RenderableType]:
    names = figures_of(groups)
    heads = (groups.column, "rows", *(TITLES.get(name, name.replace("_", " ")) for name in names))
    rows = [
        (shortened(group.name), f"{group.n_rows:,}", *(_cell(name, group.figures.get(name)) for name in names))
        for group in groups.groups
        if not group.too_small
    ]
    yield table(f"Groups of {groups.column}", heads, rows, right=(1,))
    yield Text()
    for disparity in groups.disparities:
        yield said(f"{disparity.name.replace('_', ' ')}: {disparity.sentence}")
    yield said(groups.sentence, "bold")
    yield Text()


def _cell(name: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return NONE
    if name not in SHARES:
        return with_interval(estimate)
    return f"{percent(estimate.value)} ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"
