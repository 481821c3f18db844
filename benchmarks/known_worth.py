"""How often intervals of what a decision is worth hold a truth that is known, and how much wider they are than need be.

Usage: python benchmarks/known_worth.py [DATA_DIR] [--draws 200] [--first 0] [--rows N ...] [--only WORDS ...]
                                        [--keep FILE] [--quick] [--check]

Cases are made up (known_policies.py): two or three classes or numbers, a model that is given and not quite right,
amounts for all or case by case, as many as can be acted upon, what is done today. Told is how often the worth per 1,000
cases and the gain over what is done without the model, with their intervals of 95 %, held what is true of 400,000
cases, and on which side the truth lies of those missed. Beside it stands how wide the intervals are, in the median, as
a multiple of the narrowest that would hold: the range in which 95 % of the estimates lie around the truth, which few
draws do not tell well; in brackets what it is at least (97.5 %). The gain is
held against what is true over today's practice, or over the best of the ways that look at no case; where two of these
are as good it must be sure against both, and its interval is wider by that: the narrowest that would hold is that of
one who knows which way is the best. So the width that is held to the goal is that of the gain over the way that is best
in truth, which stands beside it. DATA_DIR is not read; it stands there so that all benchmarks are called alike.

With --keep every draw is added to a file as a line of JSON; the next call reads it and goes on from there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from known_draws import Draw, Kept, arguments
from known_policies import OVER_BEST, WORLDS
from known_worlds import Said
from mlwright.statistics.shares import wilson

GOAL, WIDE, FEW_ROWS = 0.93, 1.35, 300
"""Missed where even the upper end of the interval of a share is below the first; or where intervals are surely more
than so many times as wide as need be, from so many rows on."""
AGAIN = 200
"""So often draws are drawn again, to tell how far chance makes intervals seem wide."""
QUICK = ("offers", "offers, 50 of 1,000", "offers by amount", "claims, 50 of 1,000", "stock, too little 3 to 1")


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
    surely_wide: float
    is_of_several: bool
    """Whether it is the gain over several ways at once, of which any may be the best."""

    def told(self) -> str:
        """As a row of a table."""
        held = f"{self.held:.1%} ({self.low:.1%} to {self.high:.1%}) | {self.true_below}, {self.true_above}"
        return f"{self.world} | {self.rows} | {self.what} | {held} | {self.wide:.2f} ({self.surely_wide:.2f})"

    @property
    def missed(self) -> bool:
        """Whether a goal is missed."""
        return self.high < GOAL or (self.rows >= FEW_ROWS and not self.is_of_several and self.surely_wide > WIDE)


def lines(found: Sequence[Draw[Said]]) -> Iterator[Line]:
    """One for each figure."""
    for what in found[0].told:
        told = [one.told[what] for one in found]
        sure = wilson(held := float(np.mean([one.held for one in told])), len(told))
        again = np.random.default_rng(0).integers(len(told), size=(AGAIN, len(told)))
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
            wide=float(_wide(told, np.arange(len(told)))),
            surely_wide=float(np.quantile(_wide(told, again), 0.025)),
            is_of_several=what == "gain" and OVER_BEST in found[0].told,
        )


def _wide(told: Sequence[Said], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many times as wide as the narrowest that would hold, in the median of the draws in each row of places."""
    off, width = (
        np.array(each)[places] for each in zip(*((s.value - s.true, s.high - s.low) for s in told), strict=True)
    )
    low, high = np.quantile(off, [0.025, 0.975], axis=-1)
    return np.asarray(np.median(width, axis=-1) / np.maximum(high - low, np.finfo(float).tiny))


def main() -> None:
    options = arguments(__doc__, "five worlds of 300 rows, 60 draws").parse_args()
    if options.quick:
        options.draws, options.rows = 60, [300]
    began, found, kept = time.process_time(), list[Line](), Kept(options.keep)
    print("| world | rows | what | held | truth below, above | times as wide as need be (at least) |")
    print("|---|---|---|---|---|---|")
    for world in WORLDS:
        if options.quick and world.name not in QUICK:
            continue
        if options.only and not any(words in world.name for words in options.only):
            continue
        for rows in (rows for rows in world.sizes if not options.rows or rows in options.rows):
            seeds = range(options.first, options.first + options.draws)
            for one in lines(kept.drawn(world.name, rows, seeds, partial(world.draw, rows))):
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
