"""A bundle that was made long ago, and rows for it to score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.scoring.bundle import Bundle

OLD = Path(__file__).parents[1] / "compat" / "bundle_1"
N_ROWS = 5_500


@pytest.fixture(scope="session")
def old_bundle() -> Bundle:
    return Bundle.load(OLD)


@pytest.fixture(scope="session")
def many_rows(old_bundle: Bundle) -> pa.Table:
    """Golden rows again and again, with a number that tells them apart."""
    golden = [dict(each.row) for each in old_bundle.manifest.golden]
    table = pa.Table.from_pylist([golden[i % len(golden)] for i in range(N_ROWS)])
    return table.append_column("row", pa.array(np.arange(N_ROWS)))
