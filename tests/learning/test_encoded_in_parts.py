"""Rows that are encoded part by part are those that are encoded at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.data import encoded_in_parts
from mlwright.records.model import CategoryColumn, EncodingPlan, NumberColumn, TextColumn
from mlwright.scoring.encoder import Encoder

TABLE = pa.table(
    {
        "age": [31.0, None, 58.5, 44.0, 1e9],
        "city": ["Bern", "Basel", None, "Lima", "Bern"],
        "remark": ["late again", "", "never late", "late", None],
    }
)
NUMBER = NumberColumn(name="age", missing_codes=(), low=0.0, high=100.0)
CITY = CategoryColumn(name="city", missing_codes=(), levels=("Basel", "Bern"), counts=(1, 2), with_counts=False)
REMARK = TextColumn(
    name="remark", missing_codes=(), terms=("wlate", "wnever"), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="idf"
)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_parts_of_any_size_give_the_same_blocks(size):
    encoder = Encoder(EncodingPlan(columns=(NUMBER, CITY, REMARK)), {"idf": np.ones(2, dtype=np.float32)})
    whole = encoder.encode(TABLE)
    parts, _ = encoded_in_parts(encoder, (TABLE.slice(start, size) for start in range(0, 5, size)), 5)
    np.testing.assert_array_equal(parts.matrix(), whole.matrix())
    assert (parts.text != whole.text).nnz == 0
