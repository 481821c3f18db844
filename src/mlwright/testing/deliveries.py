"""What every delivery check is held to; a new member of the family is found by itself.

Whoever adds checks of their own (by an entry point of the group ``mlwright.data.deliveries``) runs this file:
``pytest --pyargs mlwright.testing.deliveries``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from scipy.stats import binom

from mlwright.core.engine import execute
from mlwright.core.family import NotApplicable
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.clauses.edits import amended
from mlwright.data.deliveries import DELIVERIES, DeliveryCheck, Specimen
from mlwright.data.snapshots import take_snapshot
from mlwright.data.two_tables import TwoTables, open_two
from mlwright.pipeline import BUILD, Settings
from mlwright.records.contract import Contract
from mlwright.records.data import Snapshot
from mlwright.records.delivery import Promise
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.records.settings import CollectSettings
from mlwright.testing.finders import TINY, assert_documented, assert_whole

each_check = pytest.mark.parametrize("name", DELIVERIES.names())

N_DRAWS = 10


def open_specimen(specimen: Specimen, folder: Path) -> TwoTables:
    """Let both tables go the way of any data: the first until its contract, the second until it is collected."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    before = [(f"earlier-{place}", columns) for place, columns in enumerate(specimen.earlier)]
    for name, columns in (("then", specimen.then), *before, ("now", specimen.now)):
        table = pa.table({key: pa.array(list(values)) for key, values in columns.items()})
        if name == "now" and specimen.csv_share is not None:
            _write_csv(table, folder / name, specimen.csv_share)
        else:
            pq.write_table(table, folder / name)
    sections: dict[str, dict[str, Any]] = {
        "project": {"target": specimen.target},
        "collect": {"source": str(folder / "then")},
        "contract": {},
    }
    for key, value in specimen.settings.items():
        sections["collect" if key in CollectSettings.model_fields else "contract"][key] = value
    run = Run("specimen", Store(folder / "store"), Clock(folder / "cancel", None))
    settings = Settings.model_validate(sections)
    records = execute(BUILD, settings.sections(), run, until="contract")
    snapshot, profile, contract = records["collect"], records["profile"], records["contract"]
    assert isinstance(snapshot, Snapshot)
    assert isinstance(profile, Profile)
    assert isinstance(contract, Contract)
    contract = amended(contract, settings.contract)
    *earlier, now = (
        take_snapshot(CollectSettings(source=str(folder / name)), run) for name, _ in [*before, ("now", 0)]
    )
    promise = Promise(
        source="then", contract=contract, columns=profile.columns, snapshot=snapshot, earlier=tuple(earlier)
    )
    return open_two(promise, now, run)


def _write_csv(table: pa.Table, path: Path, share: float) -> None:
    pa_csv.write_csv(table, path)
    path.write_bytes(path.read_bytes()[: round(share * path.stat().st_size)])


def look(name: str, tables: TwoTables) -> list[Finding]:
    """What a check finds; nothing where it cannot judge."""
    try:
        return list(DELIVERIES.get(name)().look(tables))
    except NotApplicable:
        return []


@each_check
def test_it_stays_quiet_on_its_quiet_specimen(name: str, tmp_path: Path) -> None:
    """The first duty: no false alarm."""
    assert [f for f in look(name, open_specimen(DELIVERIES.get(name).quiet(), tmp_path)) if f.severity != "note"] == []


@each_check
def test_it_speaks_on_its_speaking_specimen(name: str, tmp_path: Path) -> None:
    """It finds its own fault; the finding is whole, and comes again in the same words."""
    tables = open_specimen(DELIVERIES.get(name).speaks(), tmp_path)
    found = look(name, tables)
    assert found, f"{name} is silent on its speaking specimen"
    for finding in found:
        assert_whole(finding, name)
    assert look(name, tables) == found


@each_check
def test_it_is_documented(name: str) -> None:
    """It says what it looks for, what it is called and what to do."""
    assert_documented(DELIVERIES.get(name), DeliveryCheck)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TwoTables:
    """Thirty rows with gaps everywhere, and one of them."""
    one_row = {key: values[:1] for key, values in TINY.items()}
    return open_specimen(Specimen(TINY, one_row), tmp_path_factory.mktemp("tiny"))


@each_check
def test_it_bears_few_rows_with_gaps(name: str, tiny: TwoTables) -> None:
    """Few rows with gaps everywhere end in findings or in a refusal, never in a crash."""
    for finding in look(name, tiny):
        assert_whole(finding, name)


def test_two_tables_of_one_source_are_quiet(tmp_path: Path) -> None:
    """All checks together warn in 5 % of deliveries at most, on columns on which it is easy to be wrong."""
    alarms = []
    for draw in range(N_DRAWS):
        rng = np.random.default_rng([7, draw])
        n_now = int(rng.choice([150, 600, 1500]))
        tables = open_specimen(Specimen(noise(rng, 600), noise(rng, n_now)), tmp_path)
        found = [finding for name in DELIVERIES.names() for finding in look(name, tables)]
        alarms += [finding for finding in found if finding.severity != "note"][:1]
    # Of 10 draws 5 % are 0.5; 3 or more come by chance in 1.2 % of all cases.
    assert len(alarms) <= int(binom.ppf(0.98, N_DRAWS, 0.05)), alarms


def noise(rng: np.random.Generator, n_rows: int) -> Mapping[str, Sequence[Any]]:
    """Numbers of light and heavy tails, counts, ties, gaps, names both frequent and rare, each drawn for itself."""
    gaps = rng.random(n_rows) < 0.3
    rare = 1 / np.arange(1, 300)
    return {
        **{f"normal_{place}": rng.normal(size=n_rows).tolist() for place in range(4)},
        "lognormal": rng.lognormal(0, 1.5, n_rows).tolist(),
        "cauchy": rng.standard_cauchy(n_rows).tolist(),
        "uniform": rng.random(n_rows).round(2).tolist(),
        "count": rng.poisson(2, n_rows).tolist(),
        "months": rng.integers(0, 73, n_rows).tolist(),
        "zeros": np.where(rng.random(n_rows) < 0.7, 0, rng.integers(1, 400, n_rows)).tolist(),
        **{f"names_{size}": [f"v{v}" for v in rng.integers(0, size, n_rows)] for size in (2, 5, 40)},
        "rare": [f"v{v}" for v in rng.choice(len(rare), n_rows, p=rare / rare.sum())],
        "flag": (rng.random(n_rows) < 0.03).tolist(),
        "gaps": [None if gap else value for gap, value in zip(gaps, rng.random(n_rows), strict=True)],
        "few_gaps": [None if value < 0.004 else value for value in rng.random(n_rows)],
        "y": rng.choice(["no", "yes"], n_rows, p=[0.7, 0.3]).tolist(),
    }
