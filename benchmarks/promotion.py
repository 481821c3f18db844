"""How often a challenger that is no better is promoted, and how long one that is better has to wait.

Usage: python benchmarks/promotion.py DATA_DIR [--quick] [--check]      (needs no data; the folder is not looked at)

A trial is looked at after every 100 labelled rows, up to 10,000. The losses are those of two models that answer with
errors of their own on rows that both find hard or easy: log loss, squared error, and squared error whose rows hang
together in time. ``bet`` is the test of `mlwright operate` at an error of 5 %, ``t-test`` a paired one at 5 % at every
look, as dashboards do it. Goal: at most 5 % of challengers that are no better are promoted where rows come one by one.
Where gains swing for 50 rows together the bet proves that the challenger was better on these rows, given what came
before each, and not that it will be: what it promotes there beyond 5 % is told, and is no part of the goal.

A refresh (the model in use, trained again) needs no proof with ``refresh = "likely"``: the second table says how often
one that is truly no better, or worse, goes into use, and what that costs over all trials.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.special import expit

from mlwright.statistics.sequential import Gathered, log_e_value
from mlwright.watching.stretch import likely_worse

ERROR, STEP, MOST = 0.05, 100, 10_000
USUAL = 0.98


def losses(sort: str, gain: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Losses of the champion, and of a challenger whose own error is smaller by a share."""
    if sort == "log loss":
        score = rng.normal(0, 1.5, MOST)
        truth = rng.random(MOST) < expit(score)
        said = [expit(score + size * rng.normal(0, 0.7, MOST)) for size in (1.0, 1.0 - gain)]
        return tuple(-np.log(np.where(truth, each, 1 - each)) for each in said)  # type: ignore[return-value]
    common = rng.normal(0, 1, MOST)
    own = [size * rng.normal(0, 0.7, MOST) for size in (1.0, 1.0 - gain)]
    if sort == "hangs together":
        weather = np.repeat(rng.normal(0, 1, (2, MOST // 50)), 50, axis=1)
        own = [
            each + 0.5 * turn * (1.0 - gain * (place == 1))
            for place, (each, turn) in enumerate(zip(own, weather, strict=True))
        ]
    return (common + own[0]) ** 2, (common + own[1]) ** 2


def decided(champion: np.ndarray, challenger: np.ndarray) -> tuple[int, int]:
    """Rows after which the bet, and the repeated t-test, promote; 0 if they never do."""
    ceiling = float(np.quantile(champion[: MOST // 10], USUAL))
    gains = np.minimum(champion, ceiling) - np.minimum(challenger, ceiling)
    gathered, bet, tested = Gathered(), 0, 0
    for start in range(0, MOST, STEP):
        gathered = gathered.adding(gains[start : start + STEP])
        n, mean = gathered.n, gathered.mean
        if not bet and log_e_value(gathered, 2 * ceiling) >= -math.log(ERROR):
            bet = n
        spread = gains[:n].std(ddof=1) / math.sqrt(n)
        if not tested and mean > 1.645 * spread:
            tested = n
        if bet and tested:
            break
    return bet, tested


def refreshed(n_trials: int, figures: dict[str, dict[str, object]]) -> None:
    """How often a refresh goes into use on so many unseen rows with ``refresh = "likely"``, and what that costs.

    ``loss`` is the mean change of the loss over all trials, as a share of it: nothing where the model is kept.
    """
    titles = f"{'refresh':16} {'own error more by':>18} {'rows':>6} {'goes into use':>14}"
    print(f"\n{titles} {'interval of 95 %':>18} {'loss':>8}")
    for sort in ("log loss", "squared error", "hangs together"):
        for worse in (0.0, 0.1, 0.3):
            whole = [losses(sort, -worse, np.random.default_rng(seed)) for seed in range(n_trials)]
            own, theirs = (np.mean([pair[place].mean() for pair in whole]) for place in (0, 1))
            for n_rows in (100, 400):
                used = sum(not likely_worse(own_loss[:n_rows], loss[:n_rows]) for own_loss, loss in whole)
                share, (low, high) = used / n_trials, wilson(used, n_trials)
                change = share * (theirs / own - 1)
                print(f"{sort:16} {worse:18.0%} {n_rows:6} {share:14.1%} {low:9.1%} to {high:5.1%} {change:+8.2%}")
                figures[f"refresh: {sort}, {worse:.0%} worse, {n_rows} rows"] = {"used": share, "loss": float(change)}


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share."""
    found = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    n_trials = 60 if options.quick else 600
    figures: dict[str, dict[str, object]] = {}
    print(
        f"{'loss':16} {'own error less by':>18} {'bet promotes':>13} {'interval of 95 %':>18} {'t-test promotes':>16} "
        f"{'median rows of the bet':>23}"
    )
    for sort in ("log loss", "squared error", "hangs together"):
        for gain in (0.0, 0.1, 0.3):
            found = np.array([decided(*losses(sort, gain, np.random.default_rng(seed))) for seed in range(n_trials)])
            bet, tested = (float((column > 0).mean()) for column in found.T)
            rows = float(np.median(found[found[:, 0] > 0, 0])) if bet else math.nan
            low, high = wilson(int((found[:, 0] > 0).sum()), n_trials)
            print(f"{sort:16} {gain:18.0%} {bet:13.1%} {low:9.1%} to {high:5.1%} {tested:16.1%} {rows:23,.0f}")
            figures[f"{sort}, {gain:.0%}"] = {
                "bet": bet,
                "bet_low": low,
                "bet_high": high,
                "t_test": tested,
                "median_rows": rows,
            }
    goal = [name for name in figures if name.endswith(", 0%") and not name.startswith("hangs")]
    wrong = [name for name in goal if float(str(figures[name]["bet"])) > ERROR]
    refreshed(n_trials // 3, figures)
    print("missed:", "; ".join(wrong) or "nothing")
    print(json.dumps({"benchmark": "promotion"} | figures).replace("NaN", "null"))
    if options.check and wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
