"""People mistype."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, replaced
from mlwright.judging.probes._typing_errors import mistyped
from mlwright.records.profile import Profile

SHARE_AT_MOST = 0.1


class TextDamage(Probe):
    """Typing errors in free text: letters are wrong, lost or doubled."""

    title = "Typing errors"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Damage a share of the characters of every text."""
        new = {}
        for column in columns_of(table, profile, "text"):
            texts = [_damaged(text, SHARE_AT_MOST * strength, rng) for text in table[column.name].to_pylist()]
            new[column.name] = pa.array(texts, pa.string()).cast(table[column.name].type)
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many characters are wrong."""
        return f"{percent(SHARE_AT_MOST * strength)} of the characters in texts are mistyped"


def _damaged(text: object, share: float, rng: np.random.Generator) -> str | None:
    if text is None:
        return None
    written = str(text)
    return mistyped(written, np.flatnonzero(rng.random(len(written)) < share).tolist(), rng)
