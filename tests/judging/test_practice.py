"""What is done without the model: as the user says it, within what can be done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.errors import SettingsError
from mlwright.data.compute.table import open_snapshot
from mlwright.judging.worth.practice import Choosing, Practice
from mlwright.judging.worth.today import practice_today
from mlwright.records.settings import DecideSettings
from mlwright.testing.small_job import small_job

TABLE = pa.table(
    {
        "age": [20.0, 70.0, None, 65.0, 30.0, 80.0],
        "plan": ["basic", "pro", "basic", None, "pro", "basic"],
        "called": ["yes", "no", "yes", None, "no", "no"],
        "y": ["no", "yes", "no", "yes", "yes", "no"],
    }
)


def today(folder: Path, said: str, capacity: float = 1.0) -> Practice | None:
    job = small_job(folder, pa.concat_tables([TABLE] * 20))
    target = np.array([0.0, 1, 0, 1, 1, 0])
    table = open_snapshot(job.snapshot, job.run)
    settings = DecideSettings(today=said, capacity=round(1000 * capacity), cases=1000)
    return practice_today(settings, table, np.arange(6), target, job.profile)


def test_where_nothing_was_said_there_is_none(tmp_path: Path) -> None:
    assert today(tmp_path, "best") is None


@pytest.mark.parametrize(
    ("said", "positive", "told"),
    [
        ("nobody", [0, 0, 0, 0, 0, 0], "say 'y = no' in every case"),
        ("everybody", [1, 1, 1, 1, 1, 1], "say 'y = yes' in every case"),
        ("called", [1, 0, 1, 0, 0, 0], "say 'y = yes' where 'called' says so"),
        ("age > 60", [0, 1, 0, 1, 0, 1], "say 'y = yes' where age > 60"),
        ("plan = 'basic'", [1, 0, 1, 0, 0, 1], "say 'y = yes' where plan = 'basic'"),
        ("plan != basic", [0, 1, 0, 0, 1, 0], "say 'y = yes' where plan != basic"),
    ],
)
def test_who_is_answered_positive_today(said: str, positive: list[int], told: str, tmp_path: Path) -> None:
    found = today(tmp_path, said)
    assert isinstance(found, Choosing)
    assert found.positive.tolist() == positive
    assert found.told == told


def test_today_too_no_more_cases_are_answered_positive_than_can_be(tmp_path: Path) -> None:
    found = today(tmp_path, "age > 60", capacity=0.25)
    assert isinstance(found, Choosing)
    assert found.positive.tolist() == [0, 0.5, 0, 0.5, 0, 0.5]
    assert found.told.endswith("25 % of all by lot")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("agee > 60", "names the column 'agee', which is not in the data"),
        ("somebody", "names the column 'somebody', which is not in the data"),
        ("plan > basic", "compares with 'basic', which is neither a number nor one of"),
        ("plan > 3", "compares with 3, but the column holds no numbers"),
        ("plan", "holds 'basic' and 'pro' besides yes and no"),
        ("y", "names the target 'y' itself"),
    ],
)
def test_what_makes_no_sense_is_refused(said: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=message):
        today(tmp_path, said)
