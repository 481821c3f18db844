"""Learn from public data sets what to try first, and show what that gains on a set that was not learned from.

Usage: python benchmarks/learn_prior.py DATA_DIR [--half develop|final] [--only SET ...] [--rows 4000] [--folds 3]
                                        [--variants 5] [--test-rows 6000] [--cache DIR] [--write] [--quick] [--check]

Learning: from each data set some rows are drawn and every candidate of every family, and some variants of each, are
fitted on every fold; which of them paid goes into ``src/mlwright/learning/search/prior.jsonl`` with --write. Showing:
each set is searched again, in the order that the others teach (as a second run, whose user has searched the others
before), and in the order without experience (as a first one). Told is the gain over the dummy on test rows, as a share
of that of all candidates together, that an ensemble of the linear model and those has reached that were fitted in the
time in which the order without experience fits its first few: the best bets of all families and then further candidates
and variants. The same fits serve both orders, so that the machine's speed does not matter; --cache keeps them (those of
``ablation.py`` with the same options are the same).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

import tables
from ablation import Losses
from lessons import MOST_TEST, Lesson, candidates_of, kept_outcome, lesson, place_of, tag_of
from mlwright.learning.models import MODELS, Facts
from mlwright.learning.search.experience import advise, trace
from mlwright.learning.search.lineup import line_up
from mlwright.learning.search.tune import is_variant
from mlwright.records.experience import Paid, Trace

PRIOR = Path(__file__).parents[1] / "src" / "mlwright" / "learning" / "search" / "prior.jsonl"
FIRST = (3, 6, 9, 12, 18)
GOAL_GAINED = -0.005
"""Of the gain over the dummy, in the mean: what was learned may bring nothing, but it must do no harm."""


class Lessons(NamedTuple):
    """All candidates of one data set, what they are worth, and what that teaches."""

    name: str
    facts: Facts
    losses: Losses
    trace: Trace


def learned(data: tables.Data, options: argparse.Namespace) -> Lessons:
    """Fit every candidate on every fold, or read what is kept."""
    with tempfile.TemporaryDirectory() as folder:
        given = lesson(data, options.rows, options.folds, 0, Path(folder), options.test_rows)
    tag = tag_of(data.name, 0, options.rows, options.folds, options.test_rows)
    outcomes = {
        one.name: kept_outcome(one, given, 0, place_of(one, tag, options.cache), again=False)
        for one in candidates_of(given.facts, options.variants)
    }
    losses = Losses(given, outcomes, 0)
    return Lessons(data.name, given.facts, losses, taught(given, losses))


def taught(given: Lesson, losses: Losses) -> Trace:
    """What each candidate was good for, by the held-out rows."""
    weights = losses.weights_of(list(losses.outcomes))
    alone = {name: losses.judge.loss(np.clip(one.held_out, *losses.bounds)) for name, one in losses.outcomes.items()}
    dummy, best = alone.pop("dummy"), min(alone.values())
    paid = {
        name: Paid(
            weight=round(float(weights[name]), 3),
            quality=round(float(np.clip((dummy - loss) / (dummy - best), 0.0, 1.0)), 3),
            seconds=round(losses.outcomes[name].seconds, 2),
        )
        for name, loss in alone.items()
    }
    return trace(given.facts, paid)


def in_turn(of: Lessons, prior: Sequence[Trace]) -> list[str]:
    """The candidates in the order in which a search that knows these traces tries them, then their variants."""
    models = {name: MODELS.get(name)() for name in MODELS.installed()}
    worth = advise(of.facts, [], prior).worth
    lineup = line_up(models, of.facts, worth=worth)
    named = [one.name for one in (*lineup.opening, *lineup.extra) if one.name in of.losses.outcomes]
    usual = fmean(worth.values()) if worth else 0.0
    variants = [name for name in of.losses.outcomes if is_variant(name)]
    return [*named, *sorted(variants, key=lambda name: -worth.get(name, usual))]


def shares_reached(of: Lessons, prior: Sequence[Trace]) -> dict[int, float]:
    """What is gained over the dummy on test rows in the time of the first few, as a share of what all gain."""
    losses = of.losses
    plain, ordered = in_turn(of, []), in_turn(of, prior)
    ends = np.cumsum([losses.outcomes[name].seconds for name in plain])
    own_ends = np.cumsum([losses.outcomes[name].seconds for name in ordered])
    dummy = losses.of(["dummy"])
    whole = dummy - losses.of(["linear", *plain])
    done = {n: int((own_ends <= ends[n - 1] + 1e-9).sum()) for n in FIRST if n <= len(plain)}
    return {n: (dummy - losses.of(["linear", *ordered[:many]])) / whole for n, many in done.items() if whole > 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=[*tables.HALVES], default="develop")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--variants", type=int, default=5)
    parser.add_argument("--test-rows", type=int, default=MOST_TEST, help="at most so many, to see what an order gains")
    parser.add_argument("--cache", type=Path, help="keep fits here")
    parser.add_argument("--write", action="store_true", help="keep what was learned in the package")
    parser.add_argument("--quick", action="store_true", help="two small data sets, 300 rows, no variants")
    parser.add_argument("--check", action="store_true", help="exit with 1 if the learned order is worse")
    options = parser.parse_args()
    names = [name for name in tables.HALVES[options.half] if not options.only or name in options.only]
    if options.quick:
        names, options.rows, options.variants = ["credit_g", "telco_churn"], 300, 0
    if options.cache is not None:
        options.cache.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(1):
        every = [learned(tables.read(options.data, name), options) for name in names]
    rows = []
    print(
        "| left out | time of the first | order without experience | order learned from the others |\n|---|---|---|---|"
    )
    for one in every:
        others = [other.trace for other in every if other is not one]
        plain, advised = shares_reached(one, []), shares_reached(one, others)
        for n in plain:
            rows.append({"name": one.name, "first": n, "without": round(plain[n], 4), "with": round(advised[n], 4)})
            print(f"| {one.name} | {n} | {plain[n]:.1%} | {advised[n]:.1%} |", flush=True)
    if options.write:
        PRIOR.write_text("".join(f"{one.trace.model_dump_json()}\n" for one in every))
    gained = {
        n: float(np.mean([row["with"] - row["without"] for row in rows if row["first"] == n]))
        for n in sorted({row["first"] for row in rows})
    }
    print(json.dumps({"benchmark": "learn_prior", "gained": {n: round(g, 4) for n, g in gained.items()}, "rows": rows}))
    if options.check and np.mean(list(gained.values())) < GOAL_GAINED:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
