"""A year of daily looks without any drift: how many false alarms, beside the defaults of Evidently and of NannyML.

python benchmarks/false_alarms.py [DATA_DIR] [--years 200] [--quick] [--check]

Thirty-two columns of differing kinds (numbers, numbers with gaps, few and many names, names with a weekly season, names
whose days swing by themselves, words of texts, weekdays, of which each day holds one) are looked at on 365 days, with
50 to 100,000 rows a day, and beside them all else that `mlwright watch` looks at: eight pairs of columns, the model's
answers, the target and the loss of true outcomes (60 % of which come, ten days late on average) against the promise of
2,000 test rows, and a small model that tries to tell new rows from old ones. Training, of 120 such days, is drawn for
each year, so that the reference is as uncertain as it is in life. Counts in cells are drawn in place of rows, as they
are all that is kept; that rows give the same is shown once. An alarm is given as `mlwright watch` gives it, with the
budget shared out as it does, but for harm: every movement counts, so that this is the most that a user can meet.
DATA_DIR is not read.

The rules of the others are written from their documentation and work on the same draws. Evidently 0.7, of columns: with
more than 1,000 rows of reference a Wasserstein distance over the standard deviation, or a Jensen-Shannon distance, of
0.1 or more (numbers in cells at their normal scores); the data has drifted if half of the columns have. NannyML: the
Jensen-Shannon distance of a day lies beyond the mean and three standard deviations of the days of training.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import chi2, ks_2samp, norm

from mlwright.data.cells import number_cells, places_of_numbers
from mlwright.data.cells.joining import parts_of
from mlwright.data.cells.rhythms import rhythm_of_counts
from mlwright.judging.costs import Costs
from mlwright.judging.drawn import Drawn as Kept
from mlwright.records.looks import Cells, Column, Cost
from mlwright.statistics.changes import changed, possible_beginnings
from mlwright.statistics.sequential import Gathered, log_e_values
from mlwright.watching.apart import teach, tell
from mlwright.watching.evidence import FIRST_SHARE, LATER_SHARE, SHARES, prepared, reference_of
from mlwright.watching.looking import Windows
from mlwright.watching.promise import LUCKY, TIMES_A_YEAR, upper_end

Array = NDArray[np.float64]

N_DAYS, N_TRAINED = 365, 120
FIRST_DAY = 20_000
SIZES = (50, 1_000, 10_000, 100_000)
BUDGETS = (1.0, 0.1)
SORTS = ("numbers", "numbers with gaps", "few names", "many names", "seasonal", "swinging")
N_COLUMNS = 32
COLUMNS = [
    *[("inputs", SORTS[place % len(SORTS)]) for place in range(N_COLUMNS - 2)],
    ("inputs", "words"), ("inputs", "weekdays"), *[("pairs", "pair")] * 8, ("answers", "numbers"), ("target", "late"),
]  # fmt: skip
N_NAMES = {"few names": 3, "many names": 300, "words": 16, "weekdays": 7, "late": 3}
COME, LATE_DAYS = 0.6, 10.0
"""The share of the outcomes that come to be known, and how late they come on average."""
N_TESTED, CEILING, MOST_OUTCOMES = 2_000, 4.6, 2_000
N_POOLED = 150
"""Looks at which the small model is really asked; the simulated ones draw from these."""
SWING, STAYS = 0.05, 0.7
SEASON = 0.3


class Law(NamedTuple):
    """How counts come about: what training counted, and the shares of each day."""

    cells: Cells
    given: Array
    shares: Array
    before: Array
    counts: Array


class Drawn(NamedTuple):
    """One column over all simulated years; arrays begin with the axis of years."""

    references: Array
    looks: Array
    raw: Array
    before: Array
    parts: list[NDArray[np.int64]]
    is_number: bool


def main() -> int:
    """Count the alarms of a year, for every size of a day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", nargs="?")
    parser.add_argument("--years", type=int, default=200)
    parser.add_argument("--step", type=int, default=1, help="ask for the evidence every so many days")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="10 years of 1,000 rows a day, every 20th day")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    n_years, step, sizes = (10, 20, [1_000]) if given.quick else (given.years, given.step, given.sizes)
    lines, missed = [], False
    for size in sizes:
        line = year_after_year(size, n_years, step, given.seed)
        missed |= any(line["low"][str(budget)] > budget for budget in BUDGETS)
        lines.append(line)
        print(json.dumps(line), flush=True)
    agree = rows_and_counts(20 if given.quick else 300, given.seed)
    print(f"Rows and counts: medians {agree['rows']:.3f} and {agree['counts']:.3f}, KS p = {agree['p_value']:.2f}")
    figures = {"benchmark": "false_alarms", "years": n_years, "step": step, "sizes": lines}
    print(json.dumps(figures | {"rows_and_counts": agree}))
    return int(given.check and (missed or agree["p_value"] < 0.001))


def year_after_year(size: int, n_years: int, step: int, seed: int) -> dict:
    """Alarms a year of our rule and of others, on the same draws."""
    rng = np.random.default_rng((seed, size))
    days = sorted({*range(1, 31), *range(1, N_DAYS + 1, step), N_DAYS}) if step < 10 else [*range(1, N_DAYS, step)]
    totals = {"rows": []} | {name: nothing(n_years, days) for name in dict.fromkeys(map(sort_name, COLUMNS))}
    flagged = {"evidently": np.zeros((n_years, N_DAYS)), "nannyml": np.zeros((n_years, N_DAYS))}
    for group, sort in COLUMNS:
        drawn = column_years(sort, size, n_years, rng)
        share = SHARES[group] / sum(own == group for own, _ in COLUMNS)
        for at, day in enumerate(days):
            log_e = changed(drawn.references, drawn.looks[:, :day], drawn.parts).log_e
            own = np.exp(logsumexp(log_e, axis=-1) - np.log(len(drawn.parts)))
            totals[sort_name((group, sort))][at] += share * own
        if group == "inputs":
            flagged["evidently"] += evidently(drawn)
            flagged["nannyml"] += nannyml(drawn)
    pool = told_apart(size, max(10, min(N_POOLED, n_years)), rng)
    told, losses = rng.choice(pool, size=(n_years, N_DAYS)), [outcomes(size, rng) for _ in range(n_years)]
    for day in days:
        totals["rows"].append(SHARES["rows"] * told[:, possible_beginnings(day)])
    alarms = {}
    for budget in BUDGETS:
        totals["loss"] = [SHARES["loss"] * np.stack([worse(*year, day, budget) for year in losses]) for day in days]
        alarms[budget] = [alarms_of(totals, days, year, budget) for year in range(n_years)]
    bounds = {str(budget): poisson_bounds(sum(map(len, found)), n_years) for budget, found in alarms.items()}
    return {
        "rows_a_day": size,
        "mean_of_the_small_model": float(pool.mean()),
        "alarms_a_year": {str(budget): sum(map(len, found)) / n_years for budget, found in alarms.items()},
        "by": {str(budget): Counter(name for year in found for name in year) for budget, found in alarms.items()},
        "most_in_a_year": {str(budget): max(map(len, found)) for budget, found in alarms.items()},
        "low": {budget: low for budget, (low, _) in bounds.items()},
        "high": {budget: high for budget, (_, high) in bounds.items()},
        "days_with_a_column_flagged": {name: float((found > 0).mean()) for name, found in flagged.items()},
        "days_with_half_of_columns_flagged": {
            name: float((found >= N_COLUMNS / 2).mean()) for name, found in flagged.items()
        },
        "years_without_a_flag": {name: float((found.sum(axis=1) == 0).mean()) for name, found in flagged.items()},
    }


def sort_name(column: tuple[str, str]) -> str:
    """What a column is told as."""
    return column[1] if column[0] == "inputs" else column[0]


def nothing(n_years: int, days: list[int]) -> list[Array]:
    """No evidence yet, for every day that is asked."""
    return [np.zeros((n_years, len(possible_beginnings(day)))) for day in days]


def alarms_of(totals: dict[str, list[Array]], days: list[int], year: int, budget: float) -> list[str]:
    """What spoke most for each alarm of one year: evidence is gathered anew after each."""
    weights = np.full(N_DAYS, LATER_SHARE / N_DAYS)
    weights[0] = FIRST_SHARE
    found, heard_from = [], 0
    for at, day in enumerate(days):
        own = weights[possible_beginnings(day)]
        spoken = {name: float(total[at][year] @ own) for name, total in totals.items()}
        spoken["loss"] *= day > heard_from
        if sum(spoken.values()) / sum(SHARES.values()) >= 1 / budget:
            found.append(max(spoken, key=lambda name: spoken[name]))
            weights[:day] = 0.0
            if (sum(spoken.values()) - spoken["loss"]) / sum(SHARES.values()) < 1 / budget:
                heard_from = day + N_DAYS // TIMES_A_YEAR
    return found


def column_years(sort: str, size: int, n_years: int, rng: np.random.Generator) -> Drawn:
    """Training and a year of looks, again and again."""
    references, looks, raws, befores = [], [], [], []
    days = [range(FIRST_DAY + day, FIRST_DAY + day + 1) for day in range(N_DAYS)]
    for _ in range(n_years):
        law = numbers(sort, size, rng) if sort.startswith("numbers") else names(sort, size, rng)
        raw = rng.multinomial(n_late(size, rng) if sort == "late" else size, law.shares).astype(np.float64)
        column = column_of(law)
        references.append(reference_of(column))
        looks.append(prepared(column, raw, days)[1])
        raws.append(raw)
        befores.append(law.before)
    parts = [part for _, part in parts_of(law.cells, law.counts) if len(np.unique(part)) > 1]
    return Drawn(*map(np.stack, (references, looks, raws, befores)), parts, bool(law.cells.edges))


def column_of(law: Law) -> Column:
    """What a bundle would remember."""
    rhythm = rhythm_of_counts(law.before, np.arange(FIRST_DAY - N_TRAINED, FIRST_DAY))
    return Column(
        cells=law.cells,
        counts=tuple(law.counts.astype(int).tolist()),
        given=tuple(law.given.tolist()),
        alike=rhythm.alike,
        n_days=N_TRAINED,
        seasons={name: tuple(each.astype(int).tolist()) for name, each in rhythm.seasons.items()},
    )


def numbers(sort: str, size: int, rng: np.random.Generator) -> Law:
    """Cells end at order statistics of training: their counts are fixed, and the true shares follow Dirichlet's law."""
    cells = Cells(name=sort, sort="number", of=(sort,), edges=tuple(float(each) for each in range(11)))
    n = size * N_TRAINED
    missing = rng.binomial(n, 0.1) if "gaps" in sort else 0
    inner = np.full(10, (n - missing) // 10)
    counts = np.array([0, *inner, 0, missing, 0], dtype=np.float64)
    given = np.array([1.0, *([0.5] * 10), 1.0, 0.5, 0.5])
    share = 0.1 if missing else 0.0
    shares = np.array([*(rng.dirichlet([1.0, *inner, 1.0]) * (1 - share)), share, 0.0])
    before = rng.multinomial(size, counts / counts.sum(), size=N_TRAINED).astype(np.float64)
    return Law(cells, given, np.tile(shares / shares.sum(), (N_DAYS, 1)), before, counts)


def names(sort: str, size: int, rng: np.random.Generator) -> Law:
    """Shares are fixed, or lean to one side by the day, and the counts of training are drawn."""
    n_names = N_NAMES.get(sort, 8)
    usual = 1.0 / (1.0 + np.arange(n_names))
    spelled = [f"n{place}" for place in range(n_names)]
    cells = Cells(
        name=sort, sort="names", of=(sort,), kind="category", levels=tuple(spelled[:20]), rare=tuple(spelled[20:])
    )
    shares = np.append(usual[:20], [usual[20:].sum(), 0.0, 0.0])
    if sort == "pair":
        groups = (0, 1, 2, 3, -1, -1)
        cells = Cells(name=sort, sort="pair", of=(sort, sort), joined=(groups, groups))
        shares = np.append(rng.dirichlet(np.ones(16)), [0.0, 0.0])
    by_day = shares * np.exp(np.linspace(-1, 1, len(shares)) * moods(sort, rng)[:, None])
    if sort == "weekdays":
        by_day = np.eye(len(shares))[(np.arange(FIRST_DAY - N_TRAINED, FIRST_DAY + N_DAYS) + 3) % 7]
    by_day /= by_day.sum(axis=1, keepdims=True)
    before = rng.multinomial(size, by_day[:N_TRAINED]).astype(np.float64)
    return Law(cells, np.full(cells.n, 0.5), by_day[N_TRAINED:], before, before.sum(axis=0))


def moods(sort: str, rng: np.random.Generator) -> Array:
    """How much each day leans to one side."""
    days = np.arange(FIRST_DAY - N_TRAINED, FIRST_DAY + N_DAYS)
    if sort == "seasonal":
        return np.where((days + 3) % 7 >= 5, SEASON, 0.0)
    found = np.zeros(len(days))
    if sort == "swinging":
        for day in range(len(days)):
            found[day] = STAYS * found[day - 1] + SWING * np.sqrt(1 - STAYS**2) * rng.normal()
    return found


def n_late(size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Outcomes that come on each day: some of every day before, some never."""
    ages = np.arange(N_DAYS)
    chances = COME * (1 - 1 / LATE_DAYS) ** ages / LATE_DAYS
    found = np.zeros(N_DAYS, np.int64)
    for day in range(N_DAYS):
        found[day:] += rng.multinomial(size, np.append(chances[: N_DAYS - day], 1 - chances[: N_DAYS - day].sum()))[:-1]
    return found


def outcomes(size: int, rng: np.random.Generator) -> tuple[Array, Cost]:
    """All losses up to each day, and what they are held against: those of the test rows."""
    tested = drawn_losses(N_TESTED, rng)
    found = [Gathered()]
    for n in n_late(min(size, MOST_OUTCOMES), rng).tolist():
        found.append(found[-1].adding(drawn_losses(n, rng)))
    cost = Cost(n=(N_TESTED,), mean=(float(tested.mean()),), variance=(float(tested.var(ddof=1)),))
    return np.array(found, dtype=np.float64), cost


def drawn_losses(n: int, rng: np.random.Generator) -> Array:
    """Losses as a model of classes makes them: mostly small, some large, cut at a ceiling."""
    return np.minimum(rng.exponential(0.5, n), CEILING)


def worse(gathered: Array, promise: Cost, day: int, budget: float) -> Array:
    """The evidence for "worse than promised", by where it began."""
    since = gathered[day] - gathered[possible_beginnings(day)]
    above = upper_end(promise, CEILING, LUCKY * budget)
    return np.exp(np.minimum(log_e_values(since, CEILING, above), 700.0))


def told_apart(size: int, n: int, rng: np.random.Generator) -> Array:
    """E-values of the small model on rows that are like those of training."""
    n_new, found = min(size, 1_000), []
    windows, at = Windows(np.zeros(n_new, np.int64), np.zeros(1), np.zeros(1)), np.zeros(n_new, np.int64)
    nothing = Costs(np.arange(0), np.zeros(0), np.zeros(0))
    for seed in range(n):
        cells = rng.integers(0, 10, size=(4_000 + n_new, 30)).astype(np.uint8)
        drawn = Kept(tuple(map(str, range(30))), cells[:3_000], np.full(3_000, -1), nothing)
        model = teach(drawn, cells[3_000:4_000], seed)
        assert model is not None
        found.append(tell(model, cells[4_000:], at, windows, drawn.names)[0])
    return np.array(found)


def evidently(drawn: Drawn) -> Array:
    """Whether the default test for more than 1,000 rows flags the column, shape (n_years, n_days)."""
    then = drawn.before.sum(axis=1, keepdims=True)
    shares, now = (counts / counts.sum(axis=2, keepdims=True) for counts in (then, drawn.raw))
    if not drawn.is_number:
        return jensen_shannon(shares, now) >= 0.1
    middles = norm.ppf((np.arange(10) + 0.5) / 10)
    apart = np.abs(np.cumsum(now - shares, axis=2))[..., 1:10] @ np.diff(middles)
    return apart / middles.std() >= 0.1


def nannyml(drawn: Drawn) -> Array:
    """Whether a day lies beyond three standard deviations of the days of training, shape (n_years, n_days)."""
    then = drawn.before.sum(axis=1, keepdims=True)
    shares, before, now = (counts / counts.sum(axis=2, keepdims=True) for counts in (then, drawn.before, drawn.raw))
    old, new = jensen_shannon(shares, before), jensen_shannon(shares, now)
    return new > old.mean(axis=1, keepdims=True) + 3 * old.std(axis=1, keepdims=True)


def jensen_shannon(a: Array, b: Array) -> Array:
    """The distance of two laws, with logarithms to base 2."""
    middle = (a + b) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        total = sum(np.nansum(each * np.log2(each / middle), axis=-1) for each in (a, b))
    return np.sqrt(np.maximum(0.0, total / 2))


def poisson_bounds(n: int, n_years: int) -> tuple[float, float]:
    """The exact interval of 95 % of the alarms a year."""
    low = chi2.ppf(0.025, 2 * n) / 2 if n else 0.0
    return float(low / n_years), float(chi2.ppf(0.975, 2 * n + 2) / 2 / n_years)


def rows_and_counts(n_draws: int, seed: int) -> dict:
    """Evidence after 20 days of 200 rows, from rows of a skewed column and from counts drawn as above."""
    rng = np.random.default_rng((seed, 1))
    found: dict[str, list[float]] = {"rows": [], "counts": []}
    for _ in range(n_draws):
        counted = number_cells("x", rng.lognormal(size=2_000))
        counts = np.bincount(counted.places, minlength=counted.cells.n).astype(np.float64)
        parts = [part for _, part in parts_of(counted.cells, counts) if len(np.unique(part)) > 1]
        places = places_of_numbers(counted.cells, rng.lognormal(size=4_000)).reshape(20, 200)
        rows = np.stack([np.bincount(day, minlength=counted.cells.n) for day in places]).astype(np.float64)
        spaces = rng.dirichlet([1.0, counts[1] - 1.0, *counts[2:-3], 1.0])
        drawn = rng.multinomial(200, np.append(spaces, [0.0, 0.0]), size=20).astype(np.float64)
        for name, looks in (("rows", rows), ("counts", drawn)):
            found[name].append(float(changed(counts + counted.given, looks, parts).log_e[0].mean()))
    medians = {name: float(np.median(values)) for name, values in found.items()}
    return medians | {"draws": n_draws, "p_value": float(ks_2samp(found["rows"], found["counts"]).pvalue)}


if __name__ == "__main__":
    sys.exit(main())
