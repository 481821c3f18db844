"""What every check is held to; a new member of the family is found by itself.

Whoever adds checks of their own (by an entry point of the group ``mlwright.data.checks``) runs this file:
``pytest --pyargs mlwright.testing.checks``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.engine import execute
from mlwright.core.family import NotApplicable
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.check import ask
from mlwright.data.checks import CHECKS, Check, Specimen
from mlwright.data.compute.table import open_split
from mlwright.pipeline import BUILD, Settings
from mlwright.records.data import Snapshot
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.records.settings import CollectSettings
from mlwright.records.split import Split
from mlwright.testing.finders import TINY, assert_documented, assert_whole
from mlwright.testing.noise import TASKS, WORLDS, noise

TRUE_OF_NOISE = {"too_few_rows", "many_columns_few_rows", "rare_classes", "train_test_drift"}

each_check = pytest.mark.parametrize("name", CHECKS.names())


class Opened(NamedTuple):
    """A table that went through the stages ``collect``, ``profile`` and ``split``."""

    snapshot: Snapshot
    profile: Profile
    split: Split
    run: Run


def open_specimen(specimen: Specimen, folder: Path) -> Opened:
    """Let a specimen go the way of any data, from a Parquet file to an open split."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    pq.write_table(
        pa.table({name: pa.array(list(values)) for name, values in specimen.columns.items()}), folder / "data.parquet"
    )
    sections: dict[str, dict[str, Any]] = {
        "project": {"target": specimen.target},
        "collect": {"source": str(folder / "data.parquet")},
        "profile": {},
    }
    for key, value in specimen.settings.items():
        home = "collect" if key in CollectSettings.model_fields else "profile"
        sections[home][key] = value
    run = Run("specimen", Store(folder / "store"), Clock(folder / "cancel", None))
    records = execute(BUILD, Settings.model_validate(sections).sections(), run, until="split")
    snapshot, profile, split = records["collect"], records["profile"], records["split"]
    assert isinstance(snapshot, Snapshot)
    assert isinstance(profile, Profile)
    assert isinstance(split, Split)
    return Opened(snapshot, profile, split, run)


def look(name: str, opened: Opened) -> list[Finding]:
    """What a check finds, asked with fresh eyes; nothing where it cannot judge."""
    profile = opened.profile
    table = open_split(opened.snapshot, opened.split, profile, opened.run)
    try:
        return list(CHECKS.get(name)().look(table, profile))
    except NotApplicable:
        return []


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Thirty rows with gaps everywhere."""
    return open_specimen(Specimen(TINY), tmp_path_factory.mktemp("tiny"))


@each_check
def test_it_stays_quiet_on_its_quiet_specimen(name: str, tmp_path: Path) -> None:
    """The first duty: no false alarm."""
    assert look(name, open_specimen(CHECKS.get(name).quiet(), tmp_path)) == []


@each_check
def test_it_speaks_on_its_speaking_specimen(name: str, tmp_path: Path) -> None:
    """It finds its own fault; the finding is whole, and comes again in the same words."""
    opened = open_specimen(CHECKS.get(name).speaks(), tmp_path)
    found = look(name, opened)
    assert found, f"{name} is silent on its speaking specimen"
    for finding in found:
        assert_whole(finding, name)
    assert look(name, opened) == found


@each_check
def test_its_specimens_are_alike(name: str) -> None:
    """The quiet specimen is not quiet for being another kind of table: its target is of the same kind."""
    speaks, quiet = CHECKS.get(name).speaks(), CHECKS.get(name).quiet()
    kinds = [{type(value) for value in table.columns[table.target] if value is not None} for table in (speaks, quiet)]
    assert kinds[0] == kinds[1]


@each_check
def test_it_is_documented(name: str) -> None:
    """It says what it looks for, what it is called and what to do."""
    assert_documented(CHECKS.get(name), Check)


@each_check
def test_what_it_asks_people_to_vouch_for_can_be_vouched_for(name: str) -> None:
    """A check that offers ``--known-in-time`` raises a suspicion, which a person's word clears."""
    check = CHECKS.get(name)
    if "--known-in-time" in check.action:
        found = Finding(check=name, severity="warning", title=check.title, sentence="", action=check.action)
        assert found.is_suspicion, f"name it ..._leak, or {name} cannot be cleared"


@each_check
def test_it_bears_a_tiny_table(name: str, tiny: Opened) -> None:
    """Few rows with gaps everywhere end in findings or in a refusal, never in a crash."""
    for finding in look(name, tiny):
        assert_whole(finding, name)


@pytest.mark.parametrize("draw", range(2 * len(WORLDS)))
def test_pure_noise_raises_no_alarm(draw: int, tmp_path: Path) -> None:
    """Columns that have nothing to do with the target: no critical finding, no warning, and no check that fails.

    That a table is small, or that the newest rows of a series differ from those before, is no false alarm.
    """
    world = list(WORLDS)[draw % len(WORLDS)]
    opened = open_specimen(noise(world, TASKS[draw % len(TASKS)], seed=draw), tmp_path)
    table = open_split(opened.snapshot, opened.split, opened.profile, opened.run)
    answers = [ask(name, table, opened.profile) for name in CHECKS.names() if name not in TRUE_OF_NOISE]
    assert [finding for answer in answers for finding in answer.findings if finding.severity != "note"] == []
    assert [(answer.name, answer.reason) for answer in answers if answer.failed] == []
