"""How often intervals of what a decision is worth hold a truth that is known, and how much wider they are than need be.

Usage: python benchmarks/known_worth.py [DATA_DIR] [--draws 200] [--first 0] [--rows N ...] [--only WORDS ...]
                                        [--keep FILE] [--quick] [--check]

Cases are made up (known_policies.py): two or three classes or numbers, a model that is given and not quite right,
amounts for all or case by case, as many as can be acted upon, what is done today. Told is how often the worth per 1,000
cases and the gain over what is done without the model, with their intervals of 95 %, held what is true of 400,000
cases, and on which side the truth lies of those missed. Beside it stands how wide the intervals are, in the median, as
a multiple of the narrowest that would hold: the range in which 95 % of the estimates lie around the truth. The gain is
held against what is true over today's practice, or over the best of the ways that look at no case; where two of these
are as good it must be sure against both, and its interval is wider by that. DATA_DIR is not read; it stands there so
that all benchmarks are called alike.

With --keep every draw is added to a file as a line of JSON; the next call reads it and goes on from there.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from known_policies import WORLDS, World
from known_worlds import Said
from mlwright.statistics.shares import wilson

GOAL, WIDE, FEW_ROWS = 0.93, 1.35, 300
"""Missed where even the upper end of the interval of a share is below the first; or where intervals are so many times
as wide as need be, from so many rows on."""
QUICK = ("offers", "offers, 50 of 1,000", "offers by amount", "claims, 50 of 1,000", "stock, too little 3 to 1")


class Draw(NamedTuple):
    """What was said of the cases of one world, and what is true."""

    world: str
    rows: int
    seed: int
    told: dict[str, Said]


@dataclass
class Line:
    """All draws of one world and size, and one figure."""

    world: str
    rows: int
    what: str
    draws: int
    held: float
    low: float
    high: float
    true_below: int
    true_above: int
    wide: float

    def told(self) -> str:
        """As a row of a table."""
        held = f"{self.held:.1%} ({self.low:.1%} to {self.high:.1%}) | {self.true_below}, {self.true_above}"
        return f"{self.world} | {self.rows} | {self.what} | {held} | {self.wide:.2f}"

    @property
    def missed(self) -> bool:
        """Whether a goal is missed."""
        return self.high < GOAL or (self.rows >= FEW_ROWS and self.wide > WIDE)


def kept(file: Path | None) -> dict[tuple[str, int, int], Draw]:
    """The draws of earlier calls."""
    if file is None or not file.exists():
        return {}
    found = (json.loads(line) for line in file.read_text().splitlines())
    draws = [Draw(**one | {"told": {what: Said(*said) for what, said in one["told"].items()}}) for one in found]
    return {(one.world, one.rows, one.seed): one for one in draws}


def drawn(world: World, rows: int, seeds: Sequence[int], file: Path | None) -> list[Draw]:
    """All draws of a world; those that were kept are not drawn again."""
    before, found = kept(file), []
    for seed in seeds:
        one = before.get((world.name, rows, seed))
        if one is None:
            one = Draw(world.name, rows, seed, world.draw(rows, seed))
            if file is not None:
                with file.open("a") as lines:
                    lines.write(json.dumps(one._asdict()) + "\n")
        found.append(one)
    return found


def lines(found: Sequence[Draw]) -> Iterator[Line]:
    """One for each figure."""
    for what in found[0].told:
        told = [one.told[what] for one in found]
        sure = wilson(held := float(np.mean([one.held for one in told])), len(told))
        low, high = np.quantile([one.value - one.true for one in told], [0.025, 0.975])
        yield Line(
            world=found[0].world,
            rows=found[0].rows,
            what=what,
            draws=len(told),
            held=held,
            low=sure.low,
            high=sure.high,
            true_below=sum(one.true < one.low for one in told),
            true_above=sum(one.true > one.high for one in told),
            wide=float(np.median([one.high - one.low for one in told]) / (high - low)),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="not read")
    parser.add_argument("--draws", type=int, default=200, help="of each world and size")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--rows", nargs="*", type=int, help="these sizes only")
    parser.add_argument("--only", nargs="*", default=[], help="worlds whose name holds one of these words")
    parser.add_argument("--keep", type=Path, help="a file that draws are added to, and read from by the next call")
    parser.add_argument("--quick", action="store_true", help="five worlds of 300 rows, 60 draws")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    if options.quick:
        options.draws, options.rows = 60, [300]
    began, found = time.process_time(), list[Line]()
    print("| world | rows | what | held | truth below, above | times as wide as need be |")
    print("|---|---|---|---|---|---|")
    for world in WORLDS:
        if options.quick and world.name not in QUICK:
            continue
        if options.only and not any(words in world.name for words in options.only):
            continue
        for rows in (rows for rows in world.sizes if not options.rows or rows in options.rows):
            with threadpool_limits(1):
                some = drawn(world, rows, range(options.first, options.first + options.draws), options.keep)
            for one in lines(some):
                found.append(one)
                print(f"| {one.told()} |", flush=True)
        world.forget()
    missed = [one for one in found if one.missed]
    print("missed:", "; ".join(f"{one.world}, {one.rows} rows: {one.what}" for one in missed) or "nothing")
    figures = {
        "benchmark": "known_worth",
        "least_held": min((one.held for one in found), default=None),
        "widest": max((one.wide for one in found), default=None),
        "cpu_s": round(time.process_time() - began),
        "rows": [asdict(one) for one in found],
    }
    print(json.dumps(figures))
    if options.check and missed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
