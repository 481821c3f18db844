"""A small model that is fitted often reads every kind of column, and answers rows that it has not learned from."""

import numpy as np
import pyarrow as pa

from mlwright.learning.quick import Question, fit_quick
from mlwright.testing.small_job import small_profile


def test_texts_are_read_too():
    rng = np.random.default_rng(3)
    broken = rng.random(600) < 0.5
    said = ["the screen is broken and dark" if bad else "the parcel came in good time" for bad in broken]
    table = pa.table(
        {
            "note": [f"{words}, order {number}" for words, number in zip(said, rng.integers(0, 999, 600), strict=True)],
            "price": rng.normal(size=600),
            "y": ["yes" if bad else "no" for bad in broken],
        }
    )
    question = Question(small_profile(table, "y", task="binary", kinds={"note": "text"}))
    model = fit_quick(table.slice(0, 400), question.target(table)[:400], question)
    later = model.scores(table.slice(400))
    assert later.shape[0] == 200
    assert ((later[:, -1] > 0.5) == broken[400:]).all()
