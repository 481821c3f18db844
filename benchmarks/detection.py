"""How soon a real change is found, and whether its harm lies in the stated interval.

python benchmarks/detection.py [DATA_DIR] [--years 40] [--quick] [--check]

Thirty columns are looked at daily with 1,000 rows a day, after a training of 120 such days; on day 31 one of them
changes for good: its level by 0.05 to 0.5 standard deviations (at once, or growing over 60 days), a new name in 2 % of
the rows, gaps in 2 % of the rows, or the sign of a correlation of 0.5 with another column, seen through the counts of a
pair. Told is in how many years it was found within 90 days, after how many days (median), and how often an alarm came
before. The budget is one false alarm in ten years, as is the default. Beside it, what a monitor does that tests each
day alone, with as few false alarms: a z-test of the mean of numbers, a chi-square of anything else, at a level of the
budget over 365 days and all columns. It takes rows for independent, as they are here, and forgets the days before.

The harm. A loss that depends on the column is known of 2,000 test rows; the column moves; the stated interval of 95 %
is held against the true change, which the simulation knows. Of numbers, with a loss of ``1 + x**2 / 2`` on average, the
level moves; of names, the shares of five with losses from 0.5 to 3; or values go missing, of which 3 % were missing
before and lose 2.5 and not 1. DATA_DIR is not read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import norm

from mlwright.data.cells import number_cells, places_of_numbers
from mlwright.data.cells.joining import parts_of
from mlwright.data.cells.rhythms import rhythm_of
from mlwright.data.drifts._shares import chance
from mlwright.records.looks import Baseline, Cells, Column, Cost
from mlwright.statistics.changes import changed, possible_beginnings
from mlwright.watching.costing import harm_of
from mlwright.watching.evidence import FIRST_SHARE, LATER_SHARE, Evidence, prepared, reference_of

Array = NDArray[np.float64]

SIZE, N_TRAINED, BEGINS, N_DAYS, N_COLUMNS = 1_000, 120, 30, 120, 30
THRESHOLD = 10.0
FIRST_DAY = 20_000
GOALS = {"level 0.2": 3.0, "level 0.5": 1.0, "new name 2 %": 3.0, "missing 2 %": 3.0, "flipped relation": 3.0}
"""Days after which half of the changes are found."""


def main() -> int:
    """Find changes, and cost them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", nargs="?")
    parser.add_argument("--years", type=int, default=40)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    n_years = 4 if given.quick else given.years
    rng = np.random.default_rng(0)
    delays = {}
    for name, change in CHANGES.items():
        both = [days_until_found(change, rng) for _ in range(n_years)]
        found, alone = ([pair[at] for pair in both] for at in (0, 1))
        later = [day for day in found if day is None or day >= 0]
        known = sorted(day for day in later if day is not None)
        delays[name] = {
            "found": len(known) / max(1, len(later)),
            "median_days": float(np.median([N_DAYS if day is None else day for day in later])) if later else None,
            "alarms_before": sum(day is not None and day < 0 for day in found),
            "day_alone": {
                "found": float(np.mean([day is not None for day in alone])),
                "median_days": float(np.median([N_DAYS if day is None else day for day in alone])),
            },
        }
        print(f"{name:24}", json.dumps(delays[name]), flush=True)
    n_draws = 20 if given.quick else max(200, 10 * n_years)
    coverage = {name: covered(drawn, n_draws, rng) for name, drawn in HARMS.items()}
    print("Coverage of the harm's interval by what moved:", json.dumps(coverage))
    print(json.dumps({"benchmark": "detection", "years": n_years, "delays": delays, "coverage": coverage}))
    missed = any(delays[name]["median_days"] > days for name, days in GOALS.items())
    return int(given.check and (missed or min(coverage.values()) < 0.92))


def level(size: float, grows_over: int = 0) -> Callable[[np.random.Generator, int], Array]:
    """Normal numbers whose mean lies higher from one day on."""

    def drawn(rng: np.random.Generator, day: int) -> Array:
        share = 0.0 if day < BEGINS else min(1.0, (day - BEGINS + 1) / grows_over) if grows_over else 1.0
        return rng.normal(size * share, 1, SIZE)

    return drawn


def lost(rng: np.random.Generator, day: int) -> Array:
    """Normal numbers of which some are missing from one day on."""
    return np.where(rng.random(SIZE) < (0.02 if day >= BEGINS else 0.0), np.nan, rng.normal(size=SIZE))


def named(rng: np.random.Generator, day: int) -> Array:
    """Places of five names, and of a sixth from one day on."""
    usual = rng.choice(5, SIZE, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    return np.where(rng.random(SIZE) < (0.02 if day >= BEGINS else 0.0), 6, usual).astype(np.float64)


def paired(rng: np.random.Generator, day: int) -> Array:
    """Cells of two normal numbers, by quarter, whose correlation turns round on one day."""
    x, noise = rng.normal(size=(2, SIZE))
    y = (-0.5 if day >= BEGINS else 0.5) * x + np.sqrt(0.75) * noise
    quarters = [np.searchsorted([-0.674, 0.0, 0.674], each) for each in (x, y)]
    return (quarters[0] * 4 + quarters[1]).astype(np.float64)


CHANGES: dict[str, Callable[[np.random.Generator, int], Array]] = {
    **{f"level {size}": level(size) for size in (0.05, 0.1, 0.2, 0.3, 0.5)},
    **{f"level {size} over 60 days": level(size, 60) for size in (0.2, 0.5)},
    "new name 2 %": named,
    "missing 2 %": lost,
    "flipped relation": paired,
}


def days_until_found(
    change: Callable[[np.random.Generator, int], Array], rng: np.random.Generator
) -> tuple[int | None, int | None]:
    """Days from the change to the alarm, negative for an alarm before, and to that of a test of each day alone.

    The other columns stay as they are.
    """
    training = np.stack([change(rng, -1) for _ in range(N_TRAINED)])
    column, place = remembered(change, training)
    rows = [change(rng, day) for day in range(N_DAYS)]
    raw = np.stack([np.bincount(place(each), minlength=column.cells.n) for each in rows])
    chances = [chance_alone(each, counts, training, column) for each, counts in zip(rows, raw, strict=True)]
    alone = next((day for day, p in enumerate(chances[BEGINS:]) if p < 1 / THRESHOLD / 365 / N_COLUMNS), None)
    days = [range(FIRST_DAY + day, FIRST_DAY + day + 1) for day in range(N_DAYS)]
    looks = prepared(column, raw.astype(np.float64), days)[1]
    parts = [part for _, part in parts_of(column.cells, np.array(column.counts)) if len(np.unique(part)) > 1]
    weights = np.full(366, LATER_SHARE / 366)
    weights[0] = FIRST_SHARE
    for day in range(1, N_DAYS + 1):
        log_e = changed(reference_of(column), looks[:day], parts).log_e
        by_look = logsumexp(log_e, axis=1) - np.log(len(parts))
        if logsumexp(by_look, b=weights[possible_beginnings(day)]) - np.log(N_COLUMNS) >= np.log(THRESHOLD):
            return day - 1 - BEGINS, alone
    return None, alone


def chance_alone(rows: Array, counts: Array, training: Array, column: Column) -> float:
    """What a test of one day against training says: of the mean of numbers, else of the shares."""
    if column.cells.edges and not np.isnan(rows).any():
        apart = (rows.mean() - training.mean()) / (rows.std() * np.sqrt(1 / rows.size + 1 / training.size))
        return float(2 * norm.sf(abs(apart)))
    before = np.array(column.counts, dtype=np.float64)
    held = before + counts > 0
    return chance(before[held], counts[held].astype(np.float64))


def remembered(change: Callable[..., Array], training: Array) -> tuple[Column, Callable[[Array], NDArray[np.int64]]]:
    """What a bundle remembers of the column, and how its cells are found."""
    if change in (named, paired):
        n = 16 if change is paired else 5
        cells = Cells(name="x", sort="names", of=("x",), kind="category", levels=tuple(f"n{at}" for at in range(n)))
        given = np.full(cells.n, 0.5)

        def place(values: Array) -> NDArray[np.int64]:
            return np.where(values >= n, cells.n - 1, values).astype(np.int64)
    else:
        counted = number_cells("x", training.ravel())
        cells, given = counted.cells, counted.given

        def place(values: Array) -> NDArray[np.int64]:
            return places_of_numbers(cells, values)

    places = place(training.ravel())
    rhythm = rhythm_of(places, np.repeat(np.arange(FIRST_DAY - N_TRAINED, FIRST_DAY), SIZE), cells.n)
    counts = np.bincount(places, minlength=cells.n)
    column = Column(
        cells=cells, counts=tuple(counts.tolist()), given=tuple(given), alike=rhythm.alike, n_days=N_TRAINED
    )
    return column, place


class Harmed(NamedTuple):
    """Rows of training, test and now; the mean loss of a test row by its value; and by how much the mean rose."""

    training: Array
    test: Array
    now: Array
    usual: Array
    rise: float


def moved_level(shift: float) -> Callable[[np.random.Generator], Harmed]:
    """Normal numbers whose mean lies higher; the farther from 0, the more a row loses."""

    def drawn(rng: np.random.Generator) -> Harmed:
        training, test, now = rng.normal(size=20_000), rng.normal(size=2_000), rng.normal(shift, 1, 5_000)
        return Harmed(training, test, now, 1 + test**2 / 2, shift**2 / 2)

    return drawn


def moved_names(share: float) -> Callable[[np.random.Generator], Harmed]:
    """Five names; so many of the rows of the first have the last, dearest one now."""
    before, dear = np.array([0.4, 0.3, 0.15, 0.1, 0.05]), np.array([0.5, 1.0, 1.0, 2.0, 3.0])
    after = before + share * np.array([-1.0, 0.0, 0.0, 0.0, 1.0])

    def drawn(rng: np.random.Generator) -> Harmed:
        training, test = (rng.choice(5, n, p=before).astype(float) for n in (20_000, 2_000))
        now = rng.choice(5, 5_000, p=after).astype(float)
        return Harmed(training, test, now, dear[test.astype(int)], float((after - before) @ dear))

    return drawn


def gone_missing(share: float) -> Callable[[np.random.Generator], Harmed]:
    """Normal numbers of which 3 % were missing, and so many more are now."""

    def drawn(rng: np.random.Generator) -> Harmed:
        sizes, shares = (20_000, 2_000, 5_000), (0.03, 0.03, 0.03 + share)
        training, test, now = (
            np.where(rng.random(n) < lost, np.nan, rng.normal(size=n)) for n, lost in zip(sizes, shares, strict=True)
        )
        return Harmed(training, test, now, np.where(np.isnan(test), 2.5, 1.0), 1.5 * share)

    return drawn


HARMS: dict[str, Callable[[np.random.Generator], Harmed]] = {
    **{f"level {shift}": moved_level(shift) for shift in (0.0, 0.1, 0.25, 0.5)},
    **{f"names {share}": moved_names(share) for share in (0.0, 0.05, 0.2)},
    **{f"missing {share}": gone_missing(share) for share in (0.0, 0.05, 0.2)},
}


def covered(drawn: Callable[[np.random.Generator], Harmed], n_draws: int, rng: np.random.Generator) -> float:
    """How often the interval of the harm holds the true change of the mean loss."""
    held = 0
    for _ in range(n_draws):
        rows = drawn(rng)
        loss = rows.usual * rng.exponential(size=len(rows.test))
        column, place = in_cells(rows.training)
        cost = cost_of(place(rows.test), loss, column.cells.n)
        whole = cost_of(np.zeros(len(loss), np.int64), loss, 1)
        column = column.model_copy(update={"loss": cost, "benefit": cost})
        after = np.bincount(place(rows.now), minlength=column.cells.n).astype(np.float64)
        baseline = Baseline(
            n_rows=len(rows.training), columns=(column,), loss=whole, benefit=whole, loss_title="loss", unit="money",
            assumed=True, ceiling=100.0,
        )  # fmt: skip
        harm = harm_of(Evidence(column, 0.0, 0, "level", after, after.sum()), baseline)
        held += harm is not None and harm.loss.low <= rows.rise <= harm.loss.high
    return held / n_draws


def in_cells(training: Array) -> tuple[Column, Callable[[Array], NDArray[np.int64]]]:
    """A column without days, of numbers or of places of names, and how its cells are found."""
    if np.array_equal(training, np.rint(training)):
        cells = Cells(name="x", sort="names", of=("x",), kind="category", levels=tuple("abcde"))
        places, given = training.astype(np.int64), np.full(cells.n, 0.5)
    else:
        cells, places, given = number_cells("x", training)[:3]
    counts = np.bincount(places, minlength=cells.n)
    column = Column(cells=cells, counts=tuple(counts.tolist()), given=tuple(np.asarray(given).tolist()))
    return column, lambda values: values.astype(np.int64) if cells.levels else places_of_numbers(cells, values)


def cost_of(places: NDArray[np.int64], values: Array, n: int) -> Cost:
    """Number, mean and variance in each cell."""
    own = [values[places == at] for at in range(n)]
    return Cost(
        n=tuple(len(each) for each in own),
        mean=tuple(float(each.mean()) if len(each) else 0.0 for each in own),
        variance=tuple(float(each.var(ddof=1)) if len(each) > 1 else 0.0 for each in own),
    )


if __name__ == "__main__":
    sys.exit(main())
