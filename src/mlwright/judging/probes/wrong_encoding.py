"""Text is read in the wrong encoding."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, is_text, replaced, some, where
from mlwright.records.profile import Profile


class WrongEncoding(Probe):
    """UTF-8 that is read as Latin-1: a name with an accent comes as two other letters (``é`` as ``Ã©``)."""

    title = "Wrong encoding"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Read the letters beyond ASCII of a share of the records in the wrong way."""
        hit, new = some(rng, table.num_rows, strength), {}
        for column in columns_of(table, profile, "text", "category"):
            if is_text(values := table[column.name]):
                texts = values.cast(pa.string()).to_pylist()
                wrong = [_misread(text) for text in texts]
                if wrong != texts:
                    new[column.name] = where(hit, pa.array(wrong, pa.string()), values)
        if not new:
            raise NotApplicable("all texts and names are plain ASCII")
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many records are misread."""
        return f"in {percent(strength)} of the records letters with accents are read in the wrong encoding"


def _misread(text: str | None) -> str | None:
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode("latin-1")
