"""Which rows an earlier run has had, so that its model may have learned from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.data.row_keys import are_in, collected_by, row_keys
from mlwright.records.data import Snapshot
from mlwright.records.profile import Profile


def known_to(
    run_id: str, snapshot: Snapshot, profile: Profile, positions: NDArray[np.int64], run: Run
) -> NDArray[np.bool_]:
    """Whether each of some rows equals a row of the table that an earlier run collected; shape (n_rows,).

    Rows are equal if the inputs and the target are. In coarse tables some are so by coincidence: they count as known,
    which costs a few rows and flatters nobody.

    Raises
    ------
    NotApplicable
        If what the earlier run collected is not there any more.
    """
    earlier = collected_by(run_id, run)
    if earlier is None:
        raise NotApplicable("it is not known any more which rows it has learned from")
    if earlier.blob == snapshot.blob:
        return np.ones(len(positions), dtype=bool)
    names = [name for name in (*profile.roles.inputs, profile.roles.target) if name in earlier.column_names]
    return are_in(row_keys(open_snapshot(snapshot, run).arrow(names, positions), names), names, earlier, run)
