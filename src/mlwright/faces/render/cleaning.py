"""A cleaned table in words, and the page of its changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from mlwright.data.cleaning import NamedCell
from mlwright.data.words import counted
from mlwright.records.cleaning import AnyStep, Cleaning, Level

LEVELS: dict[Level, str] = {
    "repair": "repaired",
    "spelling": "written anew",
    "doubt": "probably wrong, left as it is",
    "type": "read as what it is",
}
"""What became of the cells of a step; in the order in which steps are told."""

SHOWN = 300
"""Letters of a value that the page shows."""


def headline(done: Cleaning) -> str:
    """What was done, in a sentence.

    >>> from mlwright.records.cleaning import CleaningPlan
    >>> headline(Cleaning(source="a", output="b", n_rows=9, n_repaired=2, plan=CleaningPlan(n_rows=9)))
    '2 cells repaired in 9 rows'
    """
    told = [
        f"{counted(n, noun)} {words}"
        for n, noun, words in (
            (done.n_repaired, "cell", "repaired"),
            (done.n_spelled, "cell", "written anew"),
            (done.n_doubted, "cell", "doubted"),
            (done.n_typed, "cell", "read as what they are"),
            (done.n_dropped, "repeated row", "left out"),
        )
        if n
    ]
    return f"{', '.join(told) or 'Nothing to change'} in {counted(done.n_rows, 'row')}"


def told_steps(done: Cleaning) -> list[tuple[int, AnyStep]]:
    """The steps that touched a cell with their places: repairs first, and the larger ones before the smaller."""
    order = {level: place for place, level in enumerate(LEVELS)}
    steps = [(place, step) for place, step in enumerate(done.plan.steps) if step.n_cells]
    return sorted(steps, key=lambda pair: (order[pair[1].level], -pair[1].n_cells))


def changes_page(done: Cleaning, cells: Mapping[int, Sequence[NamedCell]]) -> str:
    """The page of changes: one HTML file that needs no network, light or dark as the reader's system is.

    Parameters
    ----------
    done : Cleaning
    cells : mapping
        The first changed cells of each step, by its place in the plan.
    """
    environment = Environment(
        loader=PackageLoader("mlwright.faces.render"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("changes.html").render(
        done=done,
        headline=headline(done),
        steps=[(place, step, cells.get(place, ())) for place, step in told_steps(done)],
        levels=LEVELS,
        shown=SHOWN,
    )
