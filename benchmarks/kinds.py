"""mlwright beside plain boosters on kinds of questions that benchmarks seldom ask: other metrics, texts, many classes.

Usage: python benchmarks/kinds.py DATA_DIR [--budget 60] [--only KIND ...] [--seeds 0 1] [--out FILE] [--quick]
                                  [--check]

DATA_DIR holds a folder a data set with a meta.json. Three quarters of the rows learn, the others test. The plain ones
are CatBoost and LightGBM with default settings; where the metric is a distance of numbers, they make that small
(absolute, relative or lopsided errors), and two or more classes they answer by the most probable one, or from a
probability of one half on. A loss is the metric, or 1 less the metric where more is better. `gap` is how much larger
the better plain one's loss is than ours, as a logarithm; its interval is a bootstrap over the kinds, 95 %.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import tables
from mlwright.learning.metrics import metric_of

N_BOOTSTRAPS = 2_000
QUICK_KINDS, QUICK_BUDGET_S = ("middle, little noise", "nine of ten below", "balanced, several classes"), 15.0
GOAL_WINS = 0.65


class Kind(NamedTuple):
    """A table and what is asked of it: some rows of a set, a target, a metric, and columns that tell too much."""

    data: str
    metric: str
    target: str | None = None
    rows: int | None = None
    without: tuple[str, ...] = ()


KINDS = {
    "middle, little noise": Kind("energy_efficiency", "mae"),
    "middle, outliers": Kind("insurance_charges", "mae"),
    "shares of prices": Kind("diamonds", "mape", rows=8_000),
    "logarithms of prices": Kind("ames_housing", "rmsle"),
    "nine of ten below": Kind("california_housing", "pinball:0.9", rows=6_000),
    "one of ten below": Kind("bike_sharing", "pinball:0.1", rows=6_000),
    "rare positives, ranked": Kind("stroke", "average_precision"),
    "rare positives, precise": Kind("mammography", "recall_at_precision:0.8"),
    "rare positives, F1": Kind("hr_attrition_ibm", "f1"),
    "balanced, two classes": Kind("credit_g", "balanced_accuracy"),
    "balanced, several classes": Kind("wine_quality", "balanced_accuracy"),
    "F1 of several classes": Kind("covertype_20k", "f1", rows=6_000),
    "texts beside names": Kind("airline_tweets", "log_loss", without=("negativereason", "tweet_id")),
    "thirty-odd classes": Kind(
        "employee_salaries", "log_loss", target="department", without=("department_name", "division")
    ),
    "sixteen classes by names": Kind("nycflights13", "log_loss", "carrier", 10_000, ("rownames", "tailnum", "flight")),
    "names, places and votes": Kind(
        "zomato_restaurants", "rmse", without=("Restaurant ID", "Rating color", "Rating text", "Locality Verbose")
    ),
    "counts": Kind("oj_sales_dominicks", "rmse"),
    "five hundred rows": Kind("titanic", "roc_auc", rows=667),
}


class Result(NamedTuple):
    """The losses of one kind and seed."""

    kind: str
    seed: int
    ours: float
    catboost: float
    lightgbm: float

    @property
    def gap(self) -> float:
        """How much larger the better plain one's loss is."""
        least = 1e-9
        return math.log(max(min(self.catboost, self.lightgbm), least) / max(self.ours, least))


class Question(NamedTuple):
    """Rows to learn from and rows to answer."""

    train: pd.DataFrame
    test: pd.DataFrame
    target: str
    metric: str

    @property
    def is_number(self) -> bool:
        return "regression" in metric_of(self.metric).tasks

    @property
    def classes(self) -> list[str]:
        return sorted(self.train[self.target].astype(str).unique(), key=lambda name: (-self._count(name), name))

    def _count(self, name: str) -> int:
        return int((self.train[self.target].astype(str) == name).sum())


def question(folder: Path, kind: Kind, seed: int) -> Question:
    """Some rows of the set, the fourth part of them for the test; classes of fewer than five rows are left out."""
    meta = json.loads((folder / kind.data / "meta.json").read_text())
    target = kind.target or meta["target"]
    frame = pd.read_csv(folder / kind.data / meta["main_file"], **meta.get("read_csv", {})).dropna(subset=[target])
    left_out = [*tables.TAKEN_OUT.get(kind.data, []), *kind.without]
    frame = frame.drop(columns=[name for name in left_out if name in frame.columns]).drop_duplicates()
    if "regression" not in metric_of(kind.metric).tasks:
        frame = frame[frame.groupby(target)[target].transform("size") >= 5]
    frame = frame.sample(min(len(frame), kind.rows or len(frame)), random_state=seed).reset_index(drop=True)
    return Question(frame[len(frame) // 4 :].reset_index(drop=True), frame[: len(frame) // 4], target, kind.metric)


def loss(asked: Question, said: np.ndarray, decides: object) -> float:
    """1 less the metric where more is better; `said` is numbers or probabilities in the order of the classes."""
    metric = metric_of(asked.metric)
    if asked.is_number:
        target, said = asked.test[asked.target].to_numpy(dtype=float), said.reshape(-1, 1)
    else:
        places = {name: place for place, name in enumerate(asked.classes)}
        target = asked.test[asked.target].astype(str).map(places).to_numpy(dtype=float)
        known = np.isfinite(target)
        target, said = target[known], (said[known, 1:] if len(places) == 2 else said[known])
    score = metric.score(target, said, threshold=0.5 if decides is None else decides)  # type: ignore[arg-type]
    return 1.0 - score if metric.greater_is_better else score


def ours(asked: Question, budget: float) -> float:
    from mlwright.project import Project
    from mlwright.scoring.deciding import usually_decisive

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.parquet"
        asked.train.to_parquet(file)
        sections = {
            "project": {"target": asked.target},
            "collect": {"source": str(file)},
            "train": {"metric": asked.metric, "experience": False},
        }
        project = Project.create(Path(folder) / "project", sections)
        project.run(budget=budget)
        bundle, rows = project.bundle(), asked.test.drop(columns=[asked.target])
        if asked.is_number:
            return loss(asked, np.asarray(bundle.predict(rows), dtype=float), None)
        own = [str(name) for name in bundle.classes]
        order = [own.index(name) for name in asked.classes]
        decides = usually_decisive(bundle.manifest.model)
        said = np.asarray(bundle.predict_proba(rows))[:, order]
        if isinstance(decides, np.ndarray):
            decides = decides[np.ix_(order, order)]
        elif len(own) == 2 and order != [0, 1]:
            decides = 1.0 - decides
        return loss(asked, said, decides)


def plain(asked: Question, fit: Callable[[Question, pd.DataFrame, pd.DataFrame], np.ndarray]) -> float:
    """A booster on the columns as they are; what is no number is a category."""
    train, test = (frame.drop(columns=[asked.target]) for frame in (asked.train, asked.test))
    for name in train.columns:
        if not pd.api.types.is_numeric_dtype(train[name]):
            train[name], test[name] = (frame[name].astype("string").fillna("missing") for frame in (train, test))
    return loss(asked, fit(asked, train, test), None)


def by_catboost(asked: Question, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    import catboost

    names = [name for name in train.columns if not pd.api.types.is_numeric_dtype(train[name])]
    quiet = {"verbose": 0, "allow_writing_files": False, "random_seed": 0, "cat_features": names}
    train, test = (frame.astype(dict.fromkeys(names, object)) for frame in (train, test))
    if asked.is_number:
        aim = metric_of(asked.metric).aim
        objective = "RMSE" if aim.is_mean or aim.logarithms else f"Quantile:alpha={aim.quantile}"
        model = catboost.CatBoostRegressor(loss_function="MAPE" if aim.relative else objective, **quiet)
        return np.asarray(model.fit(train, asked.train[asked.target]).predict(test))
    model = catboost.CatBoostClassifier(**quiet).fit(train, asked.train[asked.target].astype(str))
    return _in_order(model.predict_proba(test), model.classes_, asked)


def by_lightgbm(asked: Question, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    import lightgbm

    for name in train.columns:
        if not pd.api.types.is_numeric_dtype(train[name]):
            levels = sorted(train[name].unique())
            train[name], test[name] = (pd.Categorical(frame[name], categories=levels) for frame in (train, test))
    train.columns = test.columns = [f"f{place}" for place in range(train.shape[1])]
    quiet = {"verbosity": -1, "random_state": 0}
    if asked.is_number:
        aim = metric_of(asked.metric).aim
        objective = "regression" if aim.is_mean or aim.logarithms else "quantile"
        options = {"objective": "mape" if aim.relative else objective, "alpha": aim.quantile or 0.5}
        return np.asarray(
            lightgbm.LGBMRegressor(**options, **quiet).fit(train, asked.train[asked.target]).predict(test)
        )
    model = lightgbm.LGBMClassifier(**quiet).fit(train, asked.train[asked.target].astype(str))
    return _in_order(np.asarray(model.predict_proba(test)), model.classes_, asked)


def _in_order(said: np.ndarray, classes: Sequence[object], asked: Question) -> np.ndarray:
    names = [str(name) for name in classes]
    return said[:, [names.index(name) for name in asked.classes]]


def interval(gaps: np.ndarray) -> tuple[float, float]:
    """95 % of the means of kinds drawn with replacement."""
    drawn = np.random.default_rng(0).choice(gaps, (N_BOOTSTRAPS, len(gaps))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--only", nargs="*", default=[], help="names of kinds")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--out", type=Path, help="JSON lines of all results; added to")
    parser.add_argument("--quick", action="store_true", help="three kinds, 15 s")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    names = options.only or list(KINDS)
    if options.quick:
        names, options.budget = list(QUICK_KINDS), QUICK_BUDGET_S
    print("| kind | metric | rows | mlwright | CatBoost | LightGBM |\n|---|---|---|---|---|---|")
    found: list[Result] = []
    for name in names:
        for seed in options.seeds:
            asked = question(options.data, KINDS[name], seed)
            losses = ours(asked, options.budget), plain(asked, by_catboost), plain(asked, by_lightgbm)
            found.append(Result(name, seed, *losses))
            shown = " | ".join(f"{value:.4g}" for value in losses)
            print(f"| {name} | {asked.metric} | {len(asked.train):,} | {shown} |", flush=True)
            if options.out:
                with options.out.open("a") as file:
                    file.write(json.dumps(found[-1]._asdict()) + "\n")
    by_kind = [np.mean([one.gap for one in found if one.kind == name]) for name in names]
    gaps = np.array(by_kind)
    wins, (low, high) = float((gaps > 0).mean()), interval(gaps)
    print(f"better than both on {wins:.0%} of the kinds; their loss is {np.expm1(gaps.mean()):+.1%} "
          f"({np.expm1(low):+.1%} to {np.expm1(high):+.1%}) above ours")  # fmt: skip
    figures = {"wins": wins, "gap": gaps.mean(), "low": low, "high": high, "results": [one._asdict() for one in found]}
    print(json.dumps({"benchmark": "kinds", **figures}))
    if options.check and not (wins >= GOAL_WINS and gaps.mean() > 0):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
