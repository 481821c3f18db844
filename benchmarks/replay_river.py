"""River's adaptive random forest on a history, period by period: what `replay.py --river PYTHON` asks that Python.

Usage: python benchmarks/replay_river.py HISTORY.csv TARGET regression|classes FIRST_ROWS PERIOD_ROWS,PERIOD_ROWS,...

Needs River alone. The forest has River's defaults; it learns the first rows one by
one, then answers the rows of a period before it learns them, as everybody does in `replay.py`. A time gives it the
hour, the day of the week and the days since 1970. Probabilities lie between 0.001 and 0.999. It prints its mean loss.
"""

from __future__ import annotations

import csv
import math
import sys
from datetime import UTC, datetime

from river import forest

LEAST = 0.001


def value(name: str, text: str) -> tuple[str, float]:
    """A number, or a name as a number that says that it is this one: leaves of River's trees take nothing else."""
    try:
        return name, float(text)
    except ValueError:
        return f"{name} is {text}", 1.0


def inputs(row: dict[str, str], target: str) -> dict[str, float]:
    found = dict(value(name, text) for name, text in row.items() if name not in (target, "time") and text)
    moment = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
    hour, days = moment.hour + moment.minute / 60, moment.timestamp() / 86_400
    return found | {"hour of time": hour, "weekday of time": float(moment.weekday()), "days of time": days}


def main() -> None:
    file, target, task, first, periods = sys.argv[1:]
    with open(file, newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row["time"])
    is_number = task == "regression"
    model = forest.ARFRegressor(seed=0) if is_number else forest.ARFClassifier(seed=0)

    def learn(part: list[dict[str, str]]) -> None:
        for row in part:
            model.learn_one(inputs(row, target), float(row[target]) if is_number else row[target])

    def loss(row: dict[str, str]) -> float:
        if is_number:
            return (float(row[target]) - float(model.predict_one(inputs(row, target)) or 0.0)) ** 2
        said = model.predict_proba_one(inputs(row, target)).get(row[target], 0.0)
        return -math.log(min(max(said, LEAST), 1 - LEAST))

    at, losses = int(first), []
    learn(rows[:at])
    for n_rows in map(int, periods.split(",")):
        part = rows[at : at + n_rows]
        losses += [loss(row) for row in part]
        learn(part)
        at += n_rows
    print(sum(losses) / len(losses))


if __name__ == "__main__":
    main()
