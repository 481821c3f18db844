"""People mistype names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, is_text, replaced, some, where
from mlwright.judging.probes._typing_errors import mistyped
from mlwright.records.profile import Profile

SHARE_AT_MOST = 0.3


class MistypedNames(Probe):
    """Names of categories are typed by hand: in some, one letter is lost, doubled or wrong."""

    title = "Mistyped names"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Put one typing error into a share of the names."""
        new = {}
        for column in columns_of(table, profile, "category"):
            if is_text(values := table[column.name]):
                cells = some(rng, table.num_rows, SHARE_AT_MOST * strength) & ~np.asarray(values.is_null())
                texts = values.cast(pa.string()).to_pylist()
                wrong = [_once(text, rng) if hit else text for text, hit in zip(texts, cells.tolist(), strict=True)]
                new[column.name] = where(cells, pa.array(wrong, pa.string()), values)
        if not new:
            raise NotApplicable("no category is stored as text")
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many names are mistyped."""
        return f"{percent(SHARE_AT_MOST * strength)} of the names of categories have a typing error"


def _once(text: str, rng: np.random.Generator) -> str:
    return mistyped(text, [int(rng.integers(len(text)))], rng) if text else text
