"""Whole histories played through the loop, beside never training, training all the time, and training on an alarm.

Usage: python benchmarks/replay.py DATA_DIR [--quick] [--check] [--only NAME] [--starts K] [--late PERIODS]
       [--river PYTHON]

The same small model answers everywhere (`mlwright.learning.quick`); what differs is when it learns again, and from
which rows. ``alarm`` is the default rule of Evidently 0.7, written anew from its documentation: with more than 1,000
reference rows, a number column has drifted where the Wasserstein distance is at least 0.1 of the reference's standard
deviation, any other (and a number column of at most 5 values) where the Jensen-Shannon distance is at least 0.1; with
fewer rows a Kolmogorov-Smirnov or chi-squared test at 0.05 decides. If at least half of the columns have drifted
against the rows that the model in use has learned from, it is trained again, on all rows. ``alarm_limited`` is the same
with as many trainings as the loop may have: one for three periods, two of which may be saved up.

With ``--starts 3`` each history is played three times, begun a fiftieth of its rows later each time: where a few weeks
decide, one start tells little. Told are the mean over the starts, and the least and the most.

With ``--river``, a Python that has River, its adaptive random forest is played beside (`replay_river.py`): it learns
every row of a period when that has ended. It learns on, so its trainings are not counted.

Monthly passengers of airlines (144 rows) are too few for `mlwright replay`, which says so.

Goals, in the mean over the starts: a lower loss than never and than the alarm with as many trainings, and within 2 % of
training after every period with at most a third of its trainings.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from mlwright import Project
from mlwright.core.run import Clock, Run
from mlwright.records.replay import Replayed, ReplayPlan
from mlwright.watching import policies
from mlwright.watching.policies import Policy
from mlwright.watching.replay import play as play_history
from mlwright.watching.timing import has_saved_up

WEEK_S = 7 * 86400
MOST_SHARE, MOST_MORE = 1 / 3, 0.02
LATER = 50
"""Each start is so many parts of the rows later than the one before."""


class Alarm(Policy):
    """Train again where Evidently's default rule says that the data has drifted."""

    title = "train again on Evidently's alarm"

    def __init__(self, world: policies.World) -> None:
        super().__init__(world)
        self.reference = world.table.slice(0, world.end(-1)).to_pandas()

    def learn(self, period: int) -> None:
        start, end = self.world.end(period - 1), self.world.end(period)
        current = self.world.table.slice(start, end - start).to_pandas()
        drifted = [has_drifted(self.reference[name], current[name]) for name in current]
        if np.mean(drifted) >= 0.5:
            self.model = self.world.fit("all", period)
            self.reference = self.world.table.slice(0, end).to_pandas()
            self.did(period, "alarm", f"{sum(drifted)} of {len(drifted)} columns")
            self.did(period, "trained", "alarm")
            self.did(period, "promoted", "alarm")


class LimitedAlarm(Alarm):
    """The same, where trainings have to be saved up for as those of the loop have to."""

    title = "the same alarm, a third as often"

    def learn(self, period: int) -> None:
        trained = [act.period + 1 for act in self.acts if act.what == "trained"]
        if has_saved_up(period + 1, trained, self.world.settings.looks_per_training):
            super().learn(period)


def has_drifted(reference: pd.Series, current: pd.Series) -> bool:
    """Evidently's default test of one column."""
    if pd.api.types.is_datetime64_any_dtype(reference) or reference.map(type).iloc[0].__name__ == "date":
        reference, current = (pd.to_datetime(each).astype("int64").astype(float) for each in (reference, current))
    is_number = pd.api.types.is_numeric_dtype(reference) and reference.nunique() > 5
    if is_number:
        a, b = reference.dropna().to_numpy(float), current.dropna().to_numpy(float)
        if len(reference) > 1000:
            return bool(stats.wasserstein_distance(a, b) / max(a.std(), 1e-3) >= 0.1)
        return bool(stats.ks_2samp(a, b).pvalue < 0.05)
    levels = sorted({*reference.astype(str), *current.astype(str)})
    counts = [
        each.astype(str).value_counts().reindex(levels, fill_value=0).to_numpy(float) for each in (reference, current)
    ]
    if len(reference) > 1000:
        from scipy.spatial.distance import jensenshannon

        return bool(jensenshannon(counts[0], counts[1]) >= 0.1)
    expected = counts[0] / counts[0].sum() * counts[1].sum()
    kept = expected > 0
    return bool(
        stats.chisquare(counts[1][kept], expected[kept] * counts[1][kept].sum() / expected[kept].sum()).pvalue < 0.05
    )


def electricity(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    frame = pd.read_csv(data / "electricity_elec2" / "elec.csv")
    frame["time"] = pd.Timestamp("1996-05-07") + pd.to_timedelta(30 * np.arange(len(frame)), unit="min")
    return frame, "class", []


def bikes(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    frame = pd.read_csv(data / "bike_sharing" / "hour.csv")
    frame["time"] = pd.to_datetime(frame["dteday"]) + pd.to_timedelta(frame["hr"], unit="h")
    return frame, "cnt", ["casual", "registered", "instant", "dteday"]


def victoria(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    frame = pd.read_csv(data / "vic_electricity" / "vic_elec.csv")
    frame["time"] = pd.to_datetime(frame["Time"]).dt.tz_localize(None)
    frame["half_hour"] = frame["time"].dt.hour * 2 + frame["time"].dt.minute // 30
    return frame, "Demand", ["rownames", "Time", "Date"]


def taxis(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    frame = pd.read_csv(data / "nyc_taxi_demand" / "nyc_taxi.csv")
    frame["time"] = pd.to_datetime(frame.pop("timestamp"))
    frame["half_hour"] = frame["time"].dt.hour * 2 + frame["time"].dt.minute // 30
    frame["weekday"] = frame["time"].dt.day_of_week
    return frame, "value", []


def oranges(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    frame = pd.read_csv(data / "oj_sales_dominicks" / "oj-sales-train.csv")
    frame["time"] = pd.to_datetime(frame.pop("WeekStarting"))
    return frame, "Quantity", []


def flights(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    """What is known before a flight starts; whether it lands a quarter of an hour late."""
    frame = pd.read_csv(data / "nycflights13" / "flights_sample.csv").dropna(subset=["arr_delay"])
    minutes = frame["hour"] * 60 + frame["minute"]
    frame["time"] = pd.to_datetime(frame[["year", "month", "day"]]) + pd.to_timedelta(minutes, unit="min")
    frame["late"] = np.where(frame["arr_delay"] > 15, "yes", "no")
    after = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]
    return frame, "late", ["rownames", "year", "tailnum", "flight", *after]


def ratings(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    """What people think of films, from 2005 on; a film by its year and kinds, a person by their number."""
    folder = data / "movielens_small"
    frame = pd.read_csv(folder / "ratings.csv").merge(pd.read_csv(folder / "movies.csv"), on="movieId")
    frame["time"] = pd.to_datetime(frame.pop("timestamp"), unit="s")
    frame["year"] = frame["title"].str.extract(r"\((\d{4})\)")[0].astype(float)
    for kind in ("Drama", "Comedy", "Action", "Thriller", "Horror", "Animation"):
        frame[kind.lower()] = frame["genres"].str.contains(kind).map({True: "yes", False: "no"})
    return frame[frame["time"] >= "2005-01-01"].sort_values("time"), "rating", ["title", "genres"]


def tweets(data: Path) -> tuple[pd.DataFrame, str, list[str]]:
    """What people think of airlines, by the hour of one week."""
    frame = pd.read_csv(data / "airline_tweets" / "Tweets.csv")
    frame["time"] = pd.to_datetime(frame.pop("tweet_created"))
    frame["length"], frame["hour"] = frame["text"].str.len(), frame["time"].dt.hour
    return frame.sort_values("time"), "airline_sentiment", ["tweet_id", "negativereason"]


HISTORIES = {
    "electricity_elec2": (electricity, WEEK_S),
    "bike_sharing": (bikes, WEEK_S),
    "vic_electricity": (victoria, WEEK_S),
    "nyc_taxi_demand": (taxis, 2 * 86400),
    "oj_sales_dominicks": (oranges, 4 * WEEK_S),
    "nycflights13": (flights, WEEK_S),
    "movielens_small": (ratings, 13 * WEEK_S),
    "airline_tweets": (tweets, 6 * 3600),
}


def play(name: str, data: Path, folder: Path, *, start: int, quick: bool, late: int) -> tuple[Replayed, float]:
    """One history from one start, and the seconds of CPU that it took."""
    read, period_s = HISTORIES[name]
    frame, target, left_out = read(data)
    frame = frame.drop(columns=left_out).iloc[start * len(frame) // LATER :]
    if quick:
        frame = frame.iloc[: min(len(frame), 6000)]
    folder.mkdir()
    frame.to_csv(folder / "history.csv", index=False)
    collect = {"source": "../history.csv", "time": "time"}
    project = Project.create(folder / "project", {"project": {"target": target}, "collect": collect})
    project.run(until="profile")
    snapshot, profile, settings = project.show("snapshot"), project.show("profile"), project.settings().operate
    run = Run("replay", project.store, Clock(folder / "cancel", None))
    members = {name: policies.POLICIES.get(name) for name in policies.POLICIES.names()} | {
        "alarm": Alarm,
        "alarm_limited": LimitedAlarm,
    }
    began = time.process_time()
    found = play_history(snapshot, profile, ReplayPlan(period_s=period_s, late=late), settings, run, members)
    return found, time.process_time() - began


def of_river(python: str, history: Path, target: str, found: Replayed) -> float:
    """The mean loss of River's forest on the same rows."""
    task = "regression" if found.loss_title == "squared error" else "classes"
    periods = ",".join(map(str, found.rows_by_period))
    script = Path(__file__).with_name("replay_river.py")
    asked = [python, str(script), str(history), target, task, str(found.n_start), periods]
    return float(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)


class Figures(NamedTuple):
    """What a way came to on one history, from each start: its loss above that of training always, and its trainings."""

    title: str
    shares: tuple[float, ...]
    n_trainings: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        return float(np.mean(self.shares))

    def told(self) -> str:
        trained = f"{np.mean(self.n_trainings):7.1f} trainings" if self.n_trainings else ""
        return f"  {self.title:38} {self.share:+7.2%} ({min(self.shares):+7.2%} to {max(self.shares):+7.2%}) {trained}"

    def kept(self) -> dict[str, float]:
        found = {"share": self.share, "least": min(self.shares), "most": max(self.shares)}
        return found | ({"trainings": float(np.mean(self.n_trainings))} if self.n_trainings else {})


def played(name: str, options: argparse.Namespace, place: Path) -> dict[str, Figures]:
    """One history from every start, told."""
    found: dict[str, list[tuple[str, float, int]]] = {}
    for start in range(options.starts):
        folder = place / f"{name}-{start}"
        history, seconds = play(name, options.data, folder, start=start, quick=options.quick, late=options.late)
        by_name = {each.policy: each for each in history.played}
        always = by_name["every_period"].loss
        for policy, each in by_name.items():
            found.setdefault(policy, []).append((each.title, each.loss / always - 1, each.n_trainings))
        if options.river:
            loss = of_river(options.river, folder / "history.csv", history.target, history)
            found.setdefault("river", []).append(("River, adaptive random forest", loss / always - 1, 0))
        said = (
            f"{name}: {history.n_rows:,} rows, {len(history.periods)} periods, {history.loss_title} {always:.5g} always"
        )
        print(f"{said}, {seconds:.0f} s of CPU", flush=True)
    figures = {}
    for policy, each in found.items():
        titles, shares, trained = zip(*each, strict=True)
        figures[policy] = Figures(titles[0], shares, () if policy == "river" else trained)
    for each in sorted(figures.values(), key=lambda one: one.share):
        print(each.told(), flush=True)
    return figures


def missed_by(name: str, figures: dict[str, Figures]) -> list[str]:
    """The goals that the loop missed on one history."""
    loop = figures["loop"]
    most = MOST_SHARE * np.mean(figures["every_period"].n_trainings)
    goals = {
        "below never": loop.share < figures["never"].share,
        "below the alarm with as many trainings": loop.share < figures["alarm_limited"].share,
        "within 2 % of always": loop.share <= MOST_MORE,
        "a third of its trainings": np.mean(loop.n_trainings) <= most,
    }
    return [f"{name}: {goal}" for goal, reached in goals.items() if not reached]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", choices=list(HISTORIES))
    parser.add_argument("--starts", type=int, default=1, help="how often each history is played, begun later each time")
    parser.add_argument("--late", type=int, default=0, help="periods after which outcomes are known")
    parser.add_argument("--river", metavar="PYTHON", help="a Python that has River, played beside")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        names = [options.only] if options.only else list(HISTORIES)
        whole = {name: played(name, options, Path(place)) for name in names}
    missed = [goal for name, figures in whole.items() for goal in missed_by(name, figures)]
    print("\nmissed:", "; ".join(missed) or "nothing")
    kept = {name: {policy: each.kept() for policy, each in figures.items()} for name, figures in whole.items()}
    print(json.dumps({"benchmark": "replay"} | kept))
    if options.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
