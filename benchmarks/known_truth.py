"""How often intervals that rest on held-out rows hold a truth that is known: in time order, by groups, row by row.

Usage: python benchmarks/known_truth.py [DATA_DIR] [--draws 200] [--first 0] [--only WORDS ...] [--keep FILE]
                                        [--quick] [--check]

Rows are made up (known_worlds.py): numbers or classes that hang on 25 inputs. Linear models are fitted on folds as a
run without a test does it, each stopped by its fold; the model is packed as one core of all rows, or with the cores of
the folds (in time order of the latest two). Told is how often its corrected figure and its gain over the dummy, with
their intervals of 95 %, held what is true of it, on which side the truth lies of those missed, and by how much they are
off, in half widths: below zero is too low. A figure is an error: where it is too low it says too good a model.

Where slopes walk the truth is the world at the end, which no interval of past rows is meant to hold; what comes out is
told, and is no part of the goal. DATA_DIR is not read; it stands there so that all benchmarks are called alike.

With --keep every draw is added to a file as a line of JSON; the next call reads it and goes on from there.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from known_draws import Draw, Kept, arguments
from known_worlds import FORMS, WORLDS, Said, Search, World
from mlwright.statistics.shares import wilson

GOAL = 0.93
"""Missed where even the upper end of the interval of a share is below it."""
QUICK = ("history, nothing moves", "60 groups of 4, own inputs")


@dataclass
class Line:
    """All draws of one world, one form and one kind of figure."""

    world: str
    rows: int
    form: str
    what: str
    draws: int
    held: float
    low: float
    high: float
    true_below: int
    true_above: int
    off: float
    promised: bool

    def told(self) -> str:
        """As a row of a table."""
        held = f"{self.held:.1%} ({self.low:.1%} to {self.high:.1%})"
        sides = f"{self.true_below}, {self.true_above} | {self.off:+.2f}"
        return f"{self.world} | {self.rows} | {self.form} | {self.what} | {self.draws} | {held} | {sides}"


def draw(world: World, seed: int) -> dict[str, tuple[Said, Said]]:
    """Let a world be lived through, and ask a search what its model is worth, by the form in which it is packed."""
    with tempfile.TemporaryDirectory() as folder:
        search = Search(world, seed, Path(folder))
        told = {form: search.told(form) for form in FORMS}
    return {form: each for form, each in told.items() if each is not None}


def lines(world: World, found: Sequence[Draw[tuple[Said, Said]]]) -> Iterator[Line]:
    """One for each form and figure."""
    for form in FORMS:
        for place, what in enumerate(("figure", "gain")):
            told = [each.told[form][place] for each in found if form in each.told]
            if not told:
                continue
            sure = wilson(held := float(np.mean([one.held for one in told])), len(told))
            yield Line(
                world=world.name,
                rows=world.n_rows,
                form=form,
                what=what,
                draws=len(told),
                held=held,
                low=sure.low,
                high=sure.high,
                true_below=sum(one.true < one.low for one in told),
                true_above=sum(one.true > one.high for one in told),
                off=float(np.mean([2 * (one.value - one.true) / (one.high - one.low) for one in told])),
                promised=world.promised,
            )


def main() -> None:
    options = arguments(__doc__, "two worlds of 240 rows, 10 draws").parse_args()
    if options.quick:
        options.draws, options.rows, options.only = 10, [240], QUICK
    began, found, kept = time.process_time(), list[Line](), Kept(options.keep)
    print("| world | rows | packed | what | draws | held | truth below, above | off |")
    print("|---|---|---|---|---|---|---|---|")
    for world in WORLDS:
        of_size = not options.rows or world.n_rows in options.rows
        if not of_size or (options.only and not any(words in world.name for words in options.only)):
            continue
        seeds = range(options.first, options.first + options.draws)
        for one in lines(world, kept.drawn(world.name, world.n_rows, seeds, partial(draw, world))):
            found.append(one)
            print(f"| {one.told()} |", flush=True)
    missed = [one for one in found if one.promised and one.high < GOAL]
    print("missed:", "; ".join(f"{one.world}, {one.rows} rows, {one.form}: {one.what}" for one in missed) or "nothing")
    figures = {
        "benchmark": "known_truth",
        "least_held": min((one.held for one in found if one.promised), default=None),
        "cpu_s": round(time.process_time() - began),
        "rows": [asdict(one) for one in found],
    }
    print(json.dumps(figures))
    if options.check and missed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
