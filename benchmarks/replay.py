"""Whole histories played through the loop, beside never training, training all the time, and training on an alarm.

Usage: python benchmarks/replay.py DATA_DIR [--quick] [--check] [--only NAME] [--late PERIODS] [--river PYTHON]

The same small model answers everywhere (`mlwright.learning.quick`); what differs is when it learns again, and from
which rows. ``alarm`` is the default rule of Evidently 0.7, written anew from its documentation: with more than 1,000
reference rows, a number column has drifted where the Wasserstein distance is at least 0.1 of the reference's standard
deviation, any other (and a number column of at most 5 values) where the Jensen-Shannon distance is at least 0.1; with
fewer rows a Kolmogorov-Smirnov or chi-squared test at 0.05 decides. If at least half of the columns have drifted
against the rows that the model in use has learned from, it is trained again, on all rows.

With ``--river``, a Python that has River, its adaptive random forest is played beside (`replay_river.py`): it learns
every row of a period when that has ended. It learns on, so its trainings are not counted.

Monthly passengers of airlines (144 rows) are too few for `mlwright replay`, which says so.

Goals: a lower loss than never and than the alarm, and within 2 % of training after every period with at most a third of
its trainings.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from mlwright import Project
from mlwright.core.run import Clock, Run
from mlwright.records.replay import Replayed, ReplayPlan
from mlwright.watching import policies
from mlwright.watching.policies import Policy
from mlwright.watching.replay import play as play_history

WEEK_S = 7 * 86400
MOST_SHARE, MOST_MORE = 1 / 3, 0.02


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


def play(name: str, data: Path, folder: Path, *, quick: bool, late: int) -> tuple[Replayed, float]:
    """One history, and the seconds of CPU that it took."""
    read, period_s = HISTORIES[name]
    frame, target, left_out = read(data)
    frame = frame.drop(columns=left_out)
    if quick:
        frame = frame.iloc[: min(len(frame), 6000)]
    folder.mkdir()
    frame.to_csv(folder / "history.csv", index=False)
    collect = {"source": "../history.csv", "time": "time"}
    project = Project.create(folder / "project", {"project": {"target": target}, "collect": collect})
    project.run(until="profile")
    snapshot, profile, settings = project.show("snapshot"), project.show("profile"), project.settings().operate
    run = Run("replay", project.store, Clock(folder / "cancel", None))
    members = {name: policies.POLICIES.get(name) for name in policies.POLICIES.names()} | {"alarm": Alarm}
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", choices=list(HISTORIES))
    parser.add_argument("--late", type=int, default=0, help="periods after which outcomes are known")
    parser.add_argument("--river", metavar="PYTHON", help="a Python that has River, played beside")
    options = parser.parse_args()
    figures, missed = {}, []
    with tempfile.TemporaryDirectory() as place:
        for name in [options.only] if options.only else HISTORIES:
            found, seconds = play(name, options.data, Path(place) / name, quick=options.quick, late=options.late)
            by_name = {each.policy: each for each in found.played}
            print(
                f"\n{name}: {found.n_rows:,} rows, {len(found.periods)} periods, {found.loss_title}, "
                f"{seconds:.0f} s of CPU"
            )
            for each in found.played:
                share = each.loss / by_name["every_period"].loss - 1
                print(f"  {each.title:38} loss {each.loss:12.5g} ({share:+7.2%})  {each.n_trainings:4} trainings")
            if options.river:
                loss = of_river(options.river, Path(place) / name / "history.csv", found.target, found)
                share = loss / by_name["every_period"].loss - 1
                print(f"  {'River, adaptive random forest':38} loss {loss:12.5g} ({share:+7.2%})")
            never, always, alarm = (by_name[key] for key in ("never", "every_period", "alarm"))
            for loop in (by_name["loop"],):
                goals = {
                    "below never": loop.loss < never.loss,
                    "below the alarm": loop.loss < alarm.loss,
                    "within 2 % of always": loop.loss <= always.loss * (1 + MOST_MORE),
                    "a third of its trainings": loop.n_trainings <= always.n_trainings * MOST_SHARE,
                }
                missed += [f"{name}, {loop.policy}: {goal}" for goal, reached in goals.items() if not reached]
            figures[name] = {"river": {"loss": loss}} if options.river else {}
            figures[name] |= {
                each.policy: {"loss": each.loss, "trainings": each.n_trainings, "promotions": each.n_promotions}
                for each in found.played
            }
    print("\nmissed:", "; ".join(missed) or "nothing")
    print(json.dumps(figures))
    if options.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
