"""What every kind of insight is held to; a new member of the family is found by itself.

Whoever adds kinds of their own (by an entry point of the group ``mlwright.data.insights``) runs this file:
``pytest --pyargs mlwright.testing.insights``.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import open_split
from mlwright.data.insights import SEEKERS, Seeker
from mlwright.data.insights._evidence import Evidence
from mlwright.data.insights._ranking import tell
from mlwright.records.exploration import Insight
from mlwright.testing.checks import open_specimen
from mlwright.testing.noise import pure_noise

each_kind = pytest.mark.parametrize("name", SEEKERS.names())

N_TABLES = 30


def rows_of(specimen: Specimen, folder: Path) -> TrainingRows:
    """The training rows of a specimen, as the stage sees them."""
    opened = open_specimen(specimen, folder)
    return training_rows(open_split(opened.snapshot, opened.split, opened.profile, opened.run), opened.profile)


def told_by(name: str, rows: TrainingRows) -> tuple[Insight, ...]:
    """What one kind tells alone."""
    return tell(rows, skip=[other for other in SEEKERS.names() if other != name]).insights


@each_kind
def test_it_stays_quiet(name: str, tmp_path: Path) -> None:
    """On its quiet specimen it tells nothing."""
    assert [told.sentence for told in told_by(name, rows_of(SEEKERS.get(name).quiet(), tmp_path))] == []


@each_kind
def test_it_speaks_in_a_sentence_with_numbers(name: str, tmp_path: Path) -> None:
    """On its specimen it tells something that names its columns, has an interval, and comes out the same again."""
    rows = rows_of(SEEKERS.get(name).speaks(), tmp_path)
    found = told_by(name, rows)
    assert found
    assert found == told_by(name, rows)
    for insight in found:
        assert insight.kind == name
        assert insight.low <= insight.value <= insight.high
        assert insight.size > 0
        assert re.search(r"\d", insight.sentence)
        assert insight.sentence[-1] == "."
        assert "  " not in insight.sentence
        assert len(insight.sentence) <= 500
        assert all(column in rows.profile.column(column).name for column in insight.columns)


@each_kind
def test_it_looks_at_the_first_half_only(name: str, tmp_path: Path) -> None:
    """Whatever stands in the target of the second half, the same things are suggested."""
    rows = rows_of(SEEKERS.get(name).speaks(), tmp_path)
    first = Evidence(rows).first
    target = rows.profile.roles.target
    place = rows.arrow.column_names.index(target)
    values = rows.arrow[target].to_pandas().to_numpy().copy()
    values[~first] = np.random.default_rng(0).permutation(values[~first])
    changed = rows.arrow.set_column(place, target, pa.array(values))
    assert _suggested(name, rows) == _suggested(name, TrainingRows(rows.profile, rows.positions, changed, rows.seed))


@each_kind
def test_it_copes_with_next_to_nothing(name: str, tmp_path: Path) -> None:
    """Two columns of thirty rows, half of them missing: nothing to tell, and no fault."""
    values = [float(row) if row % 2 else None for row in range(120)]
    rows = rows_of(Specimen({"a": values, "b": ["x"] * 60 + ["y"] * 60, "y": ["no", "yes"] * 60}), tmp_path)
    told = tell(rows, skip=[other for other in SEEKERS.names() if other != name])
    assert all("failed" not in skipped.reason for skipped in told.skipped)


@each_kind
def test_it_is_documented(name: str) -> None:
    """It says what it compares and what it is called."""
    member = SEEKERS.get(name)
    assert (member.__doc__ or "").strip()
    assert member.__doc__ != Seeker.__doc__
    assert 3 <= len(member.title) <= 80


@pytest.mark.parametrize(("task", "seed"), [("two classes", 1), ("four classes", 2), ("number", 3)])
def test_pure_noise_gives_a_sentence_in_at_most_5_of_100_tables(task: str, seed: int, tmp_path: Path) -> None:
    """Columns of all kinds, each shuffled by itself thirty times: nothing has to do with anything.

    What is true of a column by itself (a few values hold much of the sum) is no noise and is not asked for. Were the
    rate 5 in 100, more than 4 would come up in fewer than 2 of 100 cases.
    """
    rows = rows_of(Specimen(pure_noise(task, seed)), tmp_path)
    told = [tell(_shuffled(rows, seed), skip=["concentration"]) for seed in range(N_TABLES)]
    assert all("failed" not in skipped.reason for each in told for skipped in each.skipped)
    assert sum(bool(each.insights) for each in told) <= 4
    assert np.mean([each.n_looks for each in told]) > 1


def _shuffled(rows: TrainingRows, seed: int) -> TrainingRows:
    rng = np.random.default_rng(seed)
    columns = {name: rows.arrow[name].take(pa.array(rng.permutation(len(rows)))) for name in rows.arrow.column_names}
    return TrainingRows(rows.profile, rows.positions, pa.table(columns), seed)


def _suggested(name: str, rows: TrainingRows) -> list[tuple[str, ...]]:
    try:
        return [candidate.columns for candidate in SEEKERS.get(name)().look(Evidence(rows))]
    except NotApplicable:
        return []
