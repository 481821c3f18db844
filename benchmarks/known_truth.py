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

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from known_worlds import FORMS, WORLDS, Said, Search, World
from mlwright.statistics.shares import wilson

GOAL = 0.93
"""Missed where even the upper end of the interval of a share is below it."""
QUICK = ("history, nothing moves", "60 groups of 4, own inputs")


class Draw(NamedTuple):
    """What was said in one world that was lived through once, by the form in which the model is packed."""

    world: str
    rows: int
    seed: int
    told: dict[str, tuple[Said, Said]]


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


def kept(file: Path | None) -> dict[tuple[str, int, int], Draw]:
    """The draws of earlier calls."""
    if file is None or not file.exists():
        return {}
    found = (json.loads(line) for line in file.read_text().splitlines())
    return {(each["world"], each["rows"], each["seed"]): Draw(**each | {"told": _read(each["told"])}) for each in found}


def _read(told: dict[str, list[list[float]]]) -> dict[str, tuple[Said, Said]]:
    return {form: (Said(*figure), Said(*gain)) for form, (figure, gain) in told.items()}


def draw(world: World, seed: int) -> Draw:
    """Let a world be lived through, and ask a search what its model is worth."""
    with tempfile.TemporaryDirectory() as folder:
        search = Search(world, seed, Path(folder))
        told = {form: search.told(form) for form in FORMS}
    return Draw(world.name, world.n_rows, seed, {form: each for form, each in told.items() if each is not None})


def drawn(world: World, seeds: Sequence[int], file: Path | None) -> list[Draw]:
    """All draws of a world; those that were kept are not drawn again."""
    before, found = kept(file), []
    for seed in seeds:
        one = before.get((world.name, world.n_rows, seed))
        if one is None:
            one = draw(world, seed)
            if file is not None:
                with file.open("a") as lines:
                    lines.write(json.dumps(one._asdict()) + "\n")
        found.append(one)
    return found


def lines(world: World, found: Sequence[Draw]) -> Iterator[Line]:
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="not read")
    parser.add_argument("--draws", type=int, default=200, help="of each world")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--rows", nargs="*", type=int, help="worlds of these sizes only")
    parser.add_argument("--only", nargs="*", default=[], help="worlds whose name holds one of these words")
    parser.add_argument("--keep", type=Path, help="a file that draws are added to, and read from by the next call")
    parser.add_argument("--quick", action="store_true", help="two worlds of 240 rows, 10 draws")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    if options.quick:
        options.draws, options.rows, options.only = 10, [240], QUICK
    began, found = time.process_time(), list[Line]()
    print("| world | rows | packed | what | draws | held | truth below, above | off |")
    print("|---|---|---|---|---|---|---|---|")
    for world in WORLDS:
        of_size = not options.rows or world.n_rows in options.rows
        if not of_size or (options.only and not any(words in world.name for words in options.only)):
            continue
        with threadpool_limits(1):
            some = drawn(world, range(options.first, options.first + options.draws), options.keep)
        for one in lines(world, some):
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
